import path from 'node:path';
import { StatuscastError } from '../errors.js';
import type { Input } from '../job.js';
import type { Settings } from '../settings.js';
import { readCaptionText } from './read-caption-text.js';
import { fold, showPath, type FolderChoices } from './read-folder-choices.js';
import { readRow, type Choice } from './read-row.js';

export interface ChoicesOptions {
  /** Whether a file is media by its first bytes: a text beside another is no caption. */
  readonly isMedia: (path: string) => Promise<boolean>;
  /**
   * Folders change meanwhile: they are looked at anew, and what a table says of a file that is not
   * there is no fault. Default: once, and it is one.
   */
  readonly isLive?: boolean;
  /** Ends waiting for a table that is being written. */
  readonly signal?: AbortSignal | undefined;
}

/** What a look at choices needs. */
export interface Reading extends ChoicesOptions {
  readonly run: Settings;
  readonly read: (folder: string) => Promise<FolderChoices>;
  /** A folder and those above it, the nearest first. */
  readonly readAbove: (folder: string) => Promise<readonly FolderChoices[]>;
}

/** What is chosen for a file: its row, and the text beside it where the row has no caption. */
export async function choiceOf(
  input: Pick<Input, 'path' | 'relativePath'>,
  reading: Reading,
): Promise<Choice | null> {
  const { path: file } = input;
  const row = await rowOf(input, reading);
  if (row?.isLeftOut === true || row?.values['caption'] !== undefined) return row;
  const text = await captionBeside(file, reading);
  if (row === null || text === null) return row ?? text;
  const faults = [...row.faults, ...text.faults];
  return { ...row, faults, values: { ...text.values, ...row.values } };
}

/**
 * The nearest row of a file.
 * @throws StatuscastError `bad-settings` where a table that may speak for it cannot be gone by
 */
async function rowOf(
  { path: file, relativePath }: Pick<Input, 'path' | 'relativePath'>,
  { run, readAbove }: Reading,
): Promise<Choice | null> {
  const folders = await readAbove(path.dirname(file));
  const ownFolders = relativePath.split(path.sep).length;
  for (const [at, folder] of folders.entries()) {
    // A table far above may be of anything.
    const faults = faultsOf(folder, at < ownFolders);
    if (faults.length > 0) throw new StatuscastError({ code: 'bad-settings', faults });
    const { captions } = folder;
    const row = captions?.byFile.get(fold(file));
    if (captions !== null && row !== undefined) {
      return readRow(row, `${captions.shown}, line ${row.line}`, run);
    }
  }
  return null;
}

function faultsOf({ captions, fault }: FolderChoices, isOwn: boolean): readonly string[] {
  const whole = fault === null ? [] : [fault];
  if (captions === null) return whole;
  const { broken, faults, shown } = captions;
  const all = [...(broken === null ? [] : [broken]), ...(isOwn ? faults : [])];
  return [...whole, ...all.map(({ line, text }) => `${shown}, line ${line}: ${text}`)];
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
