import { StatuscastError } from '../errors.js';
import { listedOf, namesOf } from './codecs.js';
import type { Ffmpeg } from './find-ffmpeg.js';
import { boundTo, runLimited } from './run-limited.js';

/** One look of ffprobe into a file as plain data. */
export interface ProbeRun {
  /** An absolute path. */
  readonly path: string;
  /** One demuxer, or several separated by commas to try. */
  readonly demuxers: string;
  /** What to print: `-show_format`, … */
  readonly show: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/**
 * Asks ffprobe what a file holds, with the demuxers given, the decoders that are listed and no
 * protocol but `file`.
 * @returns its answer as JSON text
 * @throws StatuscastError as `runProgram` does
 */
export function runFfprobe(ffmpeg: Ffmpeg, run: ProbeRun): Promise<string> {
  const { path, demuxers, show, signal, timeoutMs } = run;
  const args = [
    ...(demuxers.includes(',') ? ['-format_whitelist', demuxers] : ['-f', demuxers]),
    ...['-of', 'json=compact=1', ...show, '-i', `file:${path}`],
  ];
  return askFfprobe(ffmpeg, args, { signal, timeoutMs });
}

/**
 * Runs ffprobe with the decoders that are listed.
 * @returns what it printed; nothing where each line was told on its own
 * @throws StatuscastError as `runProgram` does
 */
export async function askFfprobe(
  ffmpeg: Ffmpeg,
  args: readonly string[],
  options: Parameters<typeof runLimited>[3],
): Promise<string> {
  const { probeDecoders } = await ffmpeg.abilities();
  const listed = namesOf(listedOf(probeDecoders));
  const ask = (decoders: readonly string[]) => {
    const bounds = ['-v', 'error', ...boundTo(listed), ...decoders];
    return runLimited(ffmpeg, 'ffprobe', [...bounds, ...args], options);
  };
  try {
    return await ask([]);
  } catch (thrown) {
    if (!isUnlisted(thrown)) throw thrown;
    // ffprobe opens a decoder for every stream and gives up where it may not, be it for a subtitle.
    // With a stream specifier the option is for that opening alone: what the file holds is still
    // decoded by listed ones only, and the others are never given a byte of a packet.
    const all = namesOf(probeDecoders);
    return ask(['v', 'a', 's'].flatMap((type) => [`-codec_whitelist:${type}`, all]));
  }
}

function isUnlisted(thrown: unknown): boolean {
  return (
    thrown instanceof StatuscastError &&
    thrown.code === 'program-failed' &&
    thrown.message.includes('not on whitelist')
  );
}
