import { bundledFfmpeg, runForBytes } from './programs.js';

export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The brightness of each pixel of a part of one frame. */
export async function lumaOf(path: string, seconds: number, region: Region): Promise<Buffer> {
  const { left, top, width, height } = region;
  return runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-ss', String(seconds), '-i', `file:${path}`, '-frames:v', '1'],
    ...['-vf', `format=gray,crop=${width}:${height}:${left}:${top}`, '-f', 'rawvideo', 'pipe:1'],
  ]);
}

/** The share of pixels that differ by more than an encoder's noise. */
export function shareChanged(a: Buffer, b: Buffer): number {
  let changed = 0;
  for (const [i, value] of a.entries()) if (Math.abs(value - (b[i] ?? 0)) > 24) changed++;
  return changed / a.length;
}
