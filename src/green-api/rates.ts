import { setTimeout } from 'node:timers/promises';
import PQueue from 'p-queue';
import { StatuscastError } from '../errors.js';
import { CALLS_PER_SECOND, DELETES_PER_SECOND, SENDS_PER_SECOND } from '../limits.js';

/** Calls begun in any one second, by method; 0 for no limit. */
export type Rates = Readonly<Record<string, number>>;

/** What GREEN-API allows one instance; a method that is not named here has `CALLS_PER_SECOND`. */
export const DEFAULT_RATES: Rates = {
  sendMediaStatus: SENDS_PER_SECOND,
  sendVoiceStatus: SENDS_PER_SECOND,
  deleteStatus: DELETES_PER_SECOND,
};

/**
 * A second and a little: what leaves us a second apart may arrive closer together. 5 in 1.02 s are
 * 4.9 a second.
 */
const WINDOW_MS = 1020;

/** Lets calls through as their method's rate allows. */
export interface RateLimiter {
  <Answer>(
    method: string,
    call: () => Promise<Answer>,
    /** Ends the wait. */
    signal?: AbortSignal,
  ): Promise<Answer>;
}

/** One lane for each method, each with a sliding window: never over the rate in any second. */
export function createRateLimiter(rates: Rates = DEFAULT_RATES): RateLimiter {
  const lanes = new Map<string, { readonly queue: PQueue; readonly starts: number[] }>();
  return async (method, call, signal) => {
    const rate = rates[method] ?? DEFAULT_RATES[method] ?? CALLS_PER_SECOND;
    if (rate === 0) return call();
    const lane = lanes.get(method) ?? { queue: new PQueue({ concurrency: 1 }), starts: [] };
    lanes.set(method, lane);
    const options = signal === undefined ? {} : { signal };
    // Only the start is limited: the call itself outlives its place in the lane.
    await lane.queue
      .add(() => takeStart(lane.starts, rate, options), options)
      .catch(() => {
        throw new StatuscastError({ code: 'interrupted' });
      });
    return call();
  };
}

/**
 * Waits until a start falls within no window that is full, by the clock that nobody sets: the
 * queue's own intervals go by the time of day, and a clock that was put forward by 26 ms let 10
 * calls into one second.
 */
async function takeStart(
  starts: number[],
  rate: number,
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  const isFull = starts.length >= rate;
  const oldestMs = isFull ? (starts[0] ?? -Infinity) : -Infinity;
  const waitMs = oldestMs + WINDOW_MS - performance.now();
  if (waitMs > 0) await setTimeout(Math.ceil(waitMs), undefined, options);
  if (isFull) starts.shift();
  starts.push(performance.now());
}
