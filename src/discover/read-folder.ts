import { readdir } from 'node:fs/promises';

/** What is in a folder, without what is hidden; in any order. */
export interface FolderContent {
  readonly names: readonly string[];
  /** Those that are no folders. */
  readonly files: ReadonlySet<string>;
  /** Those that may lead elsewhere. */
  readonly links: ReadonlySet<string>;
}

/** @throws what reading it throws */
export async function readFolder(folder: string): Promise<FolderContent> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const files = entries.filter((entry) => !entry.isDirectory());
  const links = files.filter((entry) => !entry.isFile());
  const namesOf = (some: typeof entries) => some.map(({ name }) => name);
  return {
    names: namesOf(entries),
    files: new Set(namesOf(files)),
    links: new Set(namesOf(links)),
  };
}

const byName = new Intl.Collator('en', { numeric: true });

/** The order in which people read names: `2.jpg` before `10.jpg`. */
export function compareNames(a: string, b: string): number {
  return byName.compare(a, b) || (a < b ? -1 : Number(a > b));
}
