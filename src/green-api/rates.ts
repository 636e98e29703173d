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
  const lanes = new Map<string, PQueue>();
  return async (method, call, signal) => {
    const rate = rates[method] ?? DEFAULT_RATES[method] ?? CALLS_PER_SECOND;
    if (rate === 0) return call();
    let lane = lanes.get(method);
    if (lane === undefined) {
      // Without `strict` the window is fixed, and up to twice as many start within one second.
      lane = new PQueue({ intervalCap: rate, interval: WINDOW_MS, strict: true });
      lanes.set(method, lane);
    }
    // Only the start is limited: the call itself outlives its place in the lane.
    await lane
      .add(() => undefined, signal === undefined ? {} : { signal })
      .catch(() => {
        throw new StatuscastError({ code: 'interrupted' });
      });
    return call();
  };
}
