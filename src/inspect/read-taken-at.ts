import readExif from 'exif-reader';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { probeMedia } from './probe-media.js';
import { sniff } from './sniff.js';

/** When a file was taken, by the clock of the place: `2026-11-24`, `18:03`. */
export interface TakenAt {
  readonly date: string;
  readonly time: string;
}

/**
 * When a picture or recording was made, as it says itself; null where it does not.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, and what reading the file throws
 */
export async function readTakenAt(
  ffmpeg: Ffmpeg,
  path: string,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<TakenAt | null> {
  const sniffed = await sniff(path);
  if (sniffed.type !== 'known' || sniffed.format.reader === 'none') return null;
  if (sniffed.format.reader === 'still') return ofPicture(path);
  try {
    const { tags } = await probeMedia(ffmpeg, path, sniffed.format.demuxers, options);
    return ofRecording(tags);
  } catch (thrown) {
    // What cannot be read is told of when it is looked into.
    if (thrown instanceof StatuscastError && thrown.code === 'interrupted') throw thrown;
    return null;
  }
}

async function ofPicture(path: string): Promise<TakenAt | null> {
  const { sharp } = await import('./sharp.js');
  try {
    const { exif } = await sharp(path, { limitInputPixels: false }).metadata();
    if (exif === undefined) return null;
    const { Photo } = readExif(exif);
    // The reader takes the clock of the place for UTC, and the zeros of a clock that was never set
    // for 1899.
    const taken = [Photo?.DateTimeOriginal, Photo?.DateTimeDigitized].find(
      (date) => date !== undefined && date !== null && date.getUTCFullYear() >= 1900,
    );
    return taken === undefined || taken === null ? null : partsOf(taken.toISOString());
  } catch {
    return null;
  }
}

/** Phones say the time of the place; else it is UTC, and told by the clock of this computer. */
function ofRecording(tags: Readonly<Record<string, string>>): TakenAt | null {
  const local = tags['com.apple.quicktime.creationdate'];
  if (local !== undefined) return partsOf(local);
  const made = new Date(tags['creation_time'] ?? '');
  // Zero in the file is 1904 or 1970.
  if (Number.isNaN(made.getTime()) || made.getFullYear() < 1980) return null;
  const shifted = made.getTime() - made.getTimezoneOffset() * 60_000;
  return partsOf(new Date(shifted).toISOString());
}

function partsOf(text: string): TakenAt | null {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(text) ?? [];
  return date === undefined || time === undefined ? null : { date, time };
}
