/** How an input of a watch has ended, as far as it matters for what comes next. */
export type WatchEnd =
  | 'posted'
  /** For good, unless the file changes. */
  | 'ended'
  /** It was not posted, for a reason that may pass, and that others would meet as well. */
  | 'no-answer'
  /** It was removed, or waited for what was: whether it is there is seen at once. */
  | 'again'
  /** Nobody knows yet whether it was posted, or what is chosen for it is wrong. */
  | 'open';

/** What is done about an outage: nobody is there to begin a watch anew. */
export interface Patience {
  /** How long nothing is to be begun. */
  readonly heldMs: (underWay: number) => number;
  /**
   * How long the input is left alone before it is found again; null where it is not.
   * @param tries how often that was so before
   */
  readonly note: (end: WatchEnd, tries: number) => number | null;
}

const HOLD_MS = 5000;
const HOLD_MAX_MS = 600_000;
/** Longer than it is held for, so that others come first: the fault may be its own. */
const AGAIN_MS = 10_000;
const AGAIN_MAX_MS = 1_800_000;
/** What nobody has known for over half an hour nobody will know. */
const OPEN_TRIES = 8;

/** @param onHold told when nothing is begun for a while */
export function createPatience(
  onHold: (waitMs: number) => void,
  now: () => number = () => performance.now(),
): Patience {
  let holds = 0;
  let heldUntilMs = 0;
  return {
    heldMs: (underWay) => {
      // One by one until the first is posted: in an outage each would fail.
      if (holds > 0 && underWay > 0) return Infinity;
      return Math.max(0, heldUntilMs - now());
    },
    note: (end, tries) => {
      const againMs = Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** tries);
      switch (end) {
        case 'posted':
          [holds, heldUntilMs] = [0, 0];
          return null;
        case 'ended':
          return null;
        case 'again':
          return 0;
        case 'no-answer':
          if (now() >= heldUntilMs) {
            const waitMs = Math.min(HOLD_MAX_MS, HOLD_MS * 2 ** holds++);
            heldUntilMs = now() + waitMs;
            onHold(waitMs);
          }
          return againMs;
        case 'open':
          return tries < OPEN_TRIES ? againMs : null;
      }
    },
  };
}
