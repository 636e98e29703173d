import { open, stat } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { readableStill, withScratch } from './decode-still.js';
import type { StillDecoder } from './formats.js';
import { probeImage, type ImageProbe } from './probe-image.js';
import { probeMedia } from './probe-media.js';

export interface ProbeStillOptions {
  readonly scratch: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** As many as settings allow. */
  readonly maxPixels: number;
}

/** A still picture, and what it is to be decoded with. */
export interface SeenStill {
  readonly image: ImageProbe;
  readonly decoder: StillDecoder;
}

/** A drawing has no pixels of its own: no more of them are made than a photograph may have. */
const DRAWING_MAX_PIXELS = 50_000_000;

/**
 * Reads a still picture's header by the program that its format needs.
 * @param path absolute path
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`, and what sharp throws
 */
export async function probeStill(
  ffmpeg: Ffmpeg,
  path: string,
  decoder: StillDecoder,
  options: ProbeStillOptions,
): Promise<SeenStill> {
  switch (decoder.type) {
    case 'sharp':
    case 'libheif':
      return probeBySharp(path);
    case 'librsvg':
      return { image: await probeDrawing(ffmpeg, path, decoder, options), decoder };
    case 'ffmpeg':
      return { image: await probeByFfmpeg(ffmpeg, path, decoder, options), decoder };
  }
}

/** Its header alone says what is packed in HEIF: AV1 is sharp's, HEVC is not. */
async function probeBySharp(path: string): Promise<SeenStill> {
  const image = await probeImage(path);
  if (image.format !== 'heif' || image.compression === 'av1') {
    return { image, decoder: { type: 'sharp' } };
  }
  return { image, decoder: { type: 'libheif' } };
}

/** Rendered at once, since only that tells its size; whoever encodes it finds it in `scratch`. */
async function probeDrawing(
  ffmpeg: Ffmpeg,
  path: string,
  decoder: StillDecoder,
  { scratch: given, maxPixels, ...options }: ProbeStillOptions,
): Promise<ImageProbe> {
  const { size: bytes } = await stat(path);
  return withScratch(given, async (scratch) => {
    const limits = { scratch, maxPixels: Math.min(DRAWING_MAX_PIXELS, maxPixels) };
    const rendered = await readableStill(ffmpeg, path, decoder, { ...options, ...limits });
    return { ...(await probeImage(rendered)), format: 'svg', bytes };
  });
}

async function probeByFfmpeg(
  ffmpeg: Ffmpeg,
  path: string,
  decoder: Extract<StillDecoder, { readonly type: 'ffmpeg' }>,
  options: ProbeStillOptions,
): Promise<ImageProbe> {
  const { size: bytes } = await stat(path);
  if (decoder.codec === 'targa') return stillOf('targa', bytes, await readTgaSize(path), null);
  const { pictures } = await probeMedia(ffmpeg, path, decoder.demuxer, options);
  const [largest] = pictures
    .filter(({ width, height }) => width > 0 && height > 0)
    .toSorted((a, b) => b.width * b.height - a.width * a.height);
  if (largest === undefined) {
    const why = 'it holds no picture';
    throw new StatuscastError({ code: 'program-failed', program: 'ffprobe', why });
  }
  return stillOf(largest.codec, bytes, largest, largest.pixelFormat);
}

/** No ffprobe can be told to read the format that has neither signature nor demuxer. */
async function readTgaSize(
  path: string,
): Promise<{ readonly width: number; readonly height: number }> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(18), 0, 18, 0);
    return { width: buffer.readUInt16LE(12), height: buffer.readUInt16LE(14) };
  } finally {
    await file.close();
  }
}

function stillOf(
  format: string,
  bytes: number,
  { width, height }: { readonly width: number; readonly height: number },
  pixelFormat: string | null,
): ImageProbe {
  const bitDepth = /(48|64|16|12|10)[bl]e$/.test(pixelFormat ?? '') ? 16 : 8;
  const hasAlpha = /^(rgba|bgra|argb|abgr|gbrap|ya|yuva)/.test(pixelFormat ?? '');
  return {
    ...{ format, bytes, width, height, hasAlpha },
    ...{ orientation: 1, pages: 1, compression: null, space: 'srgb', profile: 'none' },
    channels: hasAlpha ? 4 : 3,
    ...{ bitDepth, isWide: bitDepth > 8 || pixelFormat === 'ya8' },
    ...{ metadata: [], truncated: false, trailingBytes: 0, look: null },
  };
}
