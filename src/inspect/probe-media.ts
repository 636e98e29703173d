import * as z from 'zod';
import { StatuscastError } from '../errors.js';
import type { Abilities, Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfprobe } from '../ffmpeg/run-ffprobe.js';
import { probeSchema, type RawProbe } from './ffprobe-answer.js';
import type { Pause } from './measure-length.js';
import { readHiddenSounds } from './read-edit-lists.js';
import { readMp3Frames, type Mp3Frames } from './read-mp3-frames.js';
import { readMp4Layout, type Mp4Layout } from './read-mp4-layout.js';
import { readTiming, spanOf, type Timing } from './read-timing.js';
import {
  tellApart,
  toPicture,
  toSound,
  type PictureStream,
  type SoundStream,
} from './read-streams.js';

/** What ffprobe sees in a file that has a duration. */
export interface MediaProbe {
  /** The demuxer to force from now on. */
  readonly demuxer: string;
  readonly bytes: number;
  /**
   * The longest that the container or any stream claims; null where none does. Of an MP3 whose
   * frames tell otherwise, what they tell.
   */
  readonly durationSeconds: number | null;
  readonly pictures: readonly PictureStream[];
  readonly sounds: readonly SoundStream[];
  /** Types of the streams that are neither: `subtitle`, `data`, `attachment`. */
  readonly others: readonly string[];
  readonly chapters: number;
  /** Tags of the container, names in lower case. */
  readonly tags: Readonly<Record<string, string>>;
  /** Null for what is not MP4. */
  readonly layout: Mp4Layout | null;
  /** Null for what is not MP3, or holds no frames that follow each other. */
  readonly mp3: Mp3 | null;
  /** The first packets' times, where they were asked for. */
  readonly timing: Timing | null;
  /** The first time stamp, as containers that go on from elsewhere have one. Default: 0. */
  readonly startsAtSeconds?: number;
  /** Where one frame is shown for long; absent where nobody measured. */
  readonly pauses?: readonly Pause[];
  /** The frames of a picture that goes round and round; null for every other clip. */
  readonly animation: Animation | null;
  /** This ffmpeg has the filters that bring HDR and wide colours down to BT.709. */
  readonly canToneMap: boolean;
}

/** What makes a moving GIF, WebP, APNG or AVIF another thing than a clip. */
export interface Animation {
  /** Who can read its frames: no ffmpeg reads moving WebP. */
  readonly reader: 'ffmpeg' | 'sharp';
  /** How long each frame is shown. */
  readonly delaysMs: readonly number[];
}

export interface Mp3 extends Mp3Frames {
  /** The length as ffprobe reads it, where that is not what the frames tell. */
  readonly misjudgedSeconds: number | null;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Read the packets too: the whole file is read. */
  readonly withTiming?: boolean;
}

/**
 * Asks ffprobe what a file holds, with the demuxers given and no other.
 * @param path absolute path
 * @param demuxers one name, or several separated by commas to try
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function probeMedia(
  ffmpeg: Ffmpeg,
  path: string,
  demuxers: string,
  options: ProbeOptions,
): Promise<MediaProbe> {
  const { signal, timeoutMs } = options;
  const packets =
    options.withTiming === true
      ? ['-show_entries', 'packet=stream_index,pts_time,duration_time,flags']
      : [];
  const show = ['-show_format', '-show_streams', '-show_chapters', ...packets];
  const [stdout, layout] = await Promise.all([
    runFfprobe(ffmpeg, { path, demuxers, show, signal, timeoutMs }),
    readMp4Layout(path),
  ]);
  const parsed = probeSchema.safeParse(parseJson(stdout));
  if (!parsed.success) {
    const why = `its answer has an unknown shape (${z.prettifyError(parsed.error)})`;
    throw new StatuscastError({ code: 'program-failed', program: 'ffprobe', why });
  }
  const probe = await withEdits(path, toProbe(parsed.data, layout, await ffmpeg.abilities()));
  return probe.demuxer === 'mp3' ? withMp3(probe, await readMp3Frames(path)) : probe;
}

/** What every encoder of AAC puts before its sound is less, from 44.1 kHz on. */
const SLIGHT_SECONDS = 0.05;

async function withEdits(path: string, probe: MediaProbe): Promise<MediaProbe> {
  const { demuxer, sounds } = probe;
  if (demuxer !== 'mov') return probe;
  if (sounds.every(({ hiddenSeconds = 0 }) => hiddenSeconds <= SLIGHT_SECONDS)) return probe;
  const listed = await readHiddenSounds(path);
  if (listed.length !== sounds.length) return probe;
  return { ...probe, sounds: sounds.map((sound, at) => tellApart(sound, listed[at] ?? null)) };
}

/** Whether this ffmpeg has the filters that bring HDR and wide colours down to BT.709. */
export function canToneMap({ filters }: Abilities): boolean {
  return filters.has('zscale') && filters.has('tonemap');
}

/** ffprobe's length of an MP3 of variable rate without a description was off by half. */
const LENGTH_TOLERANCE_SECONDS = 0.1;

function withMp3(probe: MediaProbe, frames: Mp3Frames | null): MediaProbe {
  if (frames === null) return probe;
  const claimedSeconds = probe.durationSeconds;
  const isRight =
    claimedSeconds !== null &&
    Math.abs(claimedSeconds - frames.seconds) <= LENGTH_TOLERANCE_SECONDS;
  return {
    ...probe,
    durationSeconds: isRight ? claimedSeconds : frames.seconds,
    mp3: { ...frames, misjudgedSeconds: isRight ? null : claimedSeconds },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toProbe(raw: RawProbe, layout: Mp4Layout | null, abilities: Abilities): MediaProbe {
  const ofType = (type: string) => raw.streams.filter((stream) => stream.codec_type === type);
  // A header may say 2 s of frames that are hours apart.
  const spans = raw.packets === undefined ? [] : [{ duration: spanOf(raw.packets) }];
  const durations = [raw.format, ...raw.streams, ...spans]
    // What says that it lasts for no time at all, as RealMedia may, does not know.
    .flatMap(({ duration }) => (duration !== null && duration > 0 ? [duration] : []));
  const pictures = ofType('video').map((stream) => toPicture(stream, raw.format, abilities));
  const shown = pictures.find(({ isCover }) => !isCover);
  return {
    demuxer: raw.format.format_name.split(',')[0] ?? raw.format.format_name,
    bytes: raw.format.size ?? 0,
    startsAtSeconds: raw.format.start_time ?? 0,
    durationSeconds: durations.length === 0 ? null : Math.max(...durations),
    pictures,
    sounds: ofType('audio').map((stream) => toSound(stream, raw.format, abilities)),
    others: raw.streams
      .map((stream) => stream.codec_type)
      .filter((type) => type !== 'video' && type !== 'audio'),
    chapters: raw.chapters.length,
    tags: raw.format.tags,
    layout,
    mp3: null,
    timing:
      raw.packets === undefined || shown === undefined
        ? null
        : readTiming(raw.packets, shown.index),
    animation: null,
    canToneMap: canToneMap(abilities),
  };
}
