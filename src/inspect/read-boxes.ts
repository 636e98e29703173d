import type { FileHandle } from 'node:fs/promises';

/** Real files have a handful side by side; a forged one may have millions. */
const MAX_BOXES = 10_000;

/** A box of a file of the ISO family: MP4, HEIF, JPEG 2000. */
export interface Box {
  readonly type: string;
  readonly contentAt: number;
  /** As it says itself; infinite where it goes to the end of the file, or says what cannot be. */
  readonly endsAt: number;
}

/** The boxes between two places, as far as they follow each other. */
export async function* boxesIn(file: FileHandle, from: number, to: number): AsyncGenerator<Box> {
  const header = Buffer.alloc(16);
  let at = from;
  for (let count = 0; count < MAX_BOXES && at + 8 <= to; count++) {
    await file.read(header, 0, 16, at);
    const type = header.toString('latin1', 4, 8);
    const short = header.readUInt32BE(0);
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    // 0: to the end of the file.
    const isLast = length < 8;
    const endsAt = isLast ? Infinity : at + length;
    yield { type, contentAt: at + (short === 1 ? 16 : 8), endsAt };
    if (isLast) return;
    at = endsAt;
  }
}
