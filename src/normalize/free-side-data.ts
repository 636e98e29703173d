import { open, type FileHandle } from 'node:fs/promises';

/** Boxes on the way to the descriptions of the streams, and where in each its own boxes begin. */
const CHILDREN_AT: ReadonlyMap<string, number> = new Map([
  ...['moov', 'trak', 'mdia', 'minf', 'stbl'].map((type) => [type, 8] as const),
  ['stsd', 16],
  ['avc1', 86],
  ['mp4a', 36],
]);

/** What a player needs of the description of a stream; all else there is side data. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['avc1', ['avcC', 'colr', 'pasp', 'btrt']],
  ['mp4a', ['esds', 'btrt']],
]);

/**
 * Empties the side data that an MP4 carries beside its streams, in place: the mastering display and
 * light level of HDR, Dolby Vision's configuration, 3D and 360°. Newer programs than the bundled one
 * carry them over from the source, to a picture that was encoded to SDR as well, and have no option
 * against it. A box is emptied by calling it `free`: no offset changes.
 * @param path absolute path of an MP4 of ours, its index first
 */
export async function freeSideData(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const found = await readIndex(file);
    if (found === null) return;
    for (const at of sideDataIn(found.index, 0, found.index.length, null)) {
      // oxlint-disable-next-line no-await-in-loop
      await file.write('free', found.at + at + 4, 'latin1');
    }
  } finally {
    await file.close();
  }
}

async function readIndex(
  file: FileHandle,
): Promise<{ readonly index: Buffer; readonly at: number } | null> {
  const header = Buffer.alloc(8);
  const { size: fileBytes } = await file.stat();
  for (let at = 0; at + 8 <= fileBytes;) {
    // oxlint-disable-next-line no-await-in-loop
    await file.read(header, 0, 8, at);
    const length = header.readUInt32BE(0);
    if (length < 8) return null;
    if (header.toString('latin1', 4) === 'moov') {
      const index = Buffer.alloc(length);
      // oxlint-disable-next-line no-await-in-loop
      await file.read(index, 0, length, at);
      return { index, at };
    }
    at += length;
  }
  return null;
}

/** Where the boxes begin that are not needed. */
function sideDataIn(
  index: Buffer,
  from: number,
  to: number,
  parent: string | null,
): readonly number[] {
  const needed = NEEDED.get(parent ?? '');
  const found: number[] = [];
  for (let at = from; at + 8 <= to;) {
    const length = index.readUInt32BE(at);
    if (length < 8) break;
    const type = index.toString('latin1', at + 4, at + 8);
    const children = CHILDREN_AT.get(type);
    if (needed !== undefined && !needed.includes(type)) found.push(at);
    else if (children !== undefined) {
      found.push(...sideDataIn(index, at + children, Math.min(at + length, to), type));
    }
    at += length;
  }
  return found;
}
