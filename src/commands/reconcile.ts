import { settle } from '../publish/settle.js';
import { clean } from '../report/people.js';
import { statusLine, statusRecord } from '../report/statuses.js';
import type { Streams } from '../report/write-events.js';
import { withAccount, type AccountRequest } from './account.js';
import { EXIT } from './exit-codes.js';

export interface ReconcileRequest extends AccountRequest {
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** `statuscast reconcile`: what became of the sends that nobody knows the outcome of. */
export async function reconcile(request: ReconcileRequest, streams: Streams): Promise<number> {
  const { settings, json, signal } = request;
  const people = json ? streams.stderr : streams.stdout;
  return withAccount(request, async ({ client, ledger, account }) => {
    const open = await ledger.list({ account, states: ['sending', 'uncertain'] });
    if (open.length === 0) people.write('nothing is uncertain\n');
    let uncertain = 0;
    for (const entry of open) {
      const { key, kind, link, attemptedAtMs, message } = entry;
      if (link === null || attemptedAtMs === null || message === null) continue;
      const lostAtMs = attemptedAtMs + settings.sendTimeoutMs;
      const ending = await settle(
        { key, kind, message },
        link,
        { attemptedAtMs, lostAtMs },
        {
          ...{ client, ledger, settings, signal, now: client.serverNow },
          onWaiting: (why, waitMs) =>
            people.write(
              `waiting    ${(waitMs / 1000).toFixed(1)} s (${clean(entry.input)}): ${why}\n`,
            ),
        },
      );
      if (ending === 'not-sent') await ledger.recordNotSent(key);
      if (signal.aborted) return EXIT.interrupted;
      const [after = entry] = await ledger
        .find([key])
        .then((found) => (found === null ? [] : [found]));
      if (after.state === 'sending' || after.state === 'uncertain') uncertain++;
      const line = json ? JSON.stringify(statusRecord(after)) : clean(statusLine(after));
      streams.stdout.write(`${line}\n`);
    }
    return uncertain === 0 ? EXIT.done : EXIT.someFailed;
  });
}
