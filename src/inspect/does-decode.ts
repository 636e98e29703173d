import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { namesOf } from '../ffmpeg/codecs.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import { wasKilled } from '../ffmpeg/start-program.js';

const TRIAL_TIMEOUT_MS = 30_000;

/** A stretch of a stream. */
interface Stretch {
  readonly demuxer: string;
  readonly index: number;
  /** Default: 0. */
  readonly startSeconds?: number;
  readonly seconds: number;
}

interface TrialOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: half a minute. */
  readonly timeoutMs?: number;
}

/**
 * Whether the beginning of a stream decodes without a single complaint: bytes that a demuxer only
 * took for sound do not.
 * @param path absolute path
 * @throws StatuscastError `program-timeout`, `interrupted`
 */
export async function doesDecode(
  ffmpeg: Ffmpeg,
  path: string,
  stretch: Stretch,
  options: TrialOptions,
): Promise<boolean> {
  try {
    return (await decode(ffmpeg, path, stretch, options)).trim() === '';
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'program-failed') return false;
    throw thrown;
  }
}

/**
 * Whether a stretch of a stream cannot be decoded at all: a broken frame is borne. Where the trial
 * itself was killed, or took too long, nothing is known against the stream.
 * @param path absolute path
 * @throws StatuscastError `interrupted`
 */
export async function isUndecodable(
  ffmpeg: Ffmpeg,
  path: string,
  stretch: Stretch,
  options: TrialOptions,
): Promise<boolean> {
  try {
    await decode(ffmpeg, path, stretch, options);
    return false;
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError) || thrown.code === 'interrupted') throw thrown;
    return thrown.code === 'program-failed' && !wasKilled(thrown);
  }
}

/** @returns what ffmpeg complained of */
async function decode(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, index, startSeconds = 0, seconds }: Stretch,
  { signal, timeoutMs = TRIAL_TIMEOUT_MS }: TrialOptions,
): Promise<string> {
  const { decoders } = await ffmpeg.abilities();
  const from = startSeconds > 0 ? ['-ss', String(startSeconds)] : [];
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...boundTo(namesOf(decoders))],
    ...['-f', demuxer, ...from, '-t', String(seconds)],
    ...['-i', `file:${path}`, '-map', `0:${index}`, '-f', 'null', '-'],
  ];
  return runLimited(ffmpeg, 'ffmpeg', args, { signal, timeoutMs, onLine: () => undefined });
}
