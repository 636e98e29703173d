import { setTimeout as sleep } from 'node:timers/promises';
import { toStatuscastError } from '../errors.js';
import type { QueuedMessage } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Kind } from '../job.js';
import { isTransient, retry, stopsRun, type RetryOptions } from './retry.js';

/** A send whose answer is not known. */
export interface Attempt {
  /** Unique to the upload: what the queue can be searched for. */
  readonly urlFile: string;
  readonly kind: Kind;
  readonly caption: string;
  /** When the request left, or was about to. */
  readonly attemptedAtMs: number;
  /** When its answer was given up: until then it may have been carried out. Default: when it left. */
  readonly lostAtMs?: number;
}

export type FoundOutcome =
  /** Without an id where the queue shows none. */
  | { readonly type: 'sent'; readonly idMessage: string | null }
  | { readonly type: 'not-sent' }
  | { readonly type: 'uncertain'; readonly why: string };

export interface FindOptions extends RetryOptions {
  /** How long the journal may take to show a status; only then is its silence a proof. */
  readonly journalWaitMs: number;
  /** Whether an idMessage is known to belong to another status of ours. */
  readonly isClaimed: (idMessage: string) => Promise<boolean>;
  /**
   * How many statuses of this kind have no known outcome, this one included: an entry of the journal
   * may be any of theirs. Default 1.
   */
  readonly countOpen?: () => Promise<number>;
  readonly now?: () => number;
}

const POLL_MS = 2000;
const MINUTE_MS = 60_000;
/** The journal counts in whole seconds. */
const JOURNAL_TICK_MS = 1000;
const JOURNAL_SPARE_MINUTES = 5;

/**
 * Finds out what became of a send: first in the queue, which holds our link, then in the journal,
 * where one unclaimed entry from the API of the same type and caption, newer than the attempt, is
 * it. While others like it have no known outcome either, only as many entries as there are of them
 * prove anything.
 */
export async function findOutcome(
  client: GreenApiClient,
  attempt: Attempt,
  options: FindOptions,
): Promise<FoundOutcome> {
  const { now = Date.now, journalWaitMs, signal, onWaiting } = options;
  const { attemptedAtMs, lostAtMs = attemptedAtMs } = attempt;
  const deadlineMs = lostAtMs + journalWaitMs;
  try {
    for (;;) {
      const isSettled = now() >= deadlineMs;
      const queued = await findInQueue(client, attempt, options);
      if (queued !== null) return { type: 'sent', idMessage: queued.idMessage };
      const found = await findInJournal(client, attempt, options);
      const open = (await options.countOpen?.()) ?? 1;
      const [first] = found;
      // As many as are open: each of them was carried out, whichever is whose.
      if (first !== undefined && found.length === open) return { type: 'sent', idMessage: first };
      if (first === undefined && isSettled) return await proveAbsence(client, options);
      if (found.length > open || now() >= deadlineMs + journalWaitMs) {
        const why = `the journal shows ${found.length} statuses that ${open === 1 ? 'it' : `${open} without an answer`} could be`;
        return { type: 'uncertain', why };
      }
      const waitMs = isSettled ? POLL_MS : Math.min(POLL_MS, Math.max(1, deadlineMs - now()));
      onWaiting?.('finding out whether a status was sent', waitMs);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  } catch (thrown) {
    if (signal?.aborted === true) {
      return { type: 'uncertain', why: 'the run was interrupted while it was finding out' };
    }
    const error = toStatuscastError(thrown);
    if (stopsRun(error)) throw error;
    return { type: 'uncertain', why: error.message };
  }
}

async function findInQueue(
  client: GreenApiClient,
  { urlFile }: Attempt,
  options: FindOptions,
): Promise<QueuedMessage | null> {
  const { signal } = options;
  const queue = await retry(() => client.showMessagesQueue({ signal }), isTransient, options);
  return queue.find((queued) => queued.urlFile === urlFile) ?? null;
}

async function findInJournal(
  client: GreenApiClient,
  { kind, caption, attemptedAtMs }: Attempt,
  options: FindOptions,
): Promise<readonly string[]> {
  const { now = Date.now, signal, isClaimed } = options;
  const minutes = Math.ceil((now() - attemptedAtMs) / MINUTE_MS) + JOURNAL_SPARE_MINUTES;
  const journal = await retry(
    () => client.getOutgoingStatuses({ minutes }, { signal }),
    isTransient,
    options,
  );
  const unclaimed: string[] = [];
  for (const entry of journal) {
    const fits =
      entry.type === `${kind}Message` &&
      !entry.byHand &&
      entry.caption === caption &&
      entry.atMs >= attemptedAtMs - JOURNAL_TICK_MS;
    if (fits && !(await isClaimed(entry.idMessage))) unclaimed.push(entry.idMessage);
  }
  return unclaimed;
}

/** A journal that is switched off shows nothing and proves nothing. */
async function proveAbsence(client: GreenApiClient, options: FindOptions): Promise<FoundOutcome> {
  const { signal } = options;
  const { outgoingWebhook } = await retry(
    () => client.getSettings({ signal }),
    isTransient,
    options,
  );
  if (outgoingWebhook) return { type: 'not-sent' };
  const why =
    'the instance keeps no journal of statuses; set outgoingWebhook to yes in the GREEN-API console';
  return { type: 'uncertain', why };
}
