import { basename } from 'node:path';
import { messageOf, reasonIn, StatuscastError, type ErrorFacts } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { SAFE_DEMUXERS, type Format } from './formats.js';
import type { ImageProbe } from './probe-image.js';
import {
  probeMedia,
  type MediaProbe,
  type PictureStream,
  type SoundStream,
} from './probe-media.js';
import { sniff, type Sniff } from './sniff.js';

const PROBE_TIMEOUT_MS = 30_000;

/** What a file is, as far as it can be told without decoding it. */
export type Inspection =
  | { readonly type: 'image'; readonly label: string; readonly image: ImageProbe }
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
  return probe(ffmpeg, path, await sniff(path), options);
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
    case 'unknown': {
      const media = await tryProbe(ffmpeg, path, sniffed.demuxers, options);
      const found =
        media instanceof StatuscastError
          ? null
          : chooseStreams(media.demuxer.toUpperCase(), media, name);
      return found === null || found.type === 'unusable'
        ? { type: 'not-media', label: 'unknown bytes' }
        : found;
    }
    case 'known':
      break;
  }
  const { format } = sniffed;
  switch (format.reader) {
    case 'none': {
      const why = `${format.label} is not read; ${format.advice}`;
      return { type: 'unusable', error: { code: 'format-unsupported', file: name, why } };
    }
    case 'sharp':
      return inspectImage(path, name, format.label);
    case 'ffmpeg':
      return inspectMedia(ffmpeg, path, name, format, options);
  }
}

async function inspectMedia(
  ffmpeg: Ffmpeg,
  path: string,
  name: string,
  { label, demuxers }: Extract<Format, { readonly reader: 'ffmpeg' }>,
  options: InspectOptions,
): Promise<Inspection> {
  const media = await tryProbe(ffmpeg, path, demuxers, options);
  const found = toInspection(label, media, path, name);
  if (found.type !== 'unusable') return found;
  // Of a short file a demuxer may doubt what it would read if forced; and the first bytes may look
  // like another format: frames of FLAC do like AAC.
  const [forced = demuxers] = demuxers.split(',');
  for (const others of [...(forced === demuxers ? [] : [forced]), SAFE_DEMUXERS]) {
    // oxlint-disable-next-line no-await-in-loop
    const again = await tryProbe(ffmpeg, path, others, options);
    const second = toInspection(label, again, path, name);
    if (second.type !== 'unusable') return second;
  }
  return found;
}

function toInspection(
  label: string,
  media: MediaProbe | StatuscastError,
  path: string,
  name: string,
): Inspection {
  if (!(media instanceof StatuscastError)) return chooseStreams(label, media, name);
  const why = `${label}, but ${reasonIn(media.message, path)}`;
  return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
}

async function inspectImage(path: string, name: string, label: string): Promise<Inspection> {
  // sharp is heavy and a folder may hold no picture.
  const { probeImage } = await import('./probe-image.js');
  try {
    return { type: 'image', label, image: await probeImage(path) };
  } catch (thrown) {
    const why = `${label}, but ${reasonIn(messageOf(thrown), path)}`;
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
  const why =
    codecs.length === 0
      ? `${label} without sound or picture`
      : `${label} with ${codecs.join(' and ')}, which this ffmpeg cannot decode; name a newer one in FFMPEG_PATH`;
  return { type: 'unusable', error: { code: 'format-unsupported', file: name, why } };
}

function preferred<Stream extends { readonly isDefault: boolean }>(
  streams: readonly Stream[],
): Stream | null {
  return streams.find(({ isDefault }) => isDefault) ?? streams[0] ?? null;
}
