/** How fast the calls of one lane may begin. */
export interface Pace {
  /** Most of them in any second; Infinity for no limit. */
  readonly perSecond: number;
  /** Least milliseconds from the start of one to that of the next. */
  readonly gapMs: number;
}

/** Whether a call may begin now. */
export type Turn =
  | {
      readonly type: 'now';
      /** The call leaves at this moment: what was done between is no part of the distance. */
      readonly leave: () => void;
      /** The call does not leave after all, and holds up no other. */
      readonly giveBack: () => void;
    }
  | { readonly type: 'later'; readonly waitMs: number };

/** When the calls of each lane began: the memory of a rate limiter. */
export interface Starts {
  /** Notes a start where the pace allows one at this moment, else says how long that will take. */
  readonly take: (lane: string, pace: Pace) => Turn;
}

/**
 * A second and a little: what leaves us a second apart may arrive closer together. 5 in 1.02 s are
 * 4.9 a second.
 */
export const WINDOW_MS = 1020;

/**
 * Milliseconds by a clock that nobody sets and all processes of a machine share: the time of day,
 * put forward by 26 ms, let 10 calls into one second.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** How long until the pace allows a start; 0 or less for now. */
export function waitMsUntil(
  newestFirst: readonly number[],
  { perSecond, gapMs }: Pace,
  nowMs: number,
): number {
  const [lastMs = -Infinity] = newestFirst;
  const oldestMs = newestFirst[perSecond - 1] ?? -Infinity;
  return Math.max(lastMs + gapMs, oldestMs + WINDOW_MS) - nowMs;
}

/** How many starts of a lane tell when the next may be. */
export function countKept({ perSecond }: Pace): number {
  return Number.isFinite(perSecond) ? perSecond : 1;
}

/** The starts of this process alone. */
export function createOwnStarts(): Starts {
  const lanes = new Map<string, readonly { atMs: number }[]>();
  return {
    take(lane, pace) {
      const before = lanes.get(lane) ?? [];
      const nowMs = monotonicMs();
      const times = before.map(({ atMs }) => atMs);
      const waitMs = waitMsUntil(times, pace, nowMs);
      if (waitMs > 0) return { type: 'later', waitMs };
      const own = { atMs: nowMs };
      lanes.set(lane, [own, ...before].slice(0, countKept(pace)));
      return {
        type: 'now',
        leave: () => {
          own.atMs = monotonicMs();
        },
        giveBack: () => {
          lanes.set(lane, before);
        },
      };
    },
  };
}
