import { monotonicMs } from './starts.js';

/** The server's time of day, which no change of our own clock moves. */
export interface ServerClock {
  /**
   * Milliseconds since 1970, never more than about a second behind the server; by our own clock
   * until an answer came.
   */
  readonly now: () => number;
  /** Takes the time from the Date header of an answer; one that is none is passed over. */
  readonly read: (date: string) => void;
}

/** A Date header has no fractions of a second. */
const TICK_MS = 1000;

export function createServerClock(): ServerClock {
  let aheadMs: number | null = null;
  return {
    now: () => (aheadMs === null ? Date.now() : Math.floor(monotonicMs() + aheadMs)),
    read: (date) => {
      const toldMs = Date.parse(date);
      if (Number.isNaN(toldMs)) return;
      const toldAheadMs = toldMs - monotonicMs();
      // Where the two agree to the second, the later one is nearer to the truth.
      const agrees = aheadMs !== null && aheadMs > toldAheadMs && aheadMs - toldAheadMs < TICK_MS;
      if (!agrees) aheadMs = toldAheadMs;
    },
  };
}
