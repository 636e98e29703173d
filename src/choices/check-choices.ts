import path from 'node:path';
import type { Root } from '../discover/discover.js';
import { readFolder } from '../discover/read-folder.js';
import { walkFolders } from '../discover/walk-folders.js';
import { faultsIn, StatuscastError } from '../errors.js';
import { guess } from '../setting-names.js';
import { captionBeside, type Reading } from './choice-of.js';
import type { Row } from './columns.js';
import {
  fileOf,
  fold,
  foldersAbove,
  saysSomething,
  type FolderChoices,
} from './read-folder-choices.js';
import { readRow } from './read-row.js';
import { settleChoice } from './settle-choice.js';

/**
 * Looks at every file of choices that may speak for files of these roots: in their folders, and in
 * those above them, of which only what is said of files below the roots counts.
 * @returns what is said of files that are not there, where folders are live
 * @throws StatuscastError `bad-settings` with every fault of all files at once
 */
export async function checkChoices(
  roots: readonly Root[],
  leaveOut: readonly string[],
  reading: Reading,
): Promise<readonly string[]> {
  const { read, isLive } = reading;
  const faults = new Set<string>();
  const missing = isLive === true ? new Set<string>() : faults;
  const check = createRowCheck(reading, faults, missing);
  const tops = roots.map(({ real, isFolder }) => (isFolder ? real : path.dirname(real)));
  const isInput = (file: string) =>
    roots.some(({ real, isFolder }) => (isFolder ? file.startsWith(withEnd(real)) : file === real));
  const met = new Set<string>();
  for await (const folder of walkFolders(roots, leaveOut)) {
    met.add(folder);
    const found = await read(folder);
    await checkFolder(folder, found, () => true, check, faults);
    for (const name of found.texts.keys()) {
      const file = path.join(folder, name);
      const beside = isInput(file) ? await captionBeside(file, reading) : null;
      for (const why of beside?.faults ?? []) faults.add(`${beside?.where}: ${why}`);
    }
  }
  for (const folder of new Set(tops.flatMap((top) => foldersAbove(top)))) {
    if (met.has(folder)) continue;
    const isBelow = (row: Row) => {
      const file = fold(path.join(folder, fileOf(row)));
      return tops.some((top) => file.startsWith(fold(withEnd(top))));
    };
    await checkFolder(folder, await read(folder), isBelow, check, faults);
  }
  if (faults.size > 0) {
    throw new StatuscastError({ code: 'bad-settings', faults: [...faults], of: 'choices' });
  }
  return isLive === true ? [...missing] : [];
}

function withEnd(folder: string): string {
  return path.join(folder, path.sep);
}

type RowCheck = (row: Row, folder: string, shown: string) => Promise<void>;

async function checkFolder(
  folder: string,
  { captions, fault }: FolderChoices,
  isOurs: (row: Row) => boolean,
  check: RowCheck,
  faults: Set<string>,
): Promise<void> {
  if (fault !== null) faults.add(fault);
  if (captions === null) return;
  const { broken, shown } = captions;
  const tell = (line: number, text: string) => faults.add(`${shown}, line ${line}: ${text}`);
  if (broken !== null) tell(broken.line, broken.text);
  const rows = captions.rows.filter(isOurs);
  // A file of that name far above may be of anything.
  if (rows.length === 0 && !isOurs(NOWHERE)) return;
  for (const { line, text } of captions.faults) tell(line, text);
  for (const row of rows) await check(row, folder, shown);
}

const NOWHERE: Row = { line: 0, cells: new Map() };

function createRowCheck(reading: Reading, faults: Set<string>, missing: Set<string>): RowCheck {
  const whereOf = new Map<string, string>();
  const find = createSearch();
  return async (row, folder, shown) => {
    const where = `${shown}, line ${row.line}`;
    const name = fileOf(row);
    const file = path.join(folder, name);
    const before = whereOf.get(fold(file));
    if (before === undefined && saysSomething(row)) whereOf.set(fold(file), where);
    const found = name === '' ? UNNAMED : await find(folder, name);
    if (found.type === 'wrong') faults.add(`${where}: ${found.why}`);
    else if (found.type === 'missing') missing.add(`${where}: ${found.why}`);
    else if (before !== undefined && saysSomething(row))
      faults.add(`${where}: "${name}" is there already, in ${before}`);
    try {
      settleChoice(reading.run, readRow(row, where, reading.run));
    } catch (thrown) {
      for (const fault of faultsIn(thrown)) faults.add(fault);
    }
  };
}

/** Comparing a name with all that there are takes a while in a large folder. */
const GUESSES = 20;

type Found =
  | { readonly type: 'there' }
  | { readonly type: 'missing'; readonly why: string }
  | { readonly type: 'wrong'; readonly why: string };

const UNNAMED: Found = { type: 'wrong', why: 'it names no file' };

/** Says whether a file is there, and where it is not, why. */
function createSearch() {
  let guesses = 0;
  let last: { readonly folder: string; readonly names: ReadonlyMap<string, boolean> } | null = null;
  const namesIn = async (folder: string): Promise<ReadonlyMap<string, boolean>> => {
    if (last?.folder === folder) return last.names;
    const { names, files } = await readFolder(folder).catch(() => NOTHING);
    last = { folder, names: new Map(names.map((name) => [fold(name), files.has(name)])) };
    return last.names;
  };
  return async (folder: string, name: string): Promise<Found> => {
    const file = path.join(folder, name);
    if (path.isAbsolute(name) || !file.startsWith(withEnd(folder))) {
      return { type: 'wrong', why: `"${name}" is not in this folder or below it` };
    }
    // On some systems the separator of others is a character like any.
    const own = (await namesIn(folder)).get(fold(path.relative(folder, file)));
    const base = path.basename(file);
    const beside = own === undefined ? await namesIn(path.dirname(file)) : NO_NAMES;
    const isFile = own ?? beside.get(fold(base));
    if (isFile === true) return { type: 'there' };
    if (isFile === false) return { type: 'wrong', why: `"${name}" is a folder` };
    const near = guesses++ < GUESSES ? [...beside.keys()].toSorted() : [];
    const same = near.find((other) => other.toLowerCase() === fold(base).toLowerCase());
    const meant = same === undefined ? guess(base, near) : ` (is it ${same}?)`;
    return { type: 'missing', why: `there is no file "${name}"${meant}` };
  };
}

const NO_NAMES: ReadonlyMap<string, boolean> = new Map();
const NOTHING = { names: [], files: new Set<string>() };
