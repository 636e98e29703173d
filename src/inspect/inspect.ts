import { basename } from 'node:path';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { createSettings } from '../resolve-settings.js';
import { inspectMoving, inspectStill } from './inspect-still.js';
import { inspectStreams, inspectUnknown } from './inspect-streams.js';
import { PROBE_TIMEOUT_MS, type InspectOptions, type Inspection } from './inspection.js';
import { measureLength } from './measure-length.js';
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
