import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { StatuscastError, toStatuscastError } from '../errors.js';
import { STARTING_MAX_MS } from '../limits.js';

export interface RetryOptions {
  /** How often a failure is tried again. An instance that is starting is waited for besides. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWaiting?: ((why: string, waitMs: number) => void) | undefined;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const STARTING_WAIT_MS = 5_000;

/**
 * Calls until it succeeds, with back-off and jitter; a Retry-After is honoured.
 * @param mayRepeat whether trying again can do no harm and may help
 * @throws the last StatuscastError, or `interrupted`
 */
export async function retry<Answer>(
  call: () => Promise<Answer>,
  mayRepeat: (error: StatuscastError) => boolean,
  { retries, signal, onWaiting }: RetryOptions,
): Promise<Answer> {
  const begun = Date.now();
  const isStarting = ({ facts }: StatuscastError) =>
    facts.code === 'api-refused' &&
    facts.refusal === 'starting' &&
    Date.now() - begun < STARTING_MAX_MS;
  let ended: StatuscastError | undefined;
  try {
    return await pRetry(call, {
      retries,
      minTimeout: 0,
      ...(signal === undefined ? {} : { signal }),
      shouldConsumeRetry: ({ error }) => !isStarting(toStatuscastError(error)),
      shouldRetry: ({ error }) => mayRepeat(toStatuscastError(error)),
      onFailedAttempt: async ({ error, retriesConsumed, retriesLeft }) => {
        ended = toStatuscastError(error);
        if (!mayRepeat(ended) || (retriesLeft === 0 && !isStarting(ended))) return;
        const waitMs = isStarting(ended) ? STARTING_WAIT_MS : backOffMs(ended, retriesConsumed);
        onWaiting?.(ended.message, waitMs);
        await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
      },
    });
  } catch (thrown) {
    if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
    throw ended ?? thrown;
  }
}

function backOffMs({ facts }: StatuscastError, failures: number): number {
  const asked = facts.code === 'api-refused' ? facts.retryAfterMs : null;
  const jitter = 0.5 + Math.random();
  return asked ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures * jitter);
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
