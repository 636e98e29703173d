import { basename } from 'node:path';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { StatuscastError } from '../errors.js';
import { createSettings } from '../resolve-settings.js';
import { inspectMoving, inspectStill } from './inspect-still.js';
import { inspectStreams, inspectUnknown } from './inspect-streams.js';
import { PROBE_TIMEOUT_MS, type InspectOptions, type Inspection } from './inspection.js';
import { findPause, measureLength, PAUSE_MIN_SECONDS, type Measured } from './measure-length.js';
import type { MediaProbe } from './probe-media.js';
import { sniff, type Sniff } from './sniff.js';

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
    ? measure(ffmpeg, path, seen, options)
    : seen;
}

type Timed = Extract<Inspection, { readonly media: MediaProbe }>;

/**
 * With what its packets say, where it is to be split, or to begin where a frame may stand for long, or
 * later in what only guesses its length.
 */
async function measure(
  ffmpeg: Ffmpeg,
  path: string,
  seen: Timed,
  { signal, timeoutMs = PROBE_TIMEOUT_MS, settings = createSettings() }: InspectOptions,
): Promise<Timed> {
  const { media } = seen;
  const { demuxer, animation, durationSeconds, startsAtSeconds = 0 } = media;
  const { long, maxDurationSeconds, start } = settings;
  const options = { signal, timeoutMs };
  const picture = seen.type === 'video' ? seen.picture : null;
  const claimedSeconds = durationSeconds ?? Infinity;
  // A moving picture goes round, and is neither split nor begun later.
  if (animation !== null) return seen;
  const isGuessed = GUESSED_LENGTHS.has(demuxer) || durationSeconds === null;
  const isSplit = long === 'split' && (isGuessed || claimedSeconds > maxDurationSeconds);
  if (isSplit || (isGuessed && start > 0)) {
    const streams = { picture: picture?.index ?? null, sound: seen.sound?.index ?? null };
    const measured = await measureLength(ffmpeg, path, { demuxer, ...streams }, options);
    return withMeasured(seen, measured);
  }
  if (picture === null || start <= PAUSE_MIN_SECONDS) return seen;
  const where = { demuxer, index: picture.index, startsAtSeconds };
  const pauses = await findPause(ffmpeg, path, where, start, options).catch((thrown: unknown) => {
    // Some cannot be sought; they are decoded from where ffmpeg finds something.
    if (thrown instanceof StatuscastError && thrown.code === 'program-failed') return [];
    throw thrown;
  });
  return { ...seen, media: { ...media, pauses } };
}

/** How long these last is worked out from the bit rate of their beginning, or from their ends. */
const GUESSED_LENGTHS: ReadonlySet<string> = new Set(['aac', 'ac3', 'eac3', 'mpeg']);

function withMeasured(seen: Timed, measured: Measured): Timed {
  const { pauses, pictureEndSeconds, soundEndSeconds } = measured;
  const durationSeconds = measured.durationSeconds ?? seen.media.durationSeconds;
  const media = { ...seen.media, durationSeconds, pauses };
  if (seen.type === 'audio') return { ...seen, media };
  const { picture, sound } = seen;
  return {
    ...{ ...seen, media },
    picture: { ...picture, endSeconds: picture.endSeconds ?? pictureEndSeconds },
    sound: sound && { ...sound, endSeconds: sound.endSeconds ?? soundEndSeconds },
  };
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
      return inspectUnknown(ffmpeg, path, sniffed.demuxers, name, options);
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
    case 'ffmpeg':
      return inspectStreams(ffmpeg, path, name, format, options);
  }
}
