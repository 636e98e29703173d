/** What the system says of a file, as `stat` has it. */
export interface FileFacts {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** When it was last written to; whoever copies a file may set it. */
  readonly mtimeMs: number;
  /** When anything about it last changed. */
  readonly ctimeMs: number;
}

/**
 * Changes whenever a file does, or another takes its place. The time of the last change of anything
 * about it comes from the system: what copies may set the other one, and the size may be the same.
 */
export function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: FileFacts): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
}

/** Whether a file was not written to since it had a stamp; it may have been linked or moved. */
export function isAsWritten(stamp: string, { size, mtimeMs }: FileFacts): boolean {
  const [, , bytes, writtenMs] = stamp.split(' ');
  return bytes === String(size) && writtenMs === String(mtimeMs);
}

/** What bears no stamp: it is not there. */
export const NO_STAMP = '';

/** Some file systems tell times in steps of two seconds. */
const STEP_MS = 2000;

/**
 * Whether a change from now on would show in the stamp. One that is as young as the steps in which
 * its file system tells the time may change twice within one of them.
 */
export function isSettled({ ctimeMs, mtimeMs }: FileFacts, nowMs: number): boolean {
  return nowMs - Math.max(ctimeMs, mtimeMs) > STEP_MS;
}
