import { lavfi } from './make-media.js';
import { bundledFfmpeg, runForBytes } from './programs.js';

const SIDE = 32;
const BITS = 16;
const COLUMN = SIDE / BITS;

/** A picture that says in columns of black and white which frame it is, counted from 0. */
export function numberedFrames(rate: string, seconds: number): readonly string[] {
  const bit = `mod(floor(N/pow(2\\,floor(X/${COLUMN})))\\,2)`;
  return lavfi(
    `nullsrc=s=${SIDE}x${SIDE}:r=${rate}:d=${seconds},geq=lum=16+219*${bit}:cb=128:cr=128`,
  );
}

/** The numbers that the frames of a clip say, in their order. */
export async function readFrameNumbers(path: string): Promise<readonly number[]> {
  const bytes = await runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-i', `file:${path}`, '-map', '0:v', '-vsync', '0'],
    ...['-vf', `scale=${SIDE}:${SIDE}`, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
  ]);
  return Array.from({ length: bytes.length / (SIDE * SIDE) }, (_, frame) => {
    const row = frame * SIDE * SIDE + (SIDE / 2) * SIDE;
    const isWhite = (column: number) =>
      (bytes[row + column * COLUMN] ?? 0) + (bytes[row + column * COLUMN + 1] ?? 0) > 256;
    return Array.from({ length: BITS }, (_bit, column) =>
      isWhite(column) ? 2 ** column : 0,
    ).reduce((sum, value) => sum + value, 0);
  });
}

const SAMPLE_RATE_HZ = 44_100;

/** The samples of the first sound track, mono, as a player hears them. */
export async function readSamples(path: string): Promise<Float32Array> {
  const bytes = await runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-i', `file:${path}`, '-map', '0:a:0'],
    ...['-ac', '1', '-ar', String(SAMPLE_RATE_HZ), '-f', 'f32le', 'pipe:1'],
  ]);
  return new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** How far one sound lies behind another in samples, and how alike they are there, from 0 to 1. */
export function compareSamples(
  heard: Float32Array,
  source: Float32Array,
  { most }: { readonly most: number },
): { readonly lag: number; readonly likeness: number } {
  let best = { lag: 0, likeness: -1 };
  for (let lag = -most; lag <= most; lag++) {
    let [product, ofHeard, ofSource] = [0, 0, 0];
    for (let at = most; at + most < heard.length; at += 1) {
      const [a, b] = [heard[at] ?? 0, source[at + lag] ?? 0];
      product += a * b;
      ofHeard += a * a;
      ofSource += b * b;
    }
    const likeness = product / Math.sqrt(ofHeard * ofSource);
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best;
}
