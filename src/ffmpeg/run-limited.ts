import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from './find-ffmpeg.js';
import type { MemoryLimiter } from './launchers.js';
import { runProgram, type ProgramRun } from './run-program.js';

/** How far either program reads before it says what streams there are, so that both see the same. */
const READ_AHEAD: readonly string[] = [
  // ffmpeg's own are 5 MB and 5 s. A sound that begins late in a transport stream is found within
  // these, for 0.15 s more where the file is of 15 MB; one that never tells is given up at 20 MB.
  ...['-probesize', '20000000', '-analyzeduration', '30000000'],
];

/**
 * What binds the reading of a file; stands before its `-i`. No protocol but `file` is spoken, and no
 * decoder runs but those named.
 * @param decoders names with commas between; an empty list would allow all of them
 */
export function boundTo(decoders: string): readonly string[] {
  const listed = ['-codec_whitelist', decoders === '' ? 'none' : decoders];
  return ['-protocol_whitelist', 'file', ...listed, ...READ_AHEAD];
}

/**
 * Runs ffmpeg or ffprobe within the memory that it may have.
 * @throws StatuscastError as `runProgram` does; a want of memory is said with the figure
 */
export async function runLimited(
  ffmpeg: Ffmpeg,
  program: 'ffmpeg' | 'ffprobe',
  args: readonly string[],
  options: Omit<ProgramRun, 'program' | 'argv'>,
): Promise<string> {
  const { launcher, memoryLimiter } = await ffmpeg.abilities();
  const binary = program === 'ffmpeg' ? ffmpeg.ffmpegPath : ffmpeg.ffprobePath;
  const argv = [...(memoryLimiter?.argv ?? []), ...launcher, binary, ...args];
  try {
    return await runProgram({ ...options, program, argv });
  } catch (thrown) {
    const facts = thrown instanceof StatuscastError ? thrown.facts : null;
    const why = facts?.code === 'program-failed' ? boundMetIn(facts.why, memoryLimiter) : null;
    if (why === null) throw thrown;
    throw new StatuscastError({ code: 'program-failed', program, why }, { cause: thrown });
  }
}

/** As libc, x264 and C++ say it, and a thread for which there is no stack. */
const WANT_OF_MEMORY =
  /cannot allocate memory|out of memory|malloc of size \d+ failed|bad_alloc|pthread_create.*failed/i;

/** Which bound a file has met, in words; null where it failed for another reason. */
function boundMetIn(printed: string, memoryLimiter: MemoryLimiter | null): string | null {
  // Either program's own bound, which it reports as a want of memory.
  const streams = /number of streams exceeds max_streams parameter \((\d+)\)/i.exec(printed)?.[1];
  if (streams !== undefined) return `it holds more than ${streams} streams`;
  if (!WANT_OF_MEMORY.test(printed)) return null;
  return memoryLimiter === null
    ? 'it needs more memory than there is'
    : `it needs more than ${memoryLimiter.maxBytes / 1024 ** 3} GB of memory`;
}
