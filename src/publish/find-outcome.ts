import { setTimeout as sleep } from 'node:timers/promises';
import { toStatuscastError } from '../errors.js';
import type { OutgoingStatus, QueuedMessage } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Kind } from '../job.js';
import { QUEUE_LIFETIME_MS, QUEUE_SHOWN_MAX } from '../limits.js';
import type { Journal } from './journal.js';
import { readSettings } from './read-settings.js';
import { isTransient, retry, stopsRun, type RetryOptions } from './retry.js';
import { mayShowAs, plainCaption } from './shown-caption.js';

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
  /**
   * Whether the instance was known to keep its journal when the request left: one that was switched
   * on later says nothing of it.
   */
  readonly isJournaled: boolean;
  /** When the journal was last looked at before the request left. Default: not known. */
  readonly lookedAtMs?: number | null;
}

export type FoundOutcome =
  /** Without an id where the queue shows none. */
  | { readonly type: 'sent'; readonly idMessage: string | null }
  | { readonly type: 'not-sent' }
  /** Another run has found it out meanwhile. */
  | { readonly type: 'decided' }
  | {
      readonly type: 'uncertain';
      readonly why: string;
      /** False where nobody answered the questions, and another time somebody may. */
      readonly isHeard: boolean;
      /** No journal is kept: it will say nothing of this one later either. Default: it is. */
      readonly isJournalOff?: boolean;
    };

export interface FindOptions extends RetryOptions {
  /** How long the journal may take to show a status; only then is its silence a proof. */
  readonly journalWaitMs: number;
  /**
   * Whether an idMessage is known not to be it: that of another status of ours, or shown before the
   * request left.
   */
  readonly isClaimed: (idMessage: string) => Promise<boolean>;
  /** Longest that a request is waited for. */
  readonly sendTimeoutMs: number;
  /**
   * How many statuses of this kind that were attempted in that time have no known outcome, this one
   * included: an entry of the journal may be any of theirs. Default 1.
   */
  readonly countOpen?: (sinceMs: number, untilMs?: number) => Promise<number>;
  /** Whether another run has found it out meanwhile. Default: never. */
  readonly isDecided?: () => Promise<boolean>;
  readonly now?: () => number;
}

const JOURNAL_OFF =
  'the instance keeps no journal of statuses; set outgoingWebhook to yes in the GREEN-API console';
const POLL_MS = 2000;
const MINUTE_MS = 60_000;
/** The journal counts in whole seconds. */
const JOURNAL_TICK_MS = 1000;
const JOURNAL_SPARE_MINUTES = 10;
const STATUS_TYPE = /^send(Media|Voice)Status$/i;
/** Our clock and the server's may differ by as much. */
const CLOCKS_APART_MS = JOURNAL_SPARE_MINUTES * MINUTE_MS;

/**
 * Finds out what became of a send: first in the queue, which holds our link, then in the journal,
 * where one unclaimed entry from the API of the same type and caption, newer than the attempt, is
 * it. While others like it have no known outcome either, an entry proves something where it is older
 * than their attempts, or where there are as many entries as there are of them.
 */
