import type { ErrorCode } from '../errors.js';
import type { SummaryEvent } from '../events.js';

/** What the command ends with; scripts rely on these. */
export const EXIT = { done: 0, someFailed: 1, usage: 2, cannotSend: 3, interrupted: 130 } as const;

/** The exit code of a run. */
export function exitCodeOf({ counts, stopped }: SummaryEvent): number {
  if (stopped !== null) {
    if (stopped.code === 'interrupted') return EXIT.interrupted;
    const refused: readonly ErrorCode[] = ['instance-cannot-send', 'api-refused'];
    if (refused.includes(stopped.code)) return EXIT.cannotSend;
    if (stopped.code === 'binary-unusable') return EXIT.usage;
  }
  const isClean = stopped === null && counts.failed === 0 && counts.uncertain === 0;
  return isClean ? EXIT.done : EXIT.someFailed;
}
