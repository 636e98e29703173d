import { reasonIn, StatuscastError } from '../errors.js';
import { isListedCodec } from '../ffmpeg/codecs.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { GUESSING_DEMUXERS, SAFE_DEMUXERS } from './formats.js';
import { PROBE_TIMEOUT_MS, type InspectOptions, type Inspection } from './inspection.js';
import { probeMedia, type MediaProbe } from './probe-media.js';
import { tryDecoding } from './try-decoding.js';

/** A format by its name for people, and the demuxers to try, with commas between. */
interface Format {
  readonly label: string;
  readonly demuxers: string;
}

/**
 * Looks into a file whose format is known, and beyond it where that leads to nothing.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, `program-timeout`
 */
export async function inspectStreams(
  ffmpeg: Ffmpeg,
  path: string,
  name: string,
  format: Format,
  options: InspectOptions,
): Promise<Inspection> {
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
  const second = await inspectUnknown(ffmpeg, path, SAFE_DEMUXERS, name, options);
  return second.type === 'not-media' ? found : second;
}

const UNKNOWN = { type: 'not-media', label: 'unknown bytes' } as const;

async function probeAs(
  ffmpeg: Ffmpeg,
  path: string,
  { label, demuxers }: Format,
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
  const found = chooseStreams(label, media, name);
  // Two bytes again, and forced to read them the demuxer finds a sound in many that are none.
  if (!TWO_BYTE_DEMUXERS.has(media.demuxer) || found.type !== 'audio') return found;
  const frames = { demuxer: media.demuxer, index: found.sound.index, seconds: FRAMES_SECONDS };
  return (await tryDecoding(ffmpeg, path, frames, options)) === 'decodes' ? found : UNKNOWN;
}

/** As much of what may be anything as has to decode. */
const BEGINNING_SECONDS = 2;

/** Three frames of AC-3: the last one of a file may be cut off. */
const FRAMES_SECONDS = 0.1;

const TWO_BYTE_DEMUXERS: ReadonlySet<string> = new Set(['ac3', 'eac3']);

/**
 * What is inside decides where the first bytes do not tell; random bytes must not pass for sound.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, `program-timeout`
 */
export async function inspectUnknown(
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
  const { index } = stream;
  const beginning = { demuxer: media.demuxer, index, seconds: BEGINNING_SECONDS };
  return (await tryDecoding(ffmpeg, path, beginning, options)) === 'decodes' ? found : UNKNOWN;
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
  const why = `${label} ${whyUnusable(media)}`;
  return { type: 'unusable', error: { code: 'format-unsupported', file: name, why } };
}

/** What is wrong with a file of which no stream can be used, and what to do. */
function whyUnusable({ pictures, sounds }: MediaProbe): string {
  const codecs = [...pictures, ...sounds].map((stream) => stream.codec);
  if (codecs.length === 0) return 'without sound or picture; export it anew';
  if (sounds.length === 0 && pictures.every((stream) => stream.isCover)) {
    return 'with one picture and no sound; export it as JPEG';
  }
  const named = `with ${codecs.join(' and ')}`;
  const isRefused = codecs.every((codec) => codec !== 'unknown' && !isListedCodec(codec));
  if (isRefused) return `${named}, which is not read; export it with H.264 or AAC`;
  return `${named}, which this ffmpeg cannot decode; name a newer one in FFMPEG_PATH`;
}

function preferred<Stream extends { readonly isDefault: boolean }>(
  streams: readonly Stream[],
): Stream | null {
  return streams.find(({ isDefault }) => isDefault) ?? streams[0] ?? null;
}
