import { open, type FileHandle } from 'node:fs/promises';
import { boxesIn, type Box } from './read-boxes.js';

/**
 * How much of each sound track of an MP4 its edit list hides, in their order; null where a track has
 * none that can be read. ffprobe gives only how long is what is left.
 * @param path absolute path
 */
export async function readHiddenSounds(path: string): Promise<readonly (number | null)[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const moov = await boxAt(file, { contentAt: 0, endsAt: size }, 'moov');
    if (moov === undefined) return [];
    const mvhd = await boxAt(file, moov, 'mvhd');
    const movie = mvhd === undefined ? null : await readClock(file, mvhd);
    const hidden: (number | null)[] = [];
    const tracks = await boxesOf(file, moov, 'trak');
    for (const track of tracks.slice(0, TRACKS_MAX)) {
      // oxlint-disable-next-line no-await-in-loop
      if (await isSound(file, track)) hidden.push(await hiddenIn(file, track, movie));
    }
    return hidden;
  } finally {
    await file.close();
  }
}

/** Real files have a handful; a forged one may have thousands, each as long as the file. */
const TRACKS_MAX = 32;

type Span = Pick<Box, 'contentAt' | 'endsAt'>;

/** The boxes of a type in another one. */
async function boxesOf(file: FileHandle, { contentAt, endsAt }: Span, type: string) {
  const found: Box[] = [];
  for await (const box of boxesIn(file, contentAt, endsAt)) if (box.type === type) found.push(box);
  return found;
}

/** The first box along a path of types. */
async function boxAt(file: FileHandle, from: Span, ...types: readonly string[]) {
  let span: Span | undefined = from;
  for (const type of types) {
    // oxlint-disable-next-line no-await-in-loop
    [span] = span === undefined ? [] : await boxesOf(file, span, type);
  }
  return span;
}

async function isSound(file: FileHandle, track: Box): Promise<boolean> {
  const hdlr = await boxAt(file, track, 'mdia', 'hdlr');
  return (
    hdlr !== undefined && (await read(file, hdlr.contentAt, 12)).toString('latin1', 8) === 'soun'
  );
}

interface Clock {
  readonly ticksPerSecond: number;
  readonly seconds: number;
}

/** Of a header of the movie or of a track, which begin alike. */
async function readClock(file: FileHandle, { contentAt }: Span): Promise<Clock | null> {
  const header = await read(file, contentAt, 32);
  const isLong = header[0] === 1;
  const ticksPerSecond = header.readUInt32BE(isLong ? 20 : 12);
  const ticks = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return ticksPerSecond === 0 ? null : { ticksPerSecond, seconds: ticks / ticksPerSecond };
}

/** Real lists have one or two. */
const EDITS_MAX = 100;

async function hiddenIn(file: FileHandle, track: Box, movie: Clock | null) {
  const mdhd = await boxAt(file, track, 'mdia', 'mdhd');
  const elst = await boxAt(file, track, 'edts', 'elst');
  const media = mdhd === undefined ? null : await readClock(file, mdhd);
  if (elst === undefined || movie === null || media === null) return null;
  const head = await read(file, elst.contentAt, 8);
  const count = head.readUInt32BE(4);
  if (count === 0 || count > EDITS_MAX) return null;
  const isLong = head[0] === 1;
  const size = isLong ? 20 : 12;
  const edits = await read(file, elst.contentAt + 8, count * size);
  let shownSeconds = 0;
  for (let at = 0; at < edits.length; at += size) {
    const ticks = isLong ? Number(edits.readBigUInt64BE(at)) : edits.readUInt32BE(at);
    const from = isLong ? Number(edits.readBigInt64BE(at + 8)) : edits.readInt32BE(at + 4);
    // Of -1: nothing is shown for so long.
    if (from >= 0) shownSeconds += ticks / movie.ticksPerSecond;
  }
  return Math.max(0, media.seconds - shownSeconds);
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}
