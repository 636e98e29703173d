import { basename } from 'node:path';
import { messageOf, reasonIn, StatuscastError, type ErrorFacts } from '../errors.js';
import { isListedCodec } from '../ffmpeg/codecs.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { createSettings } from '../resolve-settings.js';
import type { Settings } from '../settings.js';
import type { LookSettings } from './look-at-image.js';
import { readableStill, withScratch } from './decode-still.js';
import { doesDecode } from './does-decode.js';
import {
  GUESSING_DEMUXERS,
  SAFE_DEMUXERS,
  type MovingReader,
  type StillDecoder,
} from './formats.js';
import type { ImageProbe } from './probe-image.js';
import { measureLength } from './measure-length.js';
import {
  probeMedia,
  type MediaProbe,
  type PictureStream,
  type SoundStream,
} from './probe-media.js';
import { sniff, type Sniff } from './sniff.js';

const PROBE_TIMEOUT_MS = 30_000;
const MEGA = 1_000_000;

/** What a file is, as far as it can be told without decoding it. */
export type Inspection =
  | {
      readonly type: 'image';
      readonly label: string;
      readonly image: ImageProbe;
      /** What turns it into a picture that sharp reads. */
      readonly decoder: StillDecoder;
    }
  | {
      readonly type: 'video';
      readonly label: string;
      readonly media: MediaProbe;
      readonly picture: PictureStream;
      readonly sound: SoundStream | null;
    }
  | {
      readonly type: 'audio';
      readonly label: string;
      readonly media: MediaProbe;
      readonly sound: SoundStream;
    }
  | { readonly type: 'not-media'; readonly label: string }
  | { readonly type: 'unusable'; readonly error: ErrorFacts };

/** What inspect found worth planning for. */
export type Media = Exclude<Inspection, { readonly type: 'not-media' | 'unusable' }>;

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** The file's name for messages. Default: the last part of its path. */
  readonly name?: string;
  /**
   * Those that the plan will be made with: a file is looked into as far as they need it. Default:
   * the default settings.
   */
  readonly settings?: LookSettings & Pick<Settings, 'long' | 'maxDurationSeconds'>;
  /**
   * Folder for pictures that have to be decoded to be seen; `normalizeImage` finds them there.
   * Default: one of its own, removed at the end.
   */
  readonly scratch?: string | undefined;
}

/**
 * Sniffs a file and probes it with the one program that is right for it.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, `program-timeout`, and what reading the file throws
 */
export async function inspect(
  ffmpeg: Ffmpeg,
  path: string,
  options: InspectOptions = {},
): Promise<Inspection> {
  const seen = await probe(ffmpeg, path, await sniff(path), options);
  return seen.type === 'audio' || seen.type === 'video'
    ? { ...seen, media: await measure(ffmpeg, path, seen, options) }
    : seen;
}

/** The probe; with its length by its packets, where it is to be split and headers will not do. */
async function measure(
  ffmpeg: Ffmpeg,
  path: string,
  seen: Extract<Inspection, { readonly media: MediaProbe }>,
  { signal, timeoutMs = PROBE_TIMEOUT_MS, settings = createSettings() }: InspectOptions,
): Promise<MediaProbe> {
  const { media } = seen;
  const claimed = media.durationSeconds ?? Infinity;
  if (settings.long === 'trim' || claimed <= settings.maxDurationSeconds) return media;
  const { index } = seen.type === 'video' ? seen.picture : seen.sound;
  const stream = { demuxer: media.demuxer, index };
  const durationSeconds = await measureLength(ffmpeg, path, stream, { signal, timeoutMs });
  return durationSeconds === null ? media : { ...media, durationSeconds };
}

/**
 * Looks into a file that was sniffed, with ffprobe or sharp, and decides by its streams what it is.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, `program-timeout`, and what reading the file throws
 */
export async function probe(
  ffmpeg: Ffmpeg,
  path: string,
  sniffed: Sniff,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { name = basename(path) } = options;
  switch (sniffed.type) {
    case 'empty':
      return { type: 'unusable', error: { code: 'file-empty', file: name } };
    case 'not-media':
      return sniffed;
    case 'unknown':
      return probeUnknown(ffmpeg, path, sniffed.demuxers, name, options);
    case 'known':
      break;
  }
  const { format } = sniffed;
  switch (format.reader) {
    case 'none': {
      const why = `${format.label} is not read; ${format.advice}`;
      return { type: 'unusable', error: { code: 'format-unsupported', file: name, why } };
    }
    case 'still': {
      const moving =
        format.moving === null
          ? null
          : await inspectMoving(ffmpeg, path, { ...format, moving: format.moving }, options);
      return moving ?? inspectStill(ffmpeg, path, name, format, options);
    }
    case 'ffmpeg': {
      const found = await probeAs(ffmpeg, path, format, name, options);
      if (found.type !== 'unusable' && found.type !== 'not-media') return found;
      // Of a short file a demuxer may doubt what it would read if forced.
      const [forced = format.demuxers] = format.demuxers.split(',');
      if (forced !== format.demuxers) {
        const only = { label: format.label, demuxers: forced };
        const again = await probeAs(ffmpeg, path, only, name, options);
        if (again.type !== 'unusable') return again;
      }
      // Its first bytes may look like another format: frames of FLAC do like AAC.
      const second = await probeUnknown(ffmpeg, path, SAFE_DEMUXERS, name, options);
      return second.type === 'not-media' ? found : second;
    }
  }
}

const UNKNOWN = { type: 'not-media', label: 'unknown bytes' } as const;

