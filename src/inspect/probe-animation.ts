import { stat } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { MovingReader } from './formats.js';
import { canToneMap, probeMedia, type MediaProbe, type ProbeOptions } from './probe-media.js';
import { hasMovie } from './read-mp4-layout.js';
import { sharp } from './sharp.js';

/** Browsers take a delay of 0 or 10 ms for a mistake and show the frame for 100 ms. */
const MISTAKEN_DELAY_MS = 10;
const USUAL_DELAY_MS = 100;

/**
 * Reads how the frames of a picture follow each other: GIF, APNG and sequences of AVIF and HEIF
 * with ffprobe, WebP with sharp.
 * @returns null where there are not at least two frames that can be decoded
 * @throws StatuscastError as `probeMedia` does, and what sharp throws
 */
export async function probeAnimation(
  ffmpeg: Ffmpeg,
  path: string,
  reader: MovingReader,
  options: ProbeOptions,
): Promise<MediaProbe | null> {
  switch (reader) {
    case 'sharp':
      return probeFrames(path, ffmpeg);
    case 'gif':
      // Most are still or small: sharp counts their frames in a millisecond.
      return (await countPages(path)) > 1
        ? withUsualDelays(await probePackets(ffmpeg, path, reader, options))
        : null;
    case 'apng':
      return probePackets(ffmpeg, path, reader, options);
    case 'mov':
      return (await hasMovie(path)) ? probePackets(ffmpeg, path, reader, options) : null;
  }
}

/** ffmpeg takes 10 ms at its word, so the frames of such a GIF come from sharp. */
function withUsualDelays(media: MediaProbe | null): MediaProbe | null {
  const given = media?.animation?.delaysMs ?? [];
  if (media === null || given.every((delay) => delay > MISTAKEN_DELAY_MS)) return media;
  const delaysMs = given.map(usualDelay);
  const animation = { reader: 'sharp', delaysMs } as const;
  return { ...media, durationSeconds: secondsOf(delaysMs), animation };
}

function usualDelay(givenMs: number): number {
  return givenMs <= MISTAKEN_DELAY_MS ? USUAL_DELAY_MS : givenMs;
}

async function countPages(path: string): Promise<number> {
  return (await sharp(path, { limitInputPixels: false }).metadata()).pages ?? 1;
}

async function probePackets(
  ffmpeg: Ffmpeg,
  path: string,
  demuxer: string,
  options: ProbeOptions,
): Promise<MediaProbe | null> {
  const media = await probeMedia(ffmpeg, path, demuxer, { ...options, withTiming: true });
  const picture = media.pictures.find(({ decodable }) => decodable);
  const delaysMs = media.timing?.delaysMs ?? [];
  if (picture === undefined || delaysMs.length < 2) return null;
  return {
    ...media,
    pictures: [picture],
    durationSeconds: secondsOf(delaysMs),
    animation: { reader: 'ffmpeg', delaysMs },
  };
}

async function probeFrames(path: string, ffmpeg: Ffmpeg): Promise<MediaProbe | null> {
  const { size: bytes } = await stat(path);
  const seen = await sharp(path, { limitInputPixels: false }).metadata();
  const { width, height, hasAlpha, pages = 1, delay = [] } = seen;
  if (pages < 2) return null;
  const delaysMs = Array.from({ length: pages }, (_, page) => usualDelay(delay[page] ?? 0));
  const durationSeconds = secondsOf(delaysMs);
  return {
    demuxer: 'webp',
    bytes,
    durationSeconds,
    pictures: [
      {
        ...{ index: 0, codec: 'webp', decodable: true, profile: null, level: null },
        ...{ width, height, pixelFormat: 'rgba', sampleAspect: 1, hasAlpha, decoder: null },
        ...{
          rotationDegrees: 0,
          mirrored: false,
          hasDisplayMatrix: false,
          interlaced: false,
          hasBFrames: false,
        },
        ...{ averageFrameRate: pages / durationSeconds, baseFrameRate: null },
        sideData: [],
        ...{ primaries: null, transfer: null, matrix: null, range: null },
        ...{ durationSeconds, endSeconds: durationSeconds, isCover: false, isDefault: true },
        tags: {},
      },
    ],
    ...{ sounds: [], others: [], chapters: 0, tags: {}, layout: null, timing: null },
    animation: { reader: 'sharp', delaysMs },
    mp3: null,
    canToneMap: canToneMap(await ffmpeg.abilities()),
  };
}

function secondsOf(delaysMs: readonly number[]): number {
  return delaysMs.reduce((sum, delay) => sum + delay, 0) / 1000;
}
