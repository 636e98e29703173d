import { readFile, writeFile } from 'node:fs/promises';

/** Writes an MP4 anew whose sound claims to be AC-4, which no ffmpeg decodes. */
export async function makeSoundUndecodable(source: string, output: string): Promise<void> {
  const bytes = await readFile(source);
  // The sample entry, and the description in it that would tell the truth.
  for (const [from, to] of [
    ['mp4a', 'ac-4'],
    ['esds', 'free'],
  ] as const) {
    const at = bytes.indexOf(from);
    if (at === -1) throw new Error(`${source} has no ${from}`);
    bytes.write(to, at, 'latin1');
  }
  await writeFile(output, bytes);
}
