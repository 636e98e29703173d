import path from 'node:path';
import type { Root } from './discover.js';
import { compareNames, readFolder, type FolderContent } from './read-folder.js';

/**
 * The folders that `discover` walks, by their absolute paths; in the place of a file, its folder.
 * A folder behind a link is met under its own name.
 */
export async function* walkFolders(
  roots: readonly Root[],
  leaveOut: readonly string[],
): AsyncGenerator<string> {
  const ours = new Set(leaveOut);
  const met = new Set<string>();
  const waiting = roots.map(({ real, isFolder }) => ({
    folder: isFolder ? real : path.dirname(real),
    isDeep: isFolder,
  }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { folder, isDeep } = next;
    if (met.has(`${isDeep} ${folder}`)) continue;
    if (!met.has(`${!isDeep} ${folder}`)) yield folder;
    met.add(`${isDeep} ${folder}`);
    if (!isDeep) continue;
    const { names, files } = await readFolder(folder).catch(() => NOTHING);
    for (const name of names.filter((one) => !files.has(one)).toSorted(compareNames)) {
      const below = path.join(folder, name);
      if (!ours.has(below)) waiting.push({ folder: below, isDeep });
    }
  }
}

const NOTHING: FolderContent = { names: [], files: new Set(), links: new Set() };
