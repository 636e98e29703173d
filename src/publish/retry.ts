import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { StatuscastError, toStatuscastError } from '../errors.js';
import { STARTING_MAX_MS } from '../limits.js';

export interface RetryOptions {
  /**
   * How often a failure is tried again. Default 5. An instance that is starting is waited for
   * besides.
   */
  readonly retries?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWaiting?: ((why: string, waitMs: number) => void) | undefined;
}

const DEFAULT_RETRIES = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A Retry-After is honoured up to here. */
const LONGEST_ASKED_MS = 5 * 60_000;
const STARTING_WAIT_MS = 5_000;

/**
 * Calls until it succeeds, with back-off and jitter; a Retry-After is honoured. The signal ends the
 * waiting; what a call brings that is under way is kept.
 * @param mayRepeat whether trying again can do no harm and may help
 * @throws the last StatuscastError, or `interrupted`
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  mayRepeat: (error: StatuscastError) => boolean,
  { retries = DEFAULT_RETRIES, signal, onWaiting }: RetryOptions,
): Promise<Answer> {
  const begun = Date.now();
  const isStarting = ({ facts }: StatuscastError) =>
    facts.code === 'api-refused' &&
    facts.refusal === 'starting' &&
    Date.now() - begun < STARTING_MAX_MS;
  let ended: StatuscastError | undefined;
  let failures = 0;
  // The signal is not p-retry's: it would throw away what a call that had left has brought.
  const attempt = () => {
    if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
    return call();
  };
  try {
    return await pRetry(attempt, {
      retries: Infinity,
      minTimeout: 0,
      onFailedAttempt: ({ error }) => {
        ended = toStatuscastError(error);
      },
      shouldRetry: async ({ error }) => {
        const failure = toStatuscastError(error);
        if (!mayRepeat(failure)) return false;
        const waitMs = isStarting(failure) ? STARTING_WAIT_MS : backOffMs(failure, failures);
        if (!isStarting(failure) && failures++ >= retries) return false;
        onWaiting?.(failure.message, waitMs);
        await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
        return true;
      },
    });
  } catch (thrown) {
    // An error that may not be repeated says more than that the run was interrupted meanwhile.
    if (ended !== undefined && !mayRepeat(ended)) throw ended;
    if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
    throw ended ?? thrown;
  }
}

function backOffMs({ facts }: StatuscastError, failures: number): number {
  const asked = facts.code === 'api-refused' ? facts.retryAfterMs : null;
  const jitter = 0.5 + Math.random();
  if (asked !== null) return Math.min(LONGEST_ASKED_MS, asked);
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures * jitter);
}

/** A fault that passes: the API was too busy, or no answer came. */
export function isTransient({ facts }: StatuscastError): boolean {
  if (facts.code === 'api-refused') {
    return facts.refusal === 'starting' || facts.refusal === 'too-fast';
  }
  return facts.code === 'api-no-answer' || facts.code === 'link-unreachable';
}

/** The API will say the same to every file: go no further. */
export function stopsRun({ facts }: StatuscastError): boolean {
  if (facts.code === 'instance-cannot-send') return true;
  if (facts.code !== 'api-refused') return false;
  return ['not-authorized', 'unauthorized', 'forbidden', 'quota'].includes(facts.refusal);
}
