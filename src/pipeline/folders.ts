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
 * be posted twice; it is where somebody gives that folder by name.
 */
export async function foldersOfOurs(
  roots: readonly Root[],
  { state, out }: Settings,
): Promise<readonly string[]> {
  // A state directory may be the folder of the inputs itself.
  const folders = [state, path.join(state, 'outputs'), PREPARED_DIR, ...(out === '' ? [] : [out])];
  const ours = await Promise.all(folders.map((folder) => realPathOf(path.resolve(folder))));
  return ours.filter((folder) => roots.every(({ real }) => real !== folder));
}

/**
 * Tells of outputs of an earlier `prepare` among the inputs.
 * @param ours as `foldersOfOurs` gives them
 * @param outDir where this run has its own
 */
export async function warnOfPrepared(
  roots: readonly Root[],
  ours: readonly string[],
  outDir: string,
): Promise<string | null> {
  const prepared = await realPathOf(path.resolve(PREPARED_DIR));
  const isOwn = prepared === (await realPathOf(outDir));
  const isBelow = roots.some(({ isFolder, real }) => isFolder && !leadsOut(real, prepared));
  if (isOwn || !isBelow || !ours.includes(prepared) || !(await isThere(prepared))) return null;
  return `${prepared} is left out, as prepare puts its outputs there; give it by name to have it sent`;
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
