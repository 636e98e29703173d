import type { LedgerEntry } from '../ledger/ledger.js';
import { confirm } from '../publish/confirm.js';
import { isTransient, retry } from '../publish/retry.js';
import { clean } from '../report/people.js';
import { statusLine, statusRecord } from '../report/statuses.js';
import type { Streams } from '../report/write-events.js';
import { withAccount, type AccountRequest } from './account.js';
import { EXIT } from './exit-codes.js';
import { named } from './history.js';

export interface ConfirmRequest extends AccountRequest {
  /** Files or message ids; empty for what the last run sent. */
  readonly names: readonly string[];
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** `statuscast confirm`: whether what was sent has appeared, and who has seen it. */
export async function confirmSent(request: ConfirmRequest, streams: Streams): Promise<number> {
  const { names, settings, json, signal } = request;
  const people = json ? streams.stderr : streams.stdout;
  return withAccount(request, async ({ client, ledger, account }) => {
    const which = names.length === 0 ? ({ run: 'last' } as const) : {};
    const sent = named(await ledger.list({ account, states: ['sent'], ...which }), names);
    const posted = sent.filter(hasId);
    if (posted.length < sent.length) {
      people.write(`${sent.length - posted.length} have no id and cannot be looked for\n`);
    }
    if (posted.length === 0) {
      people.write('there is nothing to confirm\n');
      return EXIT.done;
    }
    const options = {
      ...{ signal, retries: settings.retries, waitMs: settings.confirmWaitMs },
      onWaiting: (why: string) => people.write(`waiting    ${why}\n`),
    };
    const { outgoingWebhook } = await retry(
      () => client.getSettings({ signal }),
      isTransient,
      options,
    );
    if (!outgoingWebhook) {
      people.write(
        'Nothing can be confirmed: the instance keeps no journal of statuses. Set outgoingWebhook ' +
          'to yes in the GREEN-API console; it holds for what is sent from then on.\n',
      );
      return EXIT.someFailed;
    }
    let missing = 0;
    for await (const { status, confirmation } of confirm(client, posted, options)) {
      if (confirmation === null || confirmation.status === 'pending') missing++;
      if (confirmation !== null) await ledger.recordConfirmation(status.key, confirmation);
      const entry = { ...status, confirmation };
      const told =
        confirmation === null ? `${statusLine(entry)}: not in the journal` : statusLine(entry);
      streams.stdout.write(`${json ? JSON.stringify(statusRecord(entry)) : clean(told)}\n`);
    }
    return missing === 0 ? EXIT.done : EXIT.someFailed;
  });
}

type Identified = LedgerEntry & { readonly idMessage: string; readonly attemptedAtMs: number };

function hasId(entry: LedgerEntry): entry is Identified {
  return entry.idMessage !== null && entry.attemptedAtMs !== null;
}
