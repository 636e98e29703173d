import { open, type FileHandle } from 'node:fs/promises';
import { boxesIn, type Box } from './read-boxes.js';

/**
 * How an MP4 file is laid out, which ffprobe does not tell. `ragged`: it begins with its index, and
 * is not one index, one body of data and small boxes to its last byte, or holds one that ffprobe
 * passes over.
 */
export type Mp4Layout = 'moov-first' | 'moov-last' | 'fragmented' | 'ragged';

/** Reads the boxes of a file; null where it is no MP4, or has no index and no data. */
export async function readMp4Layout(path: string): Promise<Mp4Layout | null> {
  return withTop(path, async ({ boxes, fillsFile }, file) => {
    if (boxes.some(({ type }) => type === 'moof')) return 'fragmented';
    const order = boxes.filter(({ type }) => type === 'moov' || type === 'mdat');
    const [first] = order;
    if (first === undefined) return null;
    if (first.type === 'mdat') return 'moov-last';
    const isWhole = order.length === 2 && fillsFile;
    const isPlain = isWhole && (await holdsOnly(file, '', boxes));
    return isPlain ? 'moov-first' : 'ragged';
  });
}

/** Whether a file of the MP4 family holds tracks: a HEIF or AVIF of one picture has none. */
export async function hasMovie(path: string): Promise<boolean> {
  return withTop(path, async ({ boxes }) => boxes.some(({ type }) => type === 'moov'));
}

const FIRST_BOXES: readonly string[] = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'styp'];

/**
 * What an MP4 consists of, and where programs put what they know of a clip in ways that ffprobe does
 * not tell: XMP in a `uuid`, or a maker's own box among the user data.
 */
const KNOWN_BOXES: Readonly<Record<string, readonly string[]>> = {
  '': FIRST_BOXES,
  moov: ['mvhd', 'iods', 'trak', 'udta', 'meta', 'free', 'skip'],
  trak: ['tkhd', 'tapt', 'edts', 'tref', 'mdia', 'udta', 'meta', 'free', 'skip'],
  udta: ['meta', 'name', 'chpl', 'loci', 'free', 'skip'],
};

/** Whether all that is in a box, and in those below it, is known. */
async function holdsOnly(
  file: FileHandle,
  parent: string,
  boxes: readonly Box[],
): Promise<boolean> {
  const known = KNOWN_BOXES[parent] ?? [];
  for (const { type, contentAt, endsAt } of boxes) {
    // Texts that ffprobe does tell.
    const isText = parent === 'udta' && type.startsWith('©');
    if (!isText && !known.includes(type)) return false;
    if (!(type in KNOWN_BOXES)) continue;
    const below: Box[] = [];
    for await (const box of boxesIn(file, contentAt, endsAt)) below.push(box);
    if (below.some((box) => box.endsAt > endsAt)) return false;
    if (!(await holdsOnly(file, type, below))) return false;
  }
  return true;
}

interface TopBoxes {
  /** As far as the first fragment; none for what is no MP4. */
  readonly boxes: readonly Box[];
  /** The last one ends where the file does. */
  readonly fillsFile: boolean;
}

async function withTop<Value>(
  path: string,
  work: (top: TopBoxes, file: FileHandle) => Promise<Value>,
): Promise<Value> {
  const file = await open(path);
  try {
    const { size: fileBytes } = await file.stat();
    const boxes: Box[] = [];
    for await (const box of boxesIn(file, 0, fileBytes)) {
      if (boxes.length === 0 && !FIRST_BOXES.includes(box.type)) break;
      boxes.push(box);
      if (box.type === 'moof') break;
    }
    return await work({ boxes, fillsFile: boxes.at(-1)?.endsAt === fileBytes }, file);
  } finally {
    await file.close();
  }
}
