import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { findCaptionsFiles, findCaptionTexts } from '../discover/choices-beside.js';
import { readFolder } from '../discover/read-folder.js';
import { NO_STAMP, stampOf } from '../discover/stamp.js';
import { messageOf } from '../errors.js';
import type { Row, Rows } from './columns.js';
import { decodeText, NOT_UTF8 } from '../decode-text.js';

/** What the files of one folder say of its media, and of those below it. */
export interface FolderChoices {
  /** The file of choices; null where there is none. */
  readonly captions: CaptionsFile | null;
  /** The text beside a file that holds its caption, by the file's name. */
  readonly texts: ReadonlyMap<string, string>;
  /** What is wrong with the folder as a whole. */
  readonly fault: string | null;
}

export interface CaptionsFile extends Rows {
  /** As faults name it. */
  readonly shown: string;
  /** By what `fold` makes of the absolute path of the file that each is about. */
  readonly byFile: ReadonlyMap<string, Row>;
}

/** Reads what a folder says; a folder that cannot be read says nothing. */
export async function readFolderChoices(
  folder: string,
  parse: (file: string) => Promise<Rows>,
): Promise<FolderChoices> {
  const content = await readFolder(folder).catch(() => null);
  const files = [...(content?.files ?? [])];
  const texts = findCaptionTexts(files);
  const [name, ...more] = findCaptionsFiles(files);
  if (name === undefined) return { captions: null, texts, fault: null };
  if (more.length > 0) {
    const fault = `${showPath(folder)}: ${[name, ...more].join(' and ')} are both there: keep one of them`;
    return { captions: null, texts, fault };
  }
  const file = path.join(folder, name);
  const rows = await parse(file);
  // Of a file that is there twice the first counts; that is told of. A row to fill in says nothing.
  const byFile = new Map(
    rows.rows
      .filter(saysSomething)
      .toReversed()
      .map((row) => [fold(path.join(folder, fileOf(row))), row]),
  );
  return { captions: { ...rows, shown: showPath(file), byFile }, texts, fault: null };
}

/** Both ways of writing an accent are the same, and so are both separators. */
export function fold(file: string): string {
  return file.normalize('NFC').replaceAll('\\', '/');
}

/** Whether there is more in a row than its file. */
export function saysSomething({ cells }: Row): boolean {
  return cells.size > 1;
}

export function fileOf({ cells }: Row): string {
  return (cells.get('file') ?? '').replaceAll('\\', path.sep);
}

/** As people would name it: from where they are, where that is shorter. */
export function showPath(file: string): string {
  const relative = path.relative('', file);
  return relative.startsWith('..') || relative === '' ? file : relative;
}

async function readCaptions(file: string): Promise<Rows> {
  const broken = (text: string) => ({ broken: { line: 1, text }, rows: [], faults: [] });
  try {
    // A pipe would be waited for without end.
    if (!(await stat(file)).isFile()) return broken('it is no file');
    const text = decodeText(await readFile(file));
    if (text === null) return broken(`it ${NOT_UTF8}`);
    if (/\.csv$/i.test(file)) return (await import('./parse-csv.js')).parseCsv(text);
    return (await import('./parse-yaml.js')).parseYaml(text);
  } catch (thrown) {
    return broken(`it cannot be read: ${messageOf(thrown)}`);
  }
}

/** Reads files of choices again only where they have changed. */
export function rememberCaptions(): (file: string) => Promise<Rows> {
  const known = new Map<string, { readonly stamp: string; readonly rows: Promise<Rows> }>();
  return async (file) => {
    const found = await stat(file).catch(() => null);
    const stamp = found === null ? NO_STAMP : stampOf(found);
    const before = known.get(file);
    if (before?.stamp === stamp) return before.rows;
    const rows = readCaptions(file);
    known.set(file, { stamp, rows });
    return rows;
  };
}

/** A folder and all those that it is in, the nearest first. */
export function foldersAbove(folder: string): readonly string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}
