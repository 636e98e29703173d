import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { StatuscastError, toStatuscastError } from '../errors.js';
import { TOO_FAST_MAX_MS } from '../green-api/brake.js';
import { STARTING_MAX_MS } from '../limits.js';

export interface RetryOptions {
  /**
   * How often a failure is tried again. Default 5. An instance that is starting, and one that asks
   * for fewer calls, is waited for besides.
   */
  readonly retries?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWaiting?: ((why: string, waitMs: number) => void) | undefined;
  /** A clock that nobody sets, in milliseconds. Default: the process's own. */
  readonly monotonicMs?: () => number;
}

const DEFAULT_RETRIES = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const STARTING_WAIT_MS = 5_000;
/** Of a refusal as too fast where it does not say how long its lane stands still. */
const TOO_FAST_WAIT_MS = 1000;

/**
 * Calls until it succeeds, with back-off and jitter. A refusal as too fast is waited out as long as
 * it says, and costs no retry. The signal ends the waiting; what a call brings that is under way is
 * kept.
 * @param mayRepeat whether trying again can do no harm and may help
 * @throws the last StatuscastError, or `interrupted`
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  mayRepeat: (error: StatuscastError) => boolean,
  options: RetryOptions,
): Promise<Answer> {
  const { retries = DEFAULT_RETRIES, signal, onWaiting } = options;
  const { monotonicMs = () => performance.now() } = options;
  const begunMs = monotonicMs();
  let tooFastSinceMs: number | null = null;
  /** How long a failure is waited out that costs no retry; null for any other. */
  const freeWaitMs = ({ facts }: StatuscastError): number | null => {
    const isTooFast = facts.code === 'api-refused' && facts.refusal === 'too-fast';
    tooFastSinceMs = isTooFast ? (tooFastSinceMs ?? monotonicMs()) : null;
    if (facts.code !== 'api-refused') return null;
    if (facts.refusal === 'starting' && monotonicMs() - begunMs < STARTING_MAX_MS) {
      return STARTING_WAIT_MS;
    }
    if (tooFastSinceMs === null) return null;
    const leftMs = tooFastSinceMs + TOO_FAST_MAX_MS - monotonicMs();
    return leftMs > 0 ? Math.min(leftMs, facts.retryAfterMs ?? TOO_FAST_WAIT_MS) : null;
  };
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
        const freeMs = freeWaitMs(failure);
        if (freeMs === null && failures >= retries) return false;
        const waitMs = freeMs ?? backOffMs(failures++);
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

function backOffMs(failures: number): number {
  const jitter = 0.5 + Math.random();
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures * jitter);
}

/** A fault that passes: the API was too busy, or no answer came, or one that makes no sense. */
export function isTransient({ facts }: StatuscastError): boolean {
  if (facts.code === 'api-refused') {
    return facts.refusal === 'starting' || facts.refusal === 'too-fast';
  }
  return ['api-no-answer', 'api-malformed', 'link-unreachable'].includes(facts.code);
}

/** The API will say the same to every file: go no further. */
export function stopsRun({ facts }: StatuscastError): boolean {
  if (facts.code === 'instance-cannot-send') return true;
  if (facts.code !== 'api-refused') return false;
  return ['not-authorized', 'ended', 'unauthorized', 'forbidden', 'quota'].includes(facts.refusal);
}
