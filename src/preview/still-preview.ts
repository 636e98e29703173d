import type { Pixels } from '../inspect/measure-saliency.js';
import { limitTime, narrow, sharp } from '../inspect/sharp.js';
import type { PlanSummary, Preview } from '../job.js';
import { framesIn } from './previews.js';

const QUALITY = 72;

interface StillOptions {
  readonly maxPixels: number;
  readonly timeoutMs: number;
  readonly background: string;
  /** As the probe has it. Default: false. */
  readonly isWide?: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The longer side of a look's copy, in pixels: what an output shows of its source is cut out of it. */
const COPY_SIDE = 480;

/** The small copy that was looked at, which is upright. */
export async function previewCopy(
  { data, width, height }: Pixels,
  target: string,
): Promise<Preview> {
  const made = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(COPY_SIDE, COPY_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: QUALITY, optimiseCoding: false })
    .toFile(target);
  return framesIn(target, made, 1);
}

/**
 * A small copy of a file that sharp reads, upright. Damage is borne: it is there to be looked at.
 * @throws what sharp throws for pixels that it cannot decode at all
 */
export async function previewStill(
  file: string,
  box: Size,
  target: string,
  { maxPixels, timeoutMs, background, isWide = false }: StillOptions,
): Promise<Preview> {
  const read = sharp(file, { failOn: 'none', limitInputPixels: maxPixels });
  const { width, height } = await limitTime(narrow(read, isWide), timeoutMs)
    .autoOrient()
    .flatten({ background })
    .toColourspace('srgb')
    .resize(box.width, box.height, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: QUALITY })
    .toFile(target);
  return framesIn(target, { width, height }, 1);
}

/**
 * What an output shows of its source, as a part of the small picture of that: to decode an output of
 * full size for this takes 12 ms, and to cut the part out 4.
 * @param upright pixels of the source
 * @returns null where the output is more than a part of its source
 */
export function partOf(before: Preview, upright: Size, { fit, crop }: PlanSummary): Preview | null {
  if (fit === 'blur' || fit === 'pad') return null;
  const [x, y] = [before.width / upright.width, before.height / upright.height];
  const { left, top, width, height } = crop ?? { left: 0, top: 0, ...upright };
  const within = (start: number, side: number, all: number) => {
    const from = Math.min(all - 1, Math.round(start));
    return [from, Math.max(1, Math.min(all - from, Math.round(side)))] as const;
  };
  const [fromX, wide] = within(left * x, width * x, before.width);
  const [fromY, high] = within(top * y, height * y, before.height);
  return { ...before, window: { left: fromX, top: fromY, width: wide, height: high } };
}

/**
 * Frames below each other in one JPEG, as they are in memory.
 * @param rgb the frames of that size one after the other; one that is cut off is left out
 * @returns null where there is no frame
 */
export async function joinFrames(
  rgb: Buffer,
  { width, height }: Size,
  target: string,
): Promise<Preview | null> {
  const frameBytes = width * height * 3;
  const frames = Math.floor(rgb.length / frameBytes);
  if (frames === 0) return null;
  const raw = { width, height: height * frames, channels: 3 } as const;
  await sharp(rgb.subarray(0, frames * frameBytes), { raw })
    .jpeg({ quality: QUALITY, optimiseCoding: false })
    .toFile(target);
  return framesIn(target, { width, height }, frames);
}
