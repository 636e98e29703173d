import { stat } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { askFfprobe } from '../ffmpeg/run-ffprobe.js';
import type { ProbeOptions } from './probe-media.js';

/** The streams that are measured, by their numbers. */
export interface Measurable {
  readonly demuxer: string;
  readonly picture: number | null;
  readonly sound: number | null;
}

/** A long time in which one frame is shown, in seconds from the start of the file. */
export interface Pause {
  readonly fromSeconds: number;
  /** Infinity where no frame follows. */
  readonly toSeconds: number;
}

/** In seconds from the start of the file; null without time stamps. */
export interface Measured {
  /** The end of the picture, or of a sound that goes on behind it. */
  readonly durationSeconds: number | null;
  readonly pictureEndSeconds: number | null;
  readonly soundEndSeconds: number | null;
  readonly pauses: readonly Pause[];
}

/** As much is decoded before a part (`plan/place.ts`): what stands for less is among it. */
export const PAUSE_MIN_SECONDS = 12;

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
  { demuxer, picture, sound }: Measurable,
  options: ProbeOptions,
): Promise<Measured> {
  const ends = new Map<number, number>();
  const frames = notePauses();
  const startSeconds = await readPackets(ffmpeg, path, ['-f', demuxer], options, (packet) => {
    const { stream, seconds, endSeconds } = packet;
    ends.set(stream, Math.max(ends.get(stream) ?? -Infinity, endSeconds));
    if (stream === picture) frames.note(seconds);
  });
  const endOf = (stream: number | null) => {
    const end = stream === null ? undefined : ends.get(stream);
    return end === undefined || end <= startSeconds ? null : end - startSeconds;
  };
  const [pictureEnd, soundEnd] = [endOf(picture), endOf(sound)];
  const isTail = soundEnd !== null && soundEnd > (pictureEnd ?? 0) + TAIL_SECONDS;
  return {
    // A picture without time stamps may end anywhere.
    durationSeconds: picture !== null && (pictureEnd === null || !isTail) ? pictureEnd : soundEnd,
    ...{ pictureEndSeconds: pictureEnd, soundEndSeconds: soundEnd },
    pauses: frames.pauses(startSeconds),
  };
}

/**
 * The pause in which a place in a picture may be. Reads no more than what lies before it: from where
 * decoding would begin where a frame is found there, else from the start.
 * @throws as `measureLength`
 */
export async function findPause(
  ffmpeg: Ffmpeg,
  path: string,
  {
    demuxer,
    index,
    startsAtSeconds,
  }: { readonly demuxer: string; readonly index: number; readonly startsAtSeconds: number },
  atSeconds: number,
  options: ProbeOptions,
): Promise<readonly Pause[]> {
  const at = startsAtSeconds + atSeconds;
  const readFrom = async (from: string) => {
    const frames = notePauses();
    const interval = ['-read_intervals', `${from}%${at}`];
    const args = ['-f', demuxer, '-select_streams', String(index), ...interval];
    await readPackets(ffmpeg, path, args, options, ({ seconds }) => frames.note(seconds));
    return frames.pauses(startsAtSeconds);
  };
  const pauses = await readFrom(String(Math.max(startsAtSeconds, at - PAUSE_MIN_SECONDS)));
  // Sought, MP4 may begin with the key frame that follows.
  return pauses.length > 0 ? pauses : readFrom('');
}

/** Of the times at which frames are shown, in the order in which they are stored. */
function notePauses() {
  const pauses: Pause[] = [];
  let shownFrom = -Infinity;
  return {
    note: (seconds: number) => {
      if (seconds - shownFrom > PAUSE_MIN_SECONDS && shownFrom > -Infinity) {
        pauses.push({ fromSeconds: shownFrom, toSeconds: seconds });
      }
      shownFrom = Math.max(shownFrom, seconds);
    },
    pauses: (startSeconds: number) => {
      const last = { fromSeconds: shownFrom, toSeconds: Infinity };
      return [...pauses, ...(shownFrom > -Infinity ? [last] : [])].map((pause) => ({
        fromSeconds: pause.fromSeconds - startSeconds,
        toSeconds: pause.toSeconds - startSeconds,
      }));
    },
  };
}

interface Packet {
  readonly stream: number;
  readonly seconds: number;
  readonly endSeconds: number;
}

const PACKET = /^packet\|stream_index=(\d+)\|pts_time=(-?[\d.]+)\|duration_time=([\d.]+)?/;

/** A disk that is read over a network gives 20 MB a second. */
const SLOW_BYTES_PER_MS = 20_000;

/**
 * @param onPacket told of each that has a time
 * @returns when the file starts, in seconds
 */
async function readPackets(
  ffmpeg: Ffmpeg,
  path: string,
  which: readonly string[],
  { signal, timeoutMs }: ProbeOptions,
  onPacket: (packet: Packet) => void,
): Promise<number> {
  const { size } = await stat(path);
  const args = [
    ...which,
    ...['-of', 'compact=nokey=0', '-i', `file:${path}`],
    ...['-show_entries', 'packet=stream_index,pts_time,duration_time:format=start_time'],
  ];
  let startSeconds = 0;
  await askFfprobe(ffmpeg, args, {
    ...{ signal, timeoutMs: timeoutMs + Math.ceil(size / SLOW_BYTES_PER_MS) },
    onLine: (line) => {
      const [, stream, time, length = '0'] = PACKET.exec(line) ?? [];
      if (stream !== undefined && time !== undefined) {
        const seconds = Number(time);
        onPacket({ stream: Number(stream), seconds, endSeconds: seconds + Number(length) });
      }
      startSeconds = Number(/^format\|start_time=(-?[\d.]+)/.exec(line)?.[1] ?? startSeconds);
    },
  });
  return startSeconds;
}
