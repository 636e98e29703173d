import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const ffmpegPath = z
  .object({ path: z.string() })
  .parse(createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg')).path;

/** One thread and no version strings, so that every machine writes the same bytes. */
const REPRODUCIBLE = '-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -threads 1';

const TIMEOUT_MS = 120_000;

/**
 * Runs the bundled ffmpeg in a folder of its own that holds `inputs` by name, and returns the file
 * that it wrote: `out.` + `extension`, a real file because muxers seek.
 */
export async function ffmpeg(
  extension: string,
  args: readonly string[],
  inputs: Readonly<Record<string, Buffer>> = {},
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'make-fixtures-'));
  try {
    for (const [name, bytes] of Object.entries(inputs)) await writeFile(join(folder, name), bytes);
    const output = `out.${extension}`;
    await promisify(execFile)(
      ffmpegPath,
      [...words('-nostdin -hide_banner -loglevel error'), ...args, ...words(REPRODUCIBLE), output],
      { cwd: folder, timeout: TIMEOUT_MS },
    );
    return await readFile(join(folder, output));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The arguments that make a filter graph an input. */
export function lavfi(graph: string): readonly string[] {
  return ['-f', 'lavfi', '-i', graph];
}

/** Arguments written as one line; none of them may hold a space. */
export function words(line: string): readonly string[] {
  return line.split(' ');
}
