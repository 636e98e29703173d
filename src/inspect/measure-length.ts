import { stat } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { listedOf, namesOf } from '../ffmpeg/codecs.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import type { ProbeOptions } from './probe-media.js';

/**
 * How long a stream really is, from its packets: what headers claim and bit rates suggest is off by
 * seconds in many files. Reads the whole file, decodes nothing; a large one may take longer.
 * @returns seconds from the start of the file to the end of the stream; null without time stamps
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function measureLength(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, index }: { readonly demuxer: string; readonly index: number },
  { signal, timeoutMs }: ProbeOptions,
): Promise<number | null> {
  const { size } = await stat(path);
  let endSeconds = -Infinity;
  let startSeconds = 0;
  const { probeDecoders } = await ffmpeg.abilities();
  const args = [
    ...['-v', 'error', ...boundTo(namesOf(listedOf(probeDecoders)))],
    ...['-f', demuxer, '-select_streams', String(index), '-of', 'compact=nokey=0'],
    ...['-show_entries', 'packet=pts_time,duration_time:format=start_time', '-i', `file:${path}`],
  ];
  await runLimited(ffmpeg, 'ffprobe', args, {
    ...{ signal, timeoutMs: timeoutMs + size / SLOW_BYTES_PER_MS },
    onLine: (line) => {
      const time = numberIn(line, 'pts_time');
      if (time !== null) {
        endSeconds = Math.max(endSeconds, time + (numberIn(line, 'duration_time') ?? 0));
      }
      startSeconds = numberIn(line, 'start_time') ?? startSeconds;
    },
  });
  return endSeconds > startSeconds ? endSeconds - startSeconds : null;
}

/** A disk that is read over a network gives 20 MB a second. */
const SLOW_BYTES_PER_MS = 20_000;

function numberIn(line: string, name: string): number | null {
  const found = new RegExp(`\\b${name}=(-?[\\d.]+)`).exec(line)?.[1];
  return found === undefined ? null : Number(found);
}