async function probeAs(
  ffmpeg: Ffmpeg,
  path: string,
  { label, demuxers }: { readonly label: string; readonly demuxers: string },
  name: string,
  options: InspectOptions,
): Promise<Inspection> {
  const media = await tryProbe(ffmpeg, path, demuxers, options);
  if (media instanceof StatuscastError) {
    const why = `${label}, but ${reasonIn(media.message, path)}`;
    return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
  }
  // Two bytes are all that is known of an MP3, and an ID3 tag stands before other sounds too.
  if (demuxers === 'mp3' && media.mp3 === null) return UNKNOWN;
  return chooseStreams(label, media, name);
}

/** What is inside decides where the first bytes do not tell; random bytes must not pass for sound. */
async function probeUnknown(
  ffmpeg: Ffmpeg,
  path: string,
  demuxers: string,
  name: string,
  options: InspectOptions,
): Promise<Inspection> {
  let media = await tryProbe(ffmpeg, path, demuxers, options);
  // A recording may begin with 100 kB of something else, over which only this demuxer gets.
  if (media instanceof StatuscastError) media = await tryProbe(ffmpeg, path, 'mp3', options);
  if (media instanceof StatuscastError) return UNKNOWN;
  const found = chooseStreams(media.demuxer.toUpperCase(), media, name);
  if (found.type === 'unusable' || found.type === 'not-media' || found.type === 'image') {
    return UNKNOWN;
  }
  if (media.demuxer === 'mp3') return media.mp3 === null ? UNKNOWN : found;
  if (!GUESSING_DEMUXERS.has(media.demuxer)) return found;
  const stream = found.type === 'video' ? found.picture : found.sound;
  return (await doesDecode(ffmpeg, path, media.demuxer, stream.index, options)) ? found : UNKNOWN;
}

/** A picture of several frames, or null where it is still or cannot be read as a moving one. */
async function inspectMoving(
  ffmpeg: Ffmpeg,
  path: string,
  { label, moving }: { readonly label: string; readonly moving: MovingReader },
  { signal, timeoutMs = PROBE_TIMEOUT_MS }: InspectOptions,
): Promise<Inspection | null> {
  const { probeAnimation } = await import('./probe-animation.js');
  try {
    const media = await probeAnimation(ffmpeg, path, moving, { signal, timeoutMs });
    const [picture] = media?.pictures ?? [];
    return media === null || picture === undefined
      ? null
      : { type: 'video', label, media, picture, sound: null };
  } catch (thrown) {
    // What is no moving picture either is refused in the words of the reader of still ones.
    if (thrown instanceof StatuscastError && thrown.code !== 'program-failed') throw thrown;
    return null;
  }
}

async function inspectStill(
  ffmpeg: Ffmpeg,
  path: string,
  name: string,
  { label, decoder }: { readonly label: string; readonly decoder: StillDecoder },
  {
    scratch: given,
    signal,
    timeoutMs = PROBE_TIMEOUT_MS,
    settings = createSettings(),
  }: InspectOptions,
): Promise<Inspection> {
  // sharp is heavy and a folder may hold no picture.
  const { probeStill } = await import('./probe-still.js');
  const { lookAtImage } = await import('./look-at-image.js');
  try {
    return await withScratch(given, async (scratch) => {
      const options = { scratch, signal, timeoutMs };
      const seen = await probeStill(ffmpeg, path, decoder, options);
      const maxPixels = settings.maxMegapixels * MEGA;
      const open = () => readableStill(ffmpeg, path, seen.decoder, { ...options, maxPixels });
      const look = await lookAtImage(open, settings, timeoutMs);
      return { type: 'image', label, decoder: seen.decoder, image: { ...seen.image, look } };
    });
  } catch (thrown) {
    const facts = thrown instanceof StatuscastError ? thrown.facts : null;
    if (facts !== null && facts.code !== 'program-failed') throw thrown;
    const said = reasonIn(facts?.why ?? messageOf(thrown), path);
    const isCutOff = /end of file|bad seek|premature end/i.test(said);
    const why = `${label}, but ${isCutOff ? 'it is cut off before its end' : said}`;
    return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
  }
}

/** The probe, or the error where ffprobe makes nothing of the file. */
async function tryProbe(
  ffmpeg: Ffmpeg,
  path: string,
  demuxers: string,
  { signal, timeoutMs = PROBE_TIMEOUT_MS }: InspectOptions,
): Promise<MediaProbe | StatuscastError> {
  try {
    return await probeMedia(ffmpeg, path, demuxers, { signal, timeoutMs });
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'program-failed') return thrown;
    throw thrown;
  }
}

/** Streams decide: an .mp4 may hold only sound, and cover art is no video. */
function chooseStreams(label: string, media: MediaProbe, name: string): Inspection {
  const picture = preferred(media.pictures.filter((stream) => !stream.isCover && stream.decodable));
  const sound = preferred(media.sounds.filter((stream) => stream.decodable));
  if (picture !== null) return { type: 'video', label, media, picture, sound };
  if (sound !== null) return { type: 'audio', label, media, sound };
  const codecs = [...media.pictures, ...media.sounds].map((stream) => stream.codec);
  const isRefused = codecs.every((codec) => codec !== 'unknown' && !isListedCodec(codec));
  const why =
    codecs.length === 0
      ? `${label} without sound or picture`
      : isRefused
        ? `${label} with ${codecs.join(' and ')}, which is not read; export it with H.264 or AAC`
        : `${label} with ${codecs.join(' and ')}, which this ffmpeg cannot decode; name a newer one in FFMPEG_PATH`;
  return { type: 'unusable', error: { code: 'format-unsupported', file: name, why } };
}

function preferred<Stream extends { readonly isDefault: boolean }>(
  streams: readonly Stream[],
): Stream | null {
  return streams.find(({ isDefault }) => isDefault) ?? streams[0] ?? null;
}
