import { stat } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { listedOf, namesOf } from '../ffmpeg/codecs.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import type { ProbeOptions } from './probe-media.js';

/** What is measured, and how far. */
export interface Stretch {
  readonly demuxer: string;
  /** Numbers of the streams. */
  readonly picture: number | null;
  readonly sound: number | null;
  /** Read no further than this. */
  readonly untilSeconds?: number;
}

/** A long time in which one frame is shown, in seconds from the start of the file. */
export interface Pause {
  readonly fromSeconds: number;
  /** Infinity where no frame follows. */
  readonly toSeconds: number;
}

export interface Measured {
  /**
   * Seconds to the end of the picture, or of a sound that goes on behind it; null without time
   * stamps.
   */
  readonly durationSeconds: number | null;
  readonly pauses: readonly Pause[];
}

/** Less is no pause: so much is decoded before where a part begins. */
export const PAUSE_MIN_SECONDS = 5;

/** A sound that ends a little behind its picture makes nothing longer. */
const TAIL_SECONDS = 1;

/**
 * How long a file really is, from its packets: what headers claim and bit rates suggest is off by
 * seconds in many files. Reads all of it, decodes nothing; a large one may take longer.
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function measureLength(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, picture, sound, untilSeconds }: Stretch,
  { signal, timeoutMs }: ProbeOptions,
): Promise<Measured> {
  const { size } = await stat(path);
  const { probeDecoders } = await ffmpeg.abilities();
  const args = [
    ...['-v', 'error', ...boundTo(namesOf(listedOf(probeDecoders)))],
    ...['-f', demuxer, '-of', 'compact=nokey=0'],
    ...(untilSeconds === undefined ? [] : ['-read_intervals', `%${untilSeconds}`]),
    ...['-show_entries', 'packet=stream_index,pts_time,duration_time:format=start_time'],
    ...['-i', `file:${path}`],
  ];
  const ends = new Map<number, number>();
  const pauses: Pause[] = [];
  let shownFrom = -Infinity;
  let startSeconds = 0;
  await runLimited(ffmpeg, 'ffprobe', args, {
    ...{ signal, timeoutMs: timeoutMs + size / SLOW_BYTES_PER_MS },
    onLine: (line) => {
      startSeconds = numberIn(line, 'start_time') ?? startSeconds;
      const stream = numberIn(line, 'stream_index');
      const time = numberIn(line, 'pts_time');
      if (stream === null || time === null) return;
      const end = time + (numberIn(line, 'duration_time') ?? 0);
      ends.set(stream, Math.max(ends.get(stream) ?? -Infinity, end));
      if (stream !== picture) return;
      if (time - shownFrom > PAUSE_MIN_SECONDS && shownFrom > -Infinity) {
        pauses.push({ fromSeconds: shownFrom, toSeconds: time });
      }
      shownFrom = Math.max(shownFrom, time);
    },
  });
  const endOf = (stream: number | null) =>
    stream === null ? -Infinity : (ends.get(stream) ?? -Infinity);
  const [pictureEnd, soundEnd] = [endOf(picture), endOf(sound)];
  const end = soundEnd > pictureEnd + TAIL_SECONDS ? soundEnd : pictureEnd;
  const last = { fromSeconds: shownFrom, toSeconds: Infinity };
  return {
    durationSeconds: end > startSeconds ? end - startSeconds : null,
    pauses: [...pauses, ...(shownFrom > -Infinity ? [last] : [])].map((pause) => ({
      fromSeconds: pause.fromSeconds - startSeconds,
      toSeconds: pause.toSeconds - startSeconds,
    })),
  };
}

/** A disk that is read over a network gives 20 MB a second. */
const SLOW_BYTES_PER_MS = 20_000;

function numberIn(line: string, name: string): number | null {
  const found = new RegExp(`\\b${name}=(-?[\\d.]+)`).exec(line)?.[1];
  return found === undefined ? null : Number(found);
}
