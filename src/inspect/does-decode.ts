import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { namesOf } from '../ffmpeg/codecs.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';

const TRIAL_TIMEOUT_MS = 30_000;

/**
 * Whether the beginning of a stream decodes without a single complaint: bytes that a demuxer only
 * took for sound do not.
 * @param path absolute path
 * @param trialSeconds how much of it is decoded
 * @throws StatuscastError `program-timeout`, `interrupted`
 */
export async function doesDecode(
  ffmpeg: Ffmpeg,
  path: string,
  demuxer: string,
  index: number,
  options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number },
  trialSeconds = 2,
): Promise<boolean> {
  const { decoders } = await ffmpeg.abilities();
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...boundTo(namesOf(decoders))],
    ...['-f', demuxer, '-t', String(trialSeconds)],
    ...['-i', `file:${path}`, '-map', `0:${index}`, '-f', 'null', '-'],
  ];
  const { signal, timeoutMs = TRIAL_TIMEOUT_MS } = options;
  try {
    const complaints = await runLimited(ffmpeg, 'ffmpeg', args, {
      ...{ signal, timeoutMs, onLine: () => undefined },
    });
    return complaints.trim() === '';
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'program-failed') return false;
    throw thrown;
  }
}
