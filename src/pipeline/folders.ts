import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Root } from '../discover/discover.js';
import { StatuscastError } from '../errors.js';

/** Where a folder really is, or will be: a link to it must not hide it from the walk. */
export async function realPathOf(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  const found = await realpath(folder).catch(() => null);
  if (found !== null || parent === folder) return found ?? folder;
  return path.join(await realPathOf(parent), path.basename(folder));
}

/**
 * An output of the same name would take its source's place.
 * @throws StatuscastError `bad-settings`
 */
export function refuseInputsFolder(
  roots: readonly Root[],
  outDir: string,
  [, out]: readonly string[],
): void {
  const inTheWay = roots.find(
    ({ real, isFolder }) => (isFolder ? real : path.dirname(real)) === out,
  );
  if (inTheWay === undefined) return;
  const faults = [`out must be another folder than that of the inputs, not ${outDir}`];
  throw new StatuscastError({ code: 'bad-settings', faults });
}
