import { StatuscastError, toStatuscastError } from '../errors.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Ending } from '../job.js';
import type { Ledger, LedgerEntry, Link, Message } from '../ledger/ledger.js';
import type { Settings } from '../settings.js';
import { findOutcome, type Attempt, type FoundOutcome } from './find-outcome.js';
import type { Journal } from './journal.js';
import { mayShowAs } from './shown-caption.js';

/** What finding out works with. */
export interface Settling {
  readonly client: GreenApiClient;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly onWaiting: (why: string, waitMs: number) => void;
  /** By the server's clock, as the journal is. */
  readonly now: () => number;
}

/** A status that was sent without an answer. */
export type Unsettled = Pick<LedgerEntry, 'key' | 'kind'> & {
  readonly message: Pick<Message, 'caption'>;
};

/** When the request left, and when it was given up. */
export type AttemptTimes = Pick<Attempt, 'attemptedAtMs' | 'lostAtMs'>;

/** What was found out. */
export interface Settlement {
  readonly ending: Ending | 'not-sent';
  /** False where nobody answered the questions: the next time somebody may. Default: true. */
  readonly isHeard?: boolean;
}

/**
 * Finds out what became of a send without an answer, and writes it down unless it was not sent.
 * @throws StatuscastError that stops the run
 */
export async function settle(
  unsettled: Unsettled,
  link: Link,
  times: AttemptTimes,
  settling: Settling,
): Promise<Settlement> {
  const { client, journal, ledger, settings, signal, now, onWaiting } = settling;
  const { retries, sendTimeoutMs, journalWaitMs } = settings;
  const { key, kind, message } = unsettled;
  const { urlFile } = link;
  const { caption } = message;
  const isJournaled = (await ledger.find([key]))?.isJournaled ?? false;
  const found = await findOutcome(
    client,
    journal,
    { urlFile, kind, caption, ...times, isJournaled, lookedAtMs: await ledger.findLook(key) },
    {
      ...{ signal, now, onWaiting },
      isClaimed: (idMessage) => ledger.isClaimed(idMessage, key),
      isDecided: async () => (await ledger.find([key]))?.state === 'sent',
      countOpen: async (sinceMs, untilMs) => {
        const rivals = await ledger.findOpen(unsettled, sinceMs, untilMs);
        return rivals.filter((rival) => rival === null || mayShowAs(rival, caption)).length;
      },
      ...{ retries, sendTimeoutMs, journalWaitMs },
    },
  );
  switch (found.type) {
    case 'not-sent':
      return { ending: 'not-sent' };
    case 'decided':
      return { ending: (await endingOfAnother(unsettled, settling)) ?? 'not-sent' };
    case 'sent': {
      const { idMessage } = found;
      // Two that look the same may find the same entry: it belongs to whoever takes it first.
      let isTaken = false;
      const ending = await recordEnding({ outcome: 'sent', idMessage, urlFile }, async () => {
        if (idMessage === null) await ledger.recordSent(key, null);
        else isTaken = !(await ledger.claimMessage(key, idMessage));
      });
      return isTaken ? settle(unsettled, link, times, settling) : { ending };
    }
    case 'uncertain': {
      const { why, isHeard, isJournalOff = false } = found;
      const told = uncertain({ why, isHeard }, urlFile);
      const write = () => ledger.recordUncertain(key, told.error, { isJournalOff });
      return { ending: await recordEnding(told, write), isHeard };
    }
  }
}

type Settled = Extract<Ending, { readonly outcome: 'sent' | 'uncertain' }>;

/**
 * Writes down what became of a request. Where the ledger cannot take it, the entry stays `sending`,
 * and what a later run is to find out is no failure.
 */
export async function recordEnding(ending: Settled, write: () => Promise<void>): Promise<Settled> {
  try {
    await write();
    return ending;
  } catch (thrown) {
    const { message } = toStatuscastError(thrown);
    const id = ending.outcome === 'sent' ? ending.idMessage : null;
    const taken = id === null ? '' : `GREEN-API took it as ${id}, but `;
    const why = `${taken}it could not be written down: ${message}`;
    return uncertain({ why, isHeard: false }, ending.urlFile);
  }
}

/** How it ended where nobody can tell. */
export function uncertain(
  told: Pick<Extract<FoundOutcome, { type: 'uncertain' }>, 'why' | 'isHeard'>,
  urlFile: string | null,
) {
  const { code, message } = new StatuscastError({ code: 'outcome-unknown', ...told });
  return { outcome: 'uncertain', error: { code, message }, urlFile } as const;
}

/** How it ended where another run on this ledger has sent it; null where none has. */
export async function endingOfAnother(
  { key }: Unsettled,
  { ledger }: Settling,
): Promise<Ending | null> {
  const entry = await ledger.find([key]);
  if (entry?.state !== 'sent' && entry?.state !== 'undone') return null;
  const { idMessage } = entry;
  const undone = entry.state === 'undone' ? ', and it was undone' : '';
  const detail = `another run sent it as ${idMessage ?? 'a status without an id'}${undone}`;
  return { outcome: 'skipped', reason: 'already-sent', detail, idMessage };
}
