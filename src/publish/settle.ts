import { StatuscastError } from '../errors.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Ending } from '../job.js';
import type { Ledger, LedgerEntry, Link, Message } from '../ledger/ledger.js';
import { QUEUE_LIFETIME_MS } from '../limits.js';
import type { Settings } from '../settings.js';
import { findOutcome, type Attempt } from './find-outcome.js';

/** What finding out works with. */
export interface Settling {
  readonly client: GreenApiClient;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly onWaiting: (why: string, waitMs: number) => void;
  /** By the server's clock, as the journal is. */
  readonly now: () => number;
}

/** A status that was sent without an answer. */
export type Unsettled = Pick<LedgerEntry, 'key' | 'kind'> & {
  readonly message: Pick<Message, 'caption' | 'as'>;
};

/**
 * Finds out what became of a send without an answer, and writes it down unless it was not sent.
 * @throws StatuscastError that stops the run
 */
export async function settle(
  unsettled: Unsettled,
  link: Link,
  times: Pick<Attempt, 'attemptedAtMs' | 'lostAtMs'>,
  settling: Settling,
): Promise<Ending | 'not-sent'> {
  const { client, ledger, settings, signal, now, onWaiting } = settling;
  const { key, kind, message } = unsettled;
  const { urlFile } = link;
  const caption = message.as === 'voice' ? '' : message.caption;
  const found = await findOutcome(
    client,
    { urlFile, kind, caption, ...times },
    {
      ...{ signal, now, onWaiting, isClaimed: ledger.isClaimed },
      isDecided: async () => (await ledger.find([key]))?.state === 'sent',
      countOpen: () => ledger.countOpen(kind, times.attemptedAtMs - QUEUE_LIFETIME_MS),
      ...{ retries: settings.retries, journalWaitMs: settings.journalWaitMs },
    },
  );
  switch (found.type) {
    case 'not-sent':
      return 'not-sent';
    case 'decided':
      return (await endingOfAnother(unsettled, settling)) ?? 'not-sent';
    case 'sent': {
      const { idMessage } = found;
      // Two that look the same may find the same entry: it belongs to whoever takes it first.
      if (idMessage === null) await ledger.recordSent(key, null);
      else if (!(await ledger.claimMessage(key, idMessage))) {
        return settle(unsettled, link, times, settling);
      }
      return { outcome: 'sent', idMessage, urlFile };
    }
    case 'uncertain': {
      const { code, message } = new StatuscastError({ code: 'outcome-unknown', why: found.why });
      await ledger.recordUncertain(key, { code, message });
      return { outcome: 'uncertain', error: { code, message }, urlFile };
    }
  }
}

/** How it ended where another run on this ledger has sent it; null where none has. */
export async function endingOfAnother(
  { key }: Unsettled,
  { ledger }: Settling,
): Promise<Ending | null> {
  const entry = await ledger.find([key]);
  if (entry?.state !== 'sent') return null;
  const { idMessage } = entry;
  const detail = `another run sent it as ${idMessage ?? 'a status without an id'}`;
  return { outcome: 'skipped', reason: 'already-sent', detail, idMessage };
}
