import { readFile } from 'node:fs/promises';

/** The types of the boxes at the top of an MP4 file, in order. */
export async function topBoxes(path: string): Promise<readonly string[]> {
  const bytes = await readFile(path);
  const types: string[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    types.push(bytes.toString('latin1', at + 4, at + 8));
    const length = bytes.readUInt32BE(at);
    if (length < 8) throw new Error(`a box of ${length} bytes at ${at}`);
    at += length;
  }
  return types;
}
