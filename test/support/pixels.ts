import sharp from 'sharp';
import { bundledFfmpeg, runForBytes } from './programs.js';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of a place, given as shares of the width and of the height. */
  readonly at: (x: number, y: number) => readonly number[];
}

/** The colours of a picture as it is stored: nothing is turned. */
export async function readPixels(input: string | Buffer): Promise<Pixels> {
  const { data, info } = await sharp(input)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return {
    width,
    height,
    at: (x, y) => {
      const column = Math.min(width - 1, Math.floor(x * width));
      const row = Math.min(height - 1, Math.floor(y * height));
      const start = (row * width + column) * channels;
      return [...data.subarray(start, start + 3)];
    },
  };
}

/** The colours of one frame of a clip. */
export async function readFrame(path: string, seconds: number): Promise<Pixels> {
  const png = await runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-noautorotate', '-ss', String(seconds), '-i', `file:${path}`],
    ...['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'],
  ]);
  return readPixels(png);
}

/** How far apart two colours are: the largest difference of any channel, 0 to 255. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Infinity))));
}
