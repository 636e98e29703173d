import { z } from 'zod';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfprobe } from '../ffmpeg/run-ffprobe.js';
import { probeSchema, type RawProbe, type RawStream } from './ffprobe-answer.js';
import { readMp4Layout, type Mp4Layout } from './read-mp4-layout.js';

/** What ffprobe sees in a file that has a duration. */
export interface MediaProbe {
  /** The demuxer to force from now on. */
  readonly demuxer: string;
  readonly bytes: number;
  /** The longest that the container or any stream claims; null where none does. */
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
  /** The first packets' times, where they were asked for. */
  readonly timing: Timing | null;
}

export interface PictureStream {
  readonly index: number;
  readonly codec: string;
  /** This ffmpeg can decode it. ffprobe knows codecs that it cannot. */
  readonly decodable: boolean;
  readonly profile: string | null;
  /** 31 for level 3.1; null where there is none. */
  readonly level: number | null;
  /** Pixels as stored. */
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: string | null;
  /** Width of a pixel over its height. */
  readonly sampleAspect: number;
  /** How far it is to be turned when shown: 0, 90, 180 or 270, clockwise. */
  readonly rotationDegrees: number;
  /** It says where its pixels are to be shown: turned, mirrored, moved or as they are. */
  readonly hasDisplayMatrix: boolean;
  readonly averageFrameRate: number | null;
  /** The lowest rate at which every time stamp falls on a frame; the same where it is constant. */
  readonly baseFrameRate: number | null;
  readonly hasBFrames: boolean;
  readonly interlaced: boolean;
  readonly primaries: string | null;
  readonly transfer: string | null;
  readonly matrix: string | null;
  readonly range: string | null;
  readonly durationSeconds: number | null;
  /** Cover art and the like: a picture, but no video. */
  readonly isCover: boolean;
  readonly isDefault: boolean;
  /** Tags of the stream, names in lower case. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface SoundStream {
  readonly index: number;
  readonly codec: string;
  readonly decodable: boolean;
  readonly profile: string | null;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly durationSeconds: number | null;
  readonly isDefault: boolean;
  /** Tags of the stream, names in lower case: Ogg keeps the title there. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What the packets of the picture say, whatever the headers claim. */
export interface Timing {
  /** Frames are stored in another order than they are shown: B-frames. */
  readonly reordered: boolean;
  /** The longest and the shortest step between two frames in seconds; null below two frames. */
  readonly longestStepSeconds: number | null;
  readonly shortestStepSeconds: number | null;
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
  const packets = options.withTiming === true ? ['-show_packets'] : [];
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
  return toProbe(parsed.data, layout, ffmpeg.decodableCodecs);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const STILL_CODECS: readonly string[] = ['mjpeg', 'png', 'bmp', 'gif', 'webp'];

function toProbe(
  raw: RawProbe,
  layout: Mp4Layout | null,
  decodable: ReadonlySet<string>,
): MediaProbe {
  const ofType = (type: string) => raw.streams.filter((stream) => stream.codec_type === type);
  // A header may say 2 s of frames that are hours apart.
  const spans = raw.packets === undefined ? [] : [{ duration: spanOf(raw.packets) }];
  const durations = [raw.format, ...raw.streams, ...spans]
    .map(({ duration }) => duration)
    .filter((duration) => duration !== null);
  const pictures = ofType('video').map((stream) => toPicture(stream, decodable));
  const shown = pictures.find(({ isCover }) => !isCover);
  return {
    demuxer: raw.format.format_name.split(',')[0] ?? raw.format.format_name,
    bytes: raw.format.size ?? 0,
    durationSeconds: durations.length === 0 ? null : Math.max(...durations),
    pictures,
    sounds: ofType('audio').map((stream) => toSound(stream, decodable)),
    others: raw.streams
      .map((stream) => stream.codec_type)
      .filter((type) => type !== 'video' && type !== 'audio'),
    chapters: raw.chapters.length,
    tags: raw.format.tags,
    layout,
    timing:
      raw.packets === undefined || shown === undefined ? null : timingOf(raw.packets, shown.index),
  };
}

function toPicture(stream: RawStream, decodable: ReadonlySet<string>): PictureStream {
  const matrix = stream.side_data_list.find((data) => data.rotation !== undefined);
  const rotation = matrix?.rotation ?? 0;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable: decodable.has(stream.codec_name) && stream.width > 0 && stream.height > 0,
    profile: stream.profile,
    level: stream.level !== null && stream.level > 0 ? stream.level : null,
    width: stream.width,
    height: stream.height,
    pixelFormat: stream.pix_fmt,
    sampleAspect: stream.sample_aspect_ratio ?? 1,
    rotationDegrees: (((Math.round(-rotation / 90) * 90) % 360) + 360) % 360,
    hasDisplayMatrix: matrix !== undefined,
    averageFrameRate: stream.avg_frame_rate,
    baseFrameRate: stream.r_frame_rate,
    hasBFrames: stream.has_b_frames > 0,
    interlaced: ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? ''),
    primaries: stream.color_primaries,
    transfer: stream.color_transfer,
    matrix: stream.color_space,
    range: stream.color_range,
    durationSeconds: stream.duration,
    isCover:
      stream.disposition.attached_pic === 1 ||
      (stream.nb_frames === 1 && STILL_CODECS.includes(stream.codec_name)),
    isDefault: stream.disposition.default === 1,
    tags: stream.tags,
  };
}

function toSound(stream: RawStream, decodable: ReadonlySet<string>): SoundStream {
  const sampleRateHz = stream.sample_rate ?? 0;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable: decodable.has(stream.codec_name) && sampleRateHz > 0 && stream.channels > 0,
    profile: stream.profile,
    sampleRateHz,
    channels: stream.channels,
    durationSeconds: stream.duration,
    isDefault: stream.disposition.default === 1,
    tags: stream.tags,
  };
}

/** Seconds from the first packet's time to the last one's. */
function spanOf(packets: NonNullable<RawProbe['packets']>): number | null {
  let first = Infinity;
  let last = -Infinity;
  for (const { pts_time } of packets) {
    first = Math.min(first, pts_time ?? Infinity);
    last = Math.max(last, pts_time ?? -Infinity);
  }
  // Sound begins a little before zero, where its encoder's delay is.
  return last < first ? null : last - Math.max(0, first);
}

function timingOf(packets: NonNullable<RawProbe['packets']>, index: number): Timing {
  const times = packets.filter((packet) => packet.stream_index === index);
  const shownAt = times.flatMap(({ pts_time }) => (pts_time === null ? [] : [pts_time]));
  const steps = shownAt.slice(1).map((time, i) => time - (shownAt[i] ?? time));
  return {
    reordered: steps.some((step) => step < 0),
    longestStepSeconds: steps.length === 0 ? null : Math.max(...steps),
    shortestStepSeconds: steps.length === 0 ? null : Math.min(...steps),
  };
}
