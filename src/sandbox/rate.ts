import type { ApiMethod } from './methods.js';

const WINDOW_MS = 1000;

/** Lets at most so many requests of a method through in any second, however that second is laid. */
export interface RateLimiter {
  /** Whether a request that arrives now is let through; one that is not does not count. */
  admit(method: ApiMethod, perSecond: number): boolean;
}

export function createRateLimiter(now: () => number = () => performance.now()): RateLimiter {
  const admitted = new Map<ApiMethod, readonly number[]>();
  return {
    admit(method, perSecond) {
      const time = now();
      const recent = (admitted.get(method) ?? []).filter((at) => time - at < WINDOW_MS);
      const free = recent.length < perSecond;
      admitted.set(method, free ? [...recent, time] : recent);
      return free;
    },
  };
}
