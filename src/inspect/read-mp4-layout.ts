import { open } from 'node:fs/promises';

/**
 * How an MP4 file is laid out, which ffprobe does not tell. `ragged`: it begins with its index, and
 * is not one index, one body of data and small boxes to its last byte.
 */
export type Mp4Layout = 'moov-first' | 'moov-last' | 'fragmented' | 'ragged';

/** Real files have a handful of boxes before both are met; a forged one may have millions. */
const MAX_BOXES = 10_000;

/** Reads the boxes at the top of a file; null where it is no MP4, or has no index and no data. */
export async function readMp4Layout(path: string): Promise<Mp4Layout | null> {
  const { types, fillsFile } = await readTopBoxes(path);
  if (types.includes('moof')) return 'fragmented';
  const order = types.filter((type) => type === 'moov' || type === 'mdat');
  if (order[0] === undefined) return null;
  if (order[0] === 'mdat') return 'moov-last';
  return order.length === 2 && fillsFile ? 'moov-first' : 'ragged';
}

/** Whether a file of the MP4 family holds tracks: a HEIF or AVIF of one picture has none. */
export async function hasMovie(path: string): Promise<boolean> {
  return (await readTopBoxes(path)).types.includes('moov');
}

const FIRST_BOXES: readonly string[] = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'styp'];

interface TopBoxes {
  /** As far as the first fragment; none for what is no MP4. */
  readonly types: readonly string[];
  /** The last one ends where the file does. */
  readonly fillsFile: boolean;
}

async function readTopBoxes(path: string): Promise<TopBoxes> {
  const file = await open(path);
  try {
    const { size: fileBytes } = await file.stat();
    const header = Buffer.alloc(16);
    const types: string[] = [];
    let at = 0;
    while (types.length < MAX_BOXES && at + 8 <= fileBytes) {
      await file.read(header, 0, 16, at);
      const type = header.toString('latin1', 4, 8);
      if (at === 0 && !FIRST_BOXES.includes(type)) break;
      types.push(type);
      if (type === 'moof') break;
      const short = header.readUInt32BE(0);
      const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
      if (length < 8) break; // 0: to the end of the file
      at += length;
    }
    return { types, fillsFile: at === fileBytes };
  } finally {
    await file.close();
  }
}
