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

/** How it went: without a complaint, with some, or not to its end. */
type Verdict = 'decodes' | 'complains' | 'fails' | 'was-killed';

/**
 * Decodes a stretch of a stream for nothing but to see whether that can be done.
 * @param path absolute path
 * @param options `timeoutMs` is half a minute by default
 * @throws StatuscastError `program-timeout`, `interrupted`
 */
export async function tryDecoding(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, index, startSeconds = 0, seconds }: Stretch,
  options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number },
): Promise<Verdict> {
  const { decoders } = await ffmpeg.abilities();
  const from = startSeconds > 0 ? ['-ss', String(startSeconds)] : [];
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...boundTo(namesOf(decoders))],
    ...['-f', demuxer, ...from, '-t', String(seconds)],
    ...['-i', `file:${path}`, '-map', `0:${index}`, '-f', 'null', '-'],
  ];
  const { signal, timeoutMs = TRIAL_TIMEOUT_MS } = options;
  try {
    const complaints = await runLimited(ffmpeg, 'ffmpeg', args, {
      ...{ signal, timeoutMs, onLine: () => undefined },
    });
    return complaints.trim() === '' ? 'decodes' : 'complains';
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError) || thrown.code !== 'program-failed') throw thrown;
    return wasKilled(thrown) ? 'was-killed' : 'fails';
  }
}
