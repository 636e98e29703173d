/** What came of looking at one thing that a run depends on. */
export interface Finding {
  readonly type: 'check';
  /** What was looked at, such as `ffmpeg`; the same in every version. */
  readonly name: string;
  /** A `problem` makes runs fail, or files; a `warning` is something to know before it does. */
  readonly state: FindingState;
  /** The fact. */
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

export type FindingState = 'ok' | 'warning' | 'problem';

/** A finding without the name of its check. */
export type Found = Pick<Finding, 'state' | 'message' | 'advice'>;

export function ok(message: string): Found {
  return { state: 'ok', message, advice: null };
}

export function warning(message: string, advice: string): Found {
  return { state: 'warning', message, advice };
}

export function problem(message: string, advice: string | null): Found {
  return { state: 'problem', message, advice };
}

/** One thing to look at. */
export interface Check {
  readonly name: string;
  /**
   * Looks at it; several findings, or none where there was nothing to look at. What it throws is a
   * finding as well.
   * @param signal fires when its time is over
   */
  readonly look: (signal: AbortSignal) => Promise<readonly Found[]>;
}
