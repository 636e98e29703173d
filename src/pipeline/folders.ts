import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Root } from '../discover/discover.js';
import { leadsOut } from '../discover/leads-out.js';
import { StatuscastError } from '../errors.js';
import type { Settings } from '../settings.js';

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

/** Where `prepare` puts its outputs, as long as nobody says otherwise. */
export const PREPARED_DIR = 'out';

/**
 * The folders that we write to, which may lie among the inputs and are left out there, by their real
 * paths. What `prepare` made is none of a later `send` of the folder around it, or each file would
 * be posted twice; it is where somebody gives it by name.
 */
export async function foldersOfOurs(
  roots: readonly Root[],
  { state, out }: Settings,
): Promise<readonly string[]> {
  const stateDir = await realPathOf(path.resolve(state));
  const outDir = await realPathOf(path.resolve(out || PREPARED_DIR));
  const isGiven = roots.some(({ isFolder, real }) => isFolder && !leadsOut(outDir, real));
  return isGiven ? [stateDir] : [stateDir, outDir];
}

/** @param ours as `foldersOfOurs` gives them */
export async function warnOfPrepared(
  roots: readonly Root[],
  [, outDir]: readonly string[],
): Promise<string | null> {
  if (outDir === undefined || !(await isThere(outDir))) return null;
  const isBelow = roots.some(({ isFolder, real }) => isFolder && !leadsOut(real, outDir));
  if (!isBelow) return null;
  return `${outDir} is left out, as prepare puts its outputs there; give it by name to have it sent`;
}

/**
 * An output could take the place of an input: its own, or below a folder that holds the inputs, that
 * of another (`album/album/a.jpg` becomes `album/a.jpg` there).
 * @throws StatuscastError `bad-settings`
 */
export async function refuseInputsFolder(roots: readonly Root[], outDir: string): Promise<void> {
  const out = await realPathOf(outDir);
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
