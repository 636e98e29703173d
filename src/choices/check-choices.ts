import path from 'node:path';
import { readFolder, walkFolders, type Root } from '../discover/discover.js';
import { StatuscastError } from '../errors.js';
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
import { faultsIn, settleChoice } from './settle-choice.js';

/**
 * Looks at every file of choices that may speak for files of these roots: in their folders, and in
 * those above them, of which only what is said of files below the roots counts.
 * @throws StatuscastError `bad-settings` with every fault of all files at once
 */
export async function checkChoices(
  roots: readonly Root[],
  leaveOut: readonly string[],
  reading: Reading,
): Promise<void> {
  const { read } = reading;
  const faults = new Set<string>();
  const check = createRowCheck(reading, faults);
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
  if (faults.size > 0) throw new StatuscastError({ code: 'bad-settings', faults: [...faults] });
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

function createRowCheck(reading: Reading, faults: Set<string>): RowCheck {
  const whereOf = new Map<string, string>();
  const whyMissing = createSearch();
  return async (row, folder, shown) => {
    const where = `${shown}, line ${row.line}`;
    const name = fileOf(row);
    const file = path.join(folder, name);
    const before = whereOf.get(fold(file));
    if (before === undefined && saysSomething(row)) whereOf.set(fold(file), where);
    const missing = name === '' ? 'it names no file' : await whyMissing(folder, name);
    if (missing !== null) faults.add(`${where}: ${missing}`);
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

/** Says why a file is not to be had; null where it is there. */
function createSearch() {
  let guesses = 0;
  let last: { readonly folder: string; readonly names: ReadonlyMap<string, boolean> } | null = null;
  const namesIn = async (folder: string): Promise<ReadonlyMap<string, boolean>> => {
    if (last?.folder === folder) return last.names;
    const { names, files } = await readFolder(folder).catch(() => NOTHING);
    last = { folder, names: new Map(names.map((name) => [fold(name), files.has(name)])) };
    return last.names;
  };
  return async (folder: string, name: string): Promise<string | null> => {
    const file = path.join(folder, name);
    if (path.isAbsolute(name) || !file.startsWith(withEnd(folder))) {
      return `"${name}" is not in this folder or below it`;
    }
    // On some systems the separator of others is a character like any.
    const own = (await namesIn(folder)).get(fold(path.relative(folder, file)));
    const base = path.basename(file);
    const beside = own === undefined ? await namesIn(path.dirname(file)) : NO_NAMES;
    const isFile = own ?? beside.get(fold(base));
    if (isFile === true) return null;
    if (isFile === false) return `"${name}" is a folder`;
    const near = guesses++ < GUESSES ? [...beside.keys()] : [];
    const same = near.find((other) => other.toLowerCase() === fold(base).toLowerCase());
    return `there is no file "${name}"${same === undefined ? guess(base, near) : ` (is it ${same}?)`}`;
  };
}

const NO_NAMES: ReadonlyMap<string, boolean> = new Map();
const NOTHING = { names: [], files: new Set<string>() };
