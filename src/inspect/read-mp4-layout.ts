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
  const file = await open(path);
  try {
    const { size: fileBytes } = await file.stat();
    const header = Buffer.alloc(16);
    const order: string[] = [];
    let at = 0;
    for (let boxes = 0; boxes < MAX_BOXES && at + 8 <= fileBytes; boxes++) {
      await file.read(header, 0, 16, at);
      const type = header.toString('latin1', 4, 8);
      if (at === 0 && !['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'styp'].includes(type)) {
        return null;
      }
      if (type === 'moof') return 'fragmented';
      if (type === 'moov' || type === 'mdat') order.push(type);
      const short = header.readUInt32BE(0);
      const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
      if (length < 8) break; // 0: to the end of the file
      at += length;
    }
    const first = order.find((type) => type === 'moov' || type === 'mdat');
    if (first === undefined) return null;
    if (first === 'mdat') return 'moov-last';
    return order.length === 2 && at === fileBytes ? 'moov-first' : 'ragged';
  } finally {
    await file.close();
  }
}
