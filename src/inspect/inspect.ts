import { basename } from 'node:path';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { createSettings } from '../resolve-settings.js';
import { inspectMoving, inspectStill } from './inspect-still.js';
import { inspectStreams, inspectUnknown } from './inspect-streams.js';
import { PROBE_TIMEOUT_MS, type InspectOptions, type Inspection } from './inspection.js';
import { measureLength, PAUSE_MIN_SECONDS } from './measure-length.js';
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
    ? { ...seen, media: await measure(ffmpeg, path, seen, options) }
    : seen;
}

/**
 * The probe; with its length and its pauses by its packets, where it is to be split, or is to begin
 * where one frame may be shown for long.
 */
async function measure(
  ffmpeg: Ffmpeg,
  path: string,
  seen: Extract<Inspection, { readonly media: MediaProbe }>,
  { signal, timeoutMs = PROBE_TIMEOUT_MS, settings = createSettings() }: InspectOptions,
): Promise<MediaProbe> {
  const { media } = seen;
  const { demuxer, animation } = media;
  const { long, maxDurationSeconds, start } = settings;
  const claimed = media.durationSeconds ?? Infinity;
  const isSplit = long === 'split' && claimed > maxDurationSeconds;
  const picture = seen.type === 'video' && animation === null ? seen.picture : null;
  const mayBeginInPause = picture !== null && start > PAUSE_MIN_SECONDS;
  if (!isSplit && !mayBeginInPause) return media;
  const stretch = {
    ...{ demuxer, picture: picture?.index ?? null, sound: seen.sound?.index ?? null },
    ...(isSplit ? {} : { untilSeconds: start }),
  };
  const measured = await measureLength(ffmpeg, path, stretch, { signal, timeoutMs });
  const durationSeconds = isSplit ? measured.durationSeconds : null;
  return {
    ...media,
    ...{ durationSeconds: durationSeconds ?? media.durationSeconds, pauses: measured.pauses },
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
