import { z } from 'zod';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfprobe } from '../ffmpeg/run-ffprobe.js';
import { probeSchema, type RawProbe, type RawStream } from './ffprobe-answer.js';
import { readMp3Frames, type Mp3Frames } from './read-mp3-frames.js';
import { readMp4Layout, type Mp4Layout } from './read-mp4-layout.js';
import { readTiming, spanOf, type Timing } from './read-timing.js';
import { readDisplayMatrix, readTurnTags } from './read-turn.js';

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
  /** It is to be flipped left to right, before it is turned. */
  readonly mirrored: boolean;
  /** Its pixels may be transparent, as this ffmpeg can decode them. */
  readonly hasAlpha: boolean;
  /** The decoder to ask for by name; null for the codec's usual one. */
  readonly decoder: string | null;
  /** It says where its pixels are to be shown: turned, mirrored, moved or as they are. */
  readonly hasDisplayMatrix: boolean;
  readonly averageFrameRate: number | null;
  /** The lowest rate at which every time stamp falls on a frame; the same where it is constant. */
  readonly baseFrameRate: number | null;
  readonly hasBFrames: boolean;
  /** Null where the headers do not say. */
  readonly interlaced: boolean | null;
  readonly primaries: string | null;
  readonly transfer: string | null;
  readonly matrix: string | null;
  readonly range: string | null;
  /** What comes with the picture beside its frames, in ffprobe's words: `Display Matrix`. */
  readonly sideData: readonly string[];
  readonly durationSeconds: number | null;
  /** When it ends, counted from the start of the file. */
  readonly endSeconds: number | null;
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
  readonly bitrateKbps: number | null;
  readonly durationSeconds: number | null;
  /** When it ends, counted from the start of the file. */
  readonly endSeconds: number | null;
  readonly isDefault: boolean;
  /** Tags of the stream, names in lower case: Ogg keeps the title there. */
  readonly tags: Readonly<Record<string, string>>;
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
  const [stdout, layout, mp3] = await Promise.all([
    runFfprobe(ffmpeg, { path, demuxers, show, signal, timeoutMs }),
    readMp4Layout(path),
    demuxers.split(',').includes('mp3') ? readMp3Frames(path) : null,
  ]);
  const parsed = probeSchema.safeParse(parseJson(stdout));
  if (!parsed.success) {
    const why = `its answer has an unknown shape (${z.prettifyError(parsed.error)})`;
    throw new StatuscastError({ code: 'program-failed', program: 'ffprobe', why });
  }
  return withMp3(toProbe(parsed.data, layout, ffmpeg), mp3);
}

/** ffprobe's length of an MP3 of variable rate without a description was off by half. */
const LENGTH_TOLERANCE_SECONDS = 0.1;

