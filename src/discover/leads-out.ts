import path from 'node:path';

/** Whether a path is neither that of a folder nor below it. On Windows it may be on another drive. */
export function leadsOut(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return path.isAbsolute(way) || way.split(path.sep)[0] === '..';
}
