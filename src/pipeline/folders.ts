import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Root } from '../discover/discover.js';
import { leadsOut } from '../discover/leads-out.js';
import { StatuscastError } from '../errors.js';

/** Whether anything is at a path that this user may reach. */
export function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * A run that writes to a folder finds out before its work where that is a file.
 * @param name of the setting that names it
 * @throws StatuscastError `bad-settings`
 */
export async function refuseFile(name: string, folder: string): Promise<void> {
  const isFile = await stat(folder).then(
    (found) => !found.isDirectory(),
    () => false,
  );
  if (!isFile) return;
  const faults = [`${name} must be a folder, and ${folder} is a file`];
  throw new StatuscastError({ code: 'bad-settings', faults });
}

/** Where a folder really is, or will be: a link to it must not hide it from the walk. */
export async function realPathOf(folder: string): Promise<string> {
  const parent = path.dirname(folder);
  const found = await realpath(folder).catch(() => null);
  if (found !== null || parent === folder) return found ?? folder;
  return path.join(await realPathOf(parent), path.basename(folder));
}

/**
 * An output could take the place of an input: its own, or below a folder that holds the inputs, that
 * of another (`album/album/a.jpg` becomes `album/a.jpg` there).
 * @throws StatuscastError `bad-settings`
 */
export function refuseInputsFolder(
  roots: readonly Root[],
  outDir: string,
  [, out = '']: readonly string[],
): void {
  // Outputs of single files lie side by side.
  const isDeep = roots.some(({ isFolder }) => isFolder);
  const inTheWay = roots.find(({ real, isFolder }) => {
    const folder = isFolder ? real : path.dirname(real);
    return folder === out || (isDeep && !leadsOut(out, folder));
  });
  if (inTheWay === undefined) return;
  const faults = [
    `out must be another folder than that of the inputs, and none that holds it, not ${outDir}`,
  ];
  throw new StatuscastError({ code: 'bad-settings', faults });
}
