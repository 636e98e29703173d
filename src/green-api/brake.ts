import { StatuscastError } from '../errors.js';
import { monotonicMs } from './starts.js';

/** Stops a lane that the API has found too fast, for longer each time. */
export interface Brake {
  /** By the clock of `monotonicMs`; -Infinity where nothing is to be waited for. */
  readonly heldUntilMs: () => number;
  /**
   * Makes a call of the lane and looks at how it ends.
   * @throws what the call throws; a refusal as too fast with how long the lane stands still
   */
  readonly watch: <Answer>(call: () => Promise<Answer>) => Promise<Answer>;
}

/**
 * How long a call is too fast before it is given up, and the longest Retry-After that is honoured.
 * Others may use the instance for minutes without leaving room; what is too fast for a quarter of
 * an hour, with stops of half a minute, is no matter of pace.
 */
export const TOO_FAST_MAX_MS = 15 * 60_000;

const FIRST_STOP_MS = 1000;
const LONGEST_STOP_MS = 30_000;
/** The part of a stop that is chance, so that processes do not come back together. */
const JITTER = 0.25;

export function createBrake(): Brake {
  let heldSinceMs = -Infinity;
  let heldUntilMs = -Infinity;
  let refusals = 0;

  /** @returns how long the lane stands still from now on */
  const stop = (begunMs: number, askedMs: number | null): number => {
    const nowMs = monotonicMs();
    // A wait of nothing asks for the same refusal again.
    let stopMs = Math.min(TOO_FAST_MAX_MS, askedMs ?? 0);
    // Several may have been under way when the first was refused: they are one refusal.
    if (begunMs >= heldSinceMs) {
      const jitter = 1 + Math.random() * JITTER;
      const backOffMs = Math.min(LONGEST_STOP_MS, FIRST_STOP_MS * 2 ** refusals * jitter);
      refusals++;
      heldSinceMs = nowMs;
      if (stopMs === 0) stopMs = backOffMs;
    }
    heldUntilMs = Math.max(heldUntilMs, nowMs + stopMs);
    return Math.round(heldUntilMs - nowMs);
  };

  return {
    heldUntilMs: () => heldUntilMs,
    watch: async (call) => {
      const begunMs = monotonicMs();
      try {
        const answer = await call();
        if (begunMs >= heldSinceMs) refusals = 0;
        return answer;
      } catch (thrown) {
        if (!(thrown instanceof StatuscastError)) throw thrown;
        const { facts } = thrown;
        if (facts.code !== 'api-refused' || facts.refusal !== 'too-fast') throw thrown;
        throw new StatuscastError({
          ...facts,
          retryAfterMs: stop(begunMs, facts.retryAfterMs),
        });
      }
    },
  };
}
