import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import * as z from 'zod';

const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;
const TIMEOUT_MS = 110_000;

/** The programs that make inputs and measure outputs, whichever ones are under test. */
export const bundledFfmpeg = bundled('@ffmpeg-installer/ffmpeg');
export const bundledFfprobe = bundled('@ffprobe-installer/ffprobe');

/** Runs a program to its end and gives its standard output. */
export async function runForBytes(program: string, args: readonly string[]): Promise<Buffer> {
  const { stdout } = await promisify(execFile)(program, args, {
    encoding: 'buffer',
    maxBuffer: OUTPUT_MAX_BYTES,
    timeout: TIMEOUT_MS,
  });
  return stdout;
}

function bundled(packageName: string): string {
  const found = createRequire(import.meta.url)(packageName);
  const { path } = z.object({ path: z.string() }).parse(found);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    // An install without scripts leaves the run bit off.
    chmodSync(path, 0o755);
  }
  return path;
}