export async function findOutcome(
  client: GreenApiClient,
  journal: Journal,
  attempt: Attempt,
  options: FindOptions,
): Promise<FoundOutcome> {
  const { now = Date.now, journalWaitMs, signal, onWaiting } = options;
  const { attemptedAtMs, lostAtMs = attemptedAtMs } = attempt;
  let deadlineMs: number | null = null;
  try {
    for (;;) {
      if ((await options.isDecided?.()) === true) return { type: 'decided' };
      const queue = await readQueue(client, options);
      // Not before an answer has told the server's clock. It may have left the queue just before the
      // first look, and not be in the journal yet.
      deadlineMs ??= Math.max(lostAtMs, now()) + journalWaitMs;
      const isSettled = now() >= deadlineMs;
      const queued = queue.find((message) => message.urlFile === attempt.urlFile);
      if (queued !== undefined) return { type: 'sent', idMessage: queued.idMessage };
      const { newer: found, doubtful } = await readJournal(journal, attempt, options);
      const { countOpen = async () => 1 } = options;
      const isHidden = await hidesStatus(queue, options);
      const sinceMs = rivalsSinceMs(attempt, options, isHidden || queue.length >= QUEUE_SHOWN_MAX);
      const open = await countOpen(sinceMs);
      const [first] = found;
      // As many as are open: each of them was carried out, whichever is whose.
      if (first !== undefined && found.length === open) return sentAs(first);
      const own: OutgoingStatus[] = [];
      for (const entry of found) {
        // Older than the attempts of all others: it can be none of theirs.
        if ((await countOpen(sinceMs, entry.atMs + JOURNAL_TICK_MS)) === 1) own.push(entry);
      }
      const [only] = own;
      if (only !== undefined && own.length === 1) return sentAs(only);
      if (first === undefined && isSettled) {
        return await judgeAbsence(client, attempt, options, { queue, isHidden, doubtful });
      }
      const isTooLate = first !== undefined && now() >= deadlineMs + journalWaitMs;
      if (found.length > open || isTooLate) {
        const why = `the journal shows ${found.length} statuses that ${open === 1 ? 'it' : `${open} without an answer`} could be`;
        return uncertain(why);
      }
      const waitMs = isSettled ? POLL_MS : Math.min(POLL_MS, Math.max(1, deadlineMs - now()));
      onWaiting?.('finding out whether a status was sent', waitMs);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  } catch (thrown) {
    if (signal?.aborted === true) {
      return unheard('the run was interrupted while it was finding out');
    }
    const error = toStatuscastError(thrown);
    if (stopsRun(error)) throw error;
    // A refusal that does not pass is an answer, and will be the same another time.
    const isAnswer = error.code === 'api-refused' && !isTransient(error);
    return isAnswer ? uncertain(error.message) : unheard(error.message);
  }
}

function sentAs({ idMessage }: Pick<OutgoingStatus, 'idMessage'>): FoundOutcome {
  return { type: 'sent', idMessage };
}

function uncertain(why: string): FoundOutcome {
  return { type: 'uncertain', why, isHeard: true };
}

function unheard(why: string): FoundOutcome {
  return { type: 'uncertain', why, isHeard: false };
}

/**
 * Since when others were attempted that may show in the journal only now. What had its time before
 * the last look that was taken before this one left would have been shown by then.
 */
function rivalsSinceMs(
  { attemptedAtMs, lookedAtMs = null }: Attempt,
  { sendTimeoutMs, journalWaitMs }: FindOptions,
  mayBeQueued: boolean,
): number {
  if (lookedAtMs === null || mayBeQueued) return attemptedAtMs - QUEUE_LIFETIME_MS;
  return lookedAtMs - sendTimeoutMs - journalWaitMs;
}

function readQueue(
  client: GreenApiClient,
  options: FindOptions,
): Promise<readonly QueuedMessage[]> {
  const { signal } = options;
  return retry(() => client.showMessagesQueue({ signal }), isTransient, options);
}

/** Whether any that the queue shows without a link could be it. */
async function hidesStatus(
  queue: readonly QueuedMessage[],
  { isClaimed }: FindOptions,
): Promise<boolean> {
  for (const { idMessage, type, urlFile } of queue) {
    const isHidden = urlFile === null && (type === null || STATUS_TYPE.test(type));
    if (isHidden && (idMessage === null || !(await isClaimed(idMessage)))) return true;
  }
  return false;
}

/** Entries that are like it and nobody's: those of after the attempt, and what others are like. */
async function readJournal(
  journal: Journal,
  { kind, caption, attemptedAtMs }: Attempt,
  options: FindOptions,
): Promise<{ readonly newer: readonly OutgoingStatus[]; readonly doubtful: string | null }> {
  const { now = Date.now, isClaimed } = options;
  const ageMs = Math.max(0, now() - attemptedAtMs);
  const minutes = Math.ceil(ageMs / MINUTE_MS) + JOURNAL_SPARE_MINUTES;
  const newer: OutgoingStatus[] = [];
  let doubtful: string | null = null;
  for (const entry of await journal.read(minutes, options)) {
    const fits =
      entry.type === `${kind}Message` &&
      !entry.byHand &&
      mayShowAs(caption, entry.caption) &&
      entry.atMs >= attemptedAtMs - CLOCKS_APART_MS;
    if (!fits || (await isClaimed(entry.idMessage))) continue;
    // WhatsApp shows no caption with a sound, and the journal may do as it does.
    if (plainCaption(entry.caption) !== plainCaption(caption)) doubtful ??= 'without its caption';
    else if (entry.atMs < attemptedAtMs - JOURNAL_TICK_MS) doubtful ??= 'from just before';
    else newer.push(entry);
  }
  return { newer, doubtful };
}

/** What was seen besides, where neither queue nor journal shows it after its time. */
interface Seen {
  readonly queue: readonly QueuedMessage[];
  readonly isHidden: boolean;
  readonly doubtful: string | null;
}

/** Whether that nothing shows it proves that it was not sent. */
async function judgeAbsence(
  client: GreenApiClient,
  { attemptedAtMs, lostAtMs = attemptedAtMs, isJournaled }: Attempt,
  options: FindOptions,
  { queue, isHidden, doubtful }: Seen,
): Promise<FoundOutcome> {
  const { now = Date.now } = options;
  const { outgoingWebhook } = await readSettings(client, options);
  // It shows nothing and proves nothing.
  if (!outgoingWebhook) {
    return { type: 'uncertain', why: JOURNAL_OFF, isHeard: true, isJournalOff: true };
  }
  if (isHidden) return uncertain('the queue holds a status of which it does not show the link');
  if (doubtful !== null) return uncertain(`the journal shows one like it ${doubtful}`);
  if (queue.length >= QUEUE_SHOWN_MAX) return uncertain('the queue is too long to be seen');
  if (now() - lostAtMs > QUEUE_LIFETIME_MS) {
    return uncertain('it was sent so long ago that neither queue nor journal can tell');
  }
  if (isJournaled) return { type: 'not-sent' };
  return uncertain('the instance was not known to keep a journal of statuses when it was sent');
}
