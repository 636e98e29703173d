import path from 'node:path';
import type { Settings } from '../settings.js';
import { readCaptionText } from './read-caption-text.js';
import { fold, foldersAbove, showPath, type FolderChoices } from './read-folder-choices.js';
import { readRow, type Choice } from './read-row.js';

export interface ChoicesOptions {
  /** Whether a file is media by its first bytes: a text beside another is no caption. */
  readonly isMedia: (path: string) => Promise<boolean>;
  /** Folders change meanwhile: each is looked at anew for each input. Default: once. */
  readonly isLive?: boolean;
}

/** What a look at choices needs. */
export interface Reading extends ChoicesOptions {
  readonly run: Settings;
  readonly read: (folder: string) => Promise<FolderChoices>;
}

/** What is chosen for a file: its row, and the text beside it where the row has no caption. */
export async function choiceOf(file: string, reading: Reading): Promise<Choice | null> {
  const row = await rowOf(file, reading);
  if (row?.isLeftOut === true || row?.values['caption'] !== undefined) return row;
  const text = await captionBeside(file, reading);
  if (row === null || text === null) return row ?? text;
  const faults = [...row.faults, ...text.faults];
  return { ...row, faults, values: { ...text.values, ...row.values } };
}

async function rowOf(file: string, { run, read }: Reading): Promise<Choice | null> {
  const folders = await Promise.all(foldersAbove(path.dirname(file)).map(read));
  for (const { captions } of folders) {
    const row = captions?.byFile.get(fold(file));
    if (captions !== null && row !== undefined) {
      return readRow(row, `${captions.shown}, line ${row.line}`, run);
    }
  }
  return null;
}

/** What the text beside a file says; null where there is none, or the file is no media. */
export async function captionBeside(
  file: string,
  { read, isMedia }: Reading,
): Promise<Choice | null> {
  const folder = path.dirname(file);
  const name = (await read(folder)).texts.get(path.basename(file));
  if (name === undefined) return null;
  const where = showPath(path.join(folder, name));
  const found = await readCaptionText(path.join(folder, name));
  const nothing = { where, isLeftOut: false, values: {}, faults: [] };
  if (found.type === 'caption') {
    return found.caption === '' ? null : { ...nothing, values: { caption: found.caption } };
  }
  return (await isMedia(file)) ? { ...nothing, faults: [found.why] } : null;
}
