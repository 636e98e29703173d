import { StatuscastError, messageOf, type ErrorFacts } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { ImageProbe } from './probe-image.js';
import {
  probeMedia,
  type MediaProbe,
  type PictureStream,
  type SoundStream,
} from './probe-media.js';
import { sniff } from './sniff.js';

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

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/**
 * Sniffs a file and probes it with the one program that is right for it.
 * @param path absolute path
 * @param name the file's name for messages
 * @throws StatuscastError `interrupted`, `program-timeout`, and what reading the file throws
 */
export async function inspect(
  ffmpeg: Ffmpeg,
  path: string,
  name: string,
  bytes: number,
  options: InspectOptions,
): Promise<Inspection> {
  if (bytes === 0) return { type: 'unusable', error: { code: 'file-empty', file: name } };
  const sniffed = await sniff(path);
  switch (sniffed.type) {
    case 'not-media':
      return sniffed;
    case 'unknown': {
      const media = await tryProbe(ffmpeg, path, sniffed.demuxers, options);
      if (media instanceof StatuscastError) return { type: 'not-media', label: 'unknown bytes' };
      const found = chooseStreams('unnamed bytes', media, name);
      return found.type === 'unusable' ? { type: 'not-media', label: 'unknown bytes' } : found;
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
      return inspectImage(path, name, bytes, format.label);
    case 'ffmpeg': {
      const media = await tryProbe(ffmpeg, path, format.demuxers, options);
      if (media instanceof StatuscastError) {
        const why = `${format.label}, but ${lastLine(media.message)}`;
        return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
      }
      return chooseStreams(format.label, media, name);
    }
  }
}

async function inspectImage(
  path: string,
  name: string,
  bytes: number,
  label: string,
): Promise<Inspection> {
  // sharp is heavy and a folder may hold no picture.
  const { probeImage } = await import('./probe-image.js');
  try {
    return { type: 'image', label, image: await probeImage(path, bytes) };
  } catch (thrown) {
    const why = `${label}, but ${lastLine(messageOf(thrown))}`;
    return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
  }
}

/** The probe, or the error where ffprobe makes nothing of the file. */
async function tryProbe(
  ffmpeg: Ffmpeg,
  path: string,
  demuxers: string,
  options: InspectOptions,
): Promise<MediaProbe | StatuscastError> {
  try {
    return await probeMedia(ffmpeg, path, demuxers, options);
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

/** Programs put the reason last, behind the path and a code of theirs. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? text;
  return line.replace(/^file:.*?: (?=[^:]+$)/, '').replace(/^\[[^\]]*\] /, '');
}
