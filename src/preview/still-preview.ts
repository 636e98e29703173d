import { sharp } from '../inspect/sharp.js';
import type { CropWindow, PlanSummary, Preview } from '../job.js';

const QUALITY = 72;

/** Pixels of a small copy; null where there is none. */
export async function sizeOf(file: string) {
  const seen = await sharp(file)
    .metadata()
    .catch(() => null);
  return seen === null ? null : { width: seen.width, height: seen.height };
}

/**
 * A small copy of a file that sharp reads, upright. Damage is borne: it is there to be looked at.
 * @throws what sharp throws for pixels that it cannot decode at all
 */
export async function previewStill(
  file: string,
  box: { readonly width: number; readonly height: number },
  target: string,
  { maxPixels, timeoutMs }: { readonly maxPixels: number; readonly timeoutMs: number },
): Promise<Preview> {
  const { width, height } = await sharp(file, { failOn: 'none', limitInputPixels: maxPixels })
    .timeout({ seconds: Math.ceil(timeoutMs / 1000) })
    .autoOrient()
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .resize(box.width, box.height, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: QUALITY })
    .toFile(target);
  return { path: target, width, height, frames: 1 };
}

/**
 * What an output shows of its source, cut out of the small picture of that.
 * @param upright pixels of the source
 * @returns null where the output is more than a part of its source
 */
export async function previewWindow(
  before: Preview,
  upright: { readonly width: number; readonly height: number },
  { fit, crop }: PlanSummary,
  target: string,
): Promise<Preview | null> {
  if (fit === 'blur' || fit === 'pad') return null;
  const [x, y] = [before.width / upright.width, before.height / upright.height];
  const { left, top, width, height } = crop ?? { left: 0, top: 0, ...upright };
  const within = (start: number, side: number, all: number) => {
    const from = Math.min(all - 1, Math.round(start));
    return [from, Math.max(1, Math.min(all - from, Math.round(side)))] as const;
  };
  const [fromX, wide] = within(left * x, width * x, before.width);
  const [fromY, high] = within(top * y, height * y, before.height);
  return cutOut(before, { left: fromX, top: fromY, width: wide, height: high }, target);
}

/** A part of a preview as one of its own. */
export async function cutOut(
  { path }: Preview,
  window: CropWindow,
  target: string,
): Promise<Preview> {
  await sharp(path)
    .extract(window)
    .jpeg({ quality: QUALITY, optimiseCoding: false })
    .toFile(target);
  return { path: target, width: window.width, height: window.height, frames: 1 };
}

/**
 * Frames side by side in one JPEG.
 * @param rgb the frames of that size one after the other; one that is cut off is left out
 * @returns null where there is no frame
 */
export async function joinFrames(
  rgb: Buffer,
  { width, height }: { readonly width: number; readonly height: number },
  target: string,
): Promise<Preview | null> {
  const rowBytes = width * 3;
  const frames = Math.floor(rgb.length / (rowBytes * height));
  if (frames === 0) return null;
  const row = new Uint8Array(frames * rowBytes * height);
  // Of a `Buffer` the lines take two to four times as long.
  const lines = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length);
  for (let line = 0; line < frames * height; line++) {
    const [frame, y] = [Math.floor(line / height), line % height];
    const pixels = lines.subarray(line * rowBytes, (line + 1) * rowBytes);
    row.set(pixels, (y * frames + frame) * rowBytes);
  }
  const raw = { width: width * frames, height, channels: 3 } as const;
  await sharp(row, { raw }).jpeg({ quality: QUALITY, optimiseCoding: false }).toFile(target);
  return { path: target, width: raw.width, height, frames };
}
