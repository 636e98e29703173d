import type { Abilities } from '../ffmpeg/find-ffmpeg.js';
import type { RawProbe, RawStream } from './ffprobe-answer.js';
import { readDisplayMatrix, readTurnTags } from './read-turn.js';

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
  /** Its colours are those of Dolby Vision, and of nothing else as well. Default: false. */
  readonly isDolbyVisionAlone?: boolean;
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
  /** How much is stored and not to be heard, by an edit list. Default: none that is known. */
  readonly hiddenSeconds?: number;
  /** How much its packets overlap, as they do where clips were joined. Default: not at all. */
  readonly overlapSeconds?: number;
  readonly isDefault: boolean;
  /** Tags of the stream, names in lower case: Ogg keeps the title there. */
  readonly tags: Readonly<Record<string, string>>;
}

const STILL_CODECS: readonly string[] = ['mjpeg', 'png', 'bmp', 'gif', 'webp'];

/** One picture that is shown for longer is a video, if a still one. */
const SHOWN_MIN_SECONDS = 1;

/** Only these give the transparency of VP8 and VP9; ffmpeg's own decoders drop it. */
const ALPHA_DECODERS: ReadonlyMap<string, string> = new Map([
  ['vp8', 'libvpx'],
  ['vp9', 'libvpx-vp9'],
]);

const ALPHA_FORMATS = /^(yuva|gbrap|rgba|bgra|argb|abgr|ya\d|pal8)/;

export function toPicture(
  stream: RawStream,
  file: RawProbe['format'],
  { decoders, decodableCodecs }: Abilities,
): PictureStream {
  const alphaDecoder =
    stream.tags['alpha_mode'] === '1' ? ALPHA_DECODERS.get(stream.codec_name) : undefined;
  const decoder =
    alphaDecoder !== undefined && decoders.get(stream.codec_name)?.includes(alphaDecoder) === true
      ? alphaDecoder
      : null;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable: decodableCodecs.has(stream.codec_name) && stream.width > 0 && stream.height > 0,
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
    // No decoder here makes colours of these. That an id is 0 may mean that it is not said.
    isDolbyVisionAlone: stream.side_data_list.some(
      ({ dv_profile: profile, dv_bl_signal_compatibility_id: id }) =>
        profile === 5 || (profile === 10 && id === 0),
    ),
    sideData: stream.side_data_list.map((data) => data.side_data_type),
    durationSeconds: stream.duration,
    endSeconds: endOf(stream, file),
    isCover:
      stream.disposition.attached_pic === 1 ||
      (stream.nb_frames === 1 &&
        STILL_CODECS.includes(stream.codec_name) &&
        (stream.duration ?? 0) < SHOWN_MIN_SECONDS),
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

/** What mkvmerge leaves, and other muxers of Matroska do not. */
const STATISTICS_TAG = '_statistics_writing_app';

function endOf(
  { duration, start_time: startsAt, tags }: RawStream,
  { format_name: demuxers, start_time: fileStart }: RawProbe['format'],
): number | null {
  const seconds = duration ?? readClock(tags['duration']);
  if (seconds === null) return null;
  // In Matroska it is the end that most call the length: with the start it would count twice.
  const isEnd = demuxers.includes('matroska') && tags[STATISTICS_TAG] === undefined;
  return seconds + (isEnd ? 0 : (startsAt ?? 0)) - (fileStart ?? 0);
}

/** Matroska's muxers keep the length of a stream in a tag: `00:01:06.500000000`. */
function readClock(tag: string | undefined): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(tag ?? '') ?? [];
  if (hours === undefined) return null;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

export function toSound(
  stream: RawStream,
  file: RawProbe['format'],
  { decodableCodecs }: Abilities,
): SoundStream {
  const sampleRateHz = stream.sample_rate ?? 0;
  return {
    index: stream.index,
    codec: stream.codec_name,
    decodable: decodableCodecs.has(stream.codec_name) && sampleRateHz > 0 && stream.channels > 0,
    profile: stream.profile,
    sampleRateHz,
    channels: stream.channels,
    bitrateKbps: stream.bit_rate === null ? null : stream.bit_rate / 1000,
    durationSeconds: stream.duration,
    endSeconds: endOf(stream, file),
    ...hiddenOf(stream),
    isDefault: stream.disposition.default === 1,
    tags: stream.tags,
  };
}

/** Samples of a packet of AAC-LC. */
const AAC_PACKET_SAMPLES = 1024;

function hiddenOf({ codec_name, profile, nb_frames, sample_rate, duration }: RawStream) {
  if (codec_name !== 'aac' || profile !== 'LC') return {};
  if (nb_frames === null || sample_rate === null || duration === null) return {};
  return { hiddenSeconds: (nb_frames * AAC_PACKET_SAMPLES) / sample_rate - duration };
}

/**
 * Tells what an edit list hides from what is more in packets than they last for.
 * @param listedSeconds by the list itself; null where none can be read
 */
export function tellApart(sound: SoundStream, listedSeconds: number | null): SoundStream {
  const { hiddenSeconds: surplusSeconds } = sound;
  if (surplusSeconds === undefined || listedSeconds === null) return sound;
  const hiddenSeconds = Math.min(surplusSeconds, listedSeconds);
  return { ...sound, hiddenSeconds, overlapSeconds: surplusSeconds - hiddenSeconds };
}
