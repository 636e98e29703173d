import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCaptionsFiles } from '../discover/choices-beside.js';
import { readFolder } from '../discover/read-folder.js';
import { stampOf } from '../discover/stamp.js';
import { showPath } from './read-folder-choices.js';

/** What was written longer ago, by whichever clock, is not being written. */
const RECENT_MS = 60_000;
/** All others wait meanwhile: however long media have to be steady, a table is small. */
const STEADY_MAX_MS = 2000;
const LOOKS_MAX = 10;

/**
 * Waits, for each folder that it is given, until nobody has written to its table for a while: half of
 * one would send to everybody what is for some.
 * @returns what is wrong where somebody goes on writing; null where nothing is
 */
export function createAwaitWritten(
  steadyMs: number,
  signal: AbortSignal | undefined,
): (folder: string) => Promise<string | null> {
  const waitMs = Math.min(steadyMs, STEADY_MAX_MS);
  /** Stamps of tables that were found to stay as they are. */
  const steady = new Map<string, string>();
  return async (folder) => {
    const content = await readFolder(folder).catch(() => null);
    const [name] = findCaptionsFiles(content?.files ?? []);
    if (name === undefined) return null;
    const file = path.join(folder, name);
    let before = await stat(file).catch(() => null);
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      if (before === null || steady.get(file) === stampOf(before)) return null;
      if (Math.abs(Date.now() - before.mtimeMs) > RECENT_MS) return null;
      await sleep(waitMs, undefined, signal && { signal }).catch(() => undefined);
      const now = await stat(file).catch(() => null);
      if (now !== null && stampOf(now) === stampOf(before)) steady.set(file, stampOf(now));
      if (signal?.aborted === true) return null;
      before = now;
    }
    return `${showPath(file)}: it is still being written`;
  };
}