function withMp3(probe: MediaProbe, frames: Mp3Frames | null): MediaProbe {
  if (probe.demuxer !== 'mp3' || frames === null) return probe;
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

const STILL_CODECS: readonly string[] = ['mjpeg', 'png', 'bmp', 'gif', 'webp'];

function toProbe(raw: RawProbe, layout: Mp4Layout | null, ffmpeg: Ffmpeg): MediaProbe {
  const ofType = (type: string) => raw.streams.filter((stream) => stream.codec_type === type);
  // A header may say 2 s of frames that are hours apart.
  const spans = raw.packets === undefined ? [] : [{ duration: spanOf(raw.packets) }];
  const durations = [raw.format, ...raw.streams, ...spans]
    .map(({ duration }) => duration)
    .filter((duration) => duration !== null);
  const pictures = ofType('video').map((stream) =>
    toPicture(stream, raw.format.start_time, ffmpeg),
  );
  const shown = pictures.find(({ isCover }) => !isCover);
  return {
    demuxer: raw.format.format_name.split(',')[0] ?? raw.format.format_name,
    bytes: raw.format.size ?? 0,
    durationSeconds: durations.length === 0 ? null : Math.max(...durations),
    pictures,
    sounds: ofType('audio').map((stream) => toSound(stream, raw.format.start_time, ffmpeg)),
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
    canToneMap: ffmpeg.filters.has('zscale') && ffmpeg.filters.has('tonemap'),
  };
}

/** Only these give the transparency of VP8 and VP9; ffmpeg's own decoders drop it. */
const ALPHA_DECODERS: ReadonlyMap<string, string> = new Map([
  ['vp8', 'libvpx'],
  ['vp9', 'libvpx-vp9'],
]);

const ALPHA_FORMATS = /^(yuva|gbrap|rgba|bgra|argb|abgr|ya\d|pal8)/;

function toPicture(stream: RawStream, fileStart: number | null, ffmpeg: Ffmpeg): PictureStream {
  const alphaDecoder =
    stream.tags['alpha_mode'] === '1' ? ALPHA_DECODERS.get(stream.codec_name) : undefined;
  const decoder =
    alphaDecoder !== undefined &&
    ffmpeg.decoders.get(stream.codec_name)?.includes(alphaDecoder) === true
      ? alphaDecoder
      : null;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable:
      ffmpeg.decodableCodecs.has(stream.codec_name) && stream.width > 0 && stream.height > 0,
    profile: stream.profile,
    level: stream.level !== null && stream.level > 0 ? stream.level : null,
    width: stream.width,
    height: stream.height,
    pixelFormat: stream.pix_fmt,
    sampleAspect: stream.sample_aspect_ratio ?? 1,
    ...turnOf(stream),
    hasDisplayMatrix: stream.side_data_list.some((data) => data.displaymatrix !== undefined),
    hasAlpha: decoder !== null || ALPHA_FORMATS.test(stream.pix_fmt ?? ''),
    decoder,
    averageFrameRate: isSane(stream.avg_frame_rate) ? stream.avg_frame_rate : stream.r_frame_rate,
    baseFrameRate: stream.r_frame_rate,
    hasBFrames: stream.has_b_frames > 0,
    interlaced: stream.field_order === null ? null : stream.field_order !== 'progressive',
    primaries: stream.color_primaries,
    transfer: stream.color_transfer,
    matrix: stream.color_space,
    range: stream.color_range,
    sideData: stream.side_data_list.map((data) => data.side_data_type),
    durationSeconds: stream.duration,
    endSeconds: endOf(stream, fileStart),
    isCover:
      stream.disposition.attached_pic === 1 ||
      (stream.nb_frames === 1 && STILL_CODECS.includes(stream.codec_name)),
    isDefault: stream.disposition.default === 1,
    tags: stream.tags,
  };
}

/** Of raw DV ffprobe says 60,000 frames/s on average. */
const SANE_MAX_RATE = 1000;

function isSane(rate: number | null): boolean {
  return rate === null || rate <= SANE_MAX_RATE;
}

function turnOf({ side_data_list, tags }: RawStream) {
  const matrix = side_data_list.find((data) => data.displaymatrix !== undefined)?.displaymatrix;
  return matrix === undefined ? readTurnTags(tags) : readDisplayMatrix(matrix);
}

function endOf(stream: RawStream, fileStart: number | null): number | null {
  const seconds = stream.duration ?? readClock(stream.tags['duration']);
  return seconds === null ? null : seconds + (stream.start_time ?? 0) - (fileStart ?? 0);
}

/** Matroska's muxers keep the length of a stream in a tag: `00:01:06.500000000`. */
function readClock(tag: string | undefined): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(tag ?? '') ?? [];
  if (hours === undefined) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function toSound(stream: RawStream, fileStart: number | null, ffmpeg: Ffmpeg): SoundStream {
  const sampleRateHz = stream.sample_rate ?? 0;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable:
      ffmpeg.decodableCodecs.has(stream.codec_name) && sampleRateHz > 0 && stream.channels > 0,
    profile: stream.profile,
    sampleRateHz,
    channels: stream.channels,
    bitrateKbps: stream.bit_rate === null ? null : stream.bit_rate / 1000,
    durationSeconds: stream.duration,
    endSeconds: endOf(stream, fileStart),
    isDefault: stream.disposition.default === 1,
    tags: stream.tags,
  };
}
