import { copyFile, constants, readFile, writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { readJpegSegments } from '../inspect/read-jpeg-segments.js';
import { IMAGE_ASPECT, IMAGE_MIN_UNITS } from '../limits.js';
import type { ImagePlan } from '../plan/plan-image.js';
import type { NormalizeOptions } from './normalize-options.js';

// Measured on photographs of 12 megapixels: one thread each and no cache, with as many jobs as
// cores, is the fastest (5.2 a second on two cores; one job with all threads: 2.8).
sharp.concurrency(1);
sharp.cache(false);

/** Where a 9:16 window lies in the upright picture, in its pixels. */
export interface CropWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const QUALITY_STEP = 10;
const QUALITY_FLOOR = 40;
const SIZE_STEP = 0.85;

/**
 * Carries out the plan for a still picture.
 * @returns the window that was taken of the upright picture; null where nothing was cropped
 * @throws what sharp throws for pixels that it cannot decode
 */
export async function normalizeImage(
  path: string,
  plan: ImagePlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<CropWindow | null> {
  switch (plan.action) {
    case 'keep':
      await copyFile(path, outputPath, constants.COPYFILE_FICLONE);
      await decodeWhole(outputPath, plan, options);
      return null;
    case 'remux':
      await writeFile(outputPath, withoutMetadata(await readFile(path)));
      await decodeWhole(outputPath, plan, options);
      return null;
    case 'encode':
      return encodeImage(path, plan, outputPath, options);
  }
}

/**
 * A header proves nothing: a file that is passed on as it is has to decode to its last line, and
 * without a complaint. One with damage that can be borne is encoded.
 */
async function decodeWhole(
  path: string,
  plan: ImagePlan,
  options: NormalizeOptions,
): Promise<void> {
  await openImage(path, plan, options, 'warning').stats();
}

function withoutMetadata(bytes: Buffer): Buffer {
  const layout = readJpegSegments(bytes);
  if (layout === null) throw new Error('the JPEG is cut off before its end');
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, metadata } of layout.segments) {
    if (metadata === null) continue;
    parts.push(bytes.subarray(at, start));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at, layout.end)]);
}

async function encodeImage(
  path: string,
  plan: ImagePlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<CropWindow> {
  const window = await chooseWindow(path, plan, options);
  let { quality } = plan;
  let units = plan.width / IMAGE_ASPECT.width;
  for (;;) {
    const { size } = await openImage(path, plan, options)
      .autoOrient()
      .extract(window)
      .resize(units * IMAGE_ASPECT.width, units * IMAGE_ASPECT.height, { fit: 'fill' })
      .flatten({ background: plan.background })
      .toColourspace('srgb')
      .jpeg({ quality })
      .toFile(outputPath);
    if (size <= plan.maxBytes) return window;
    if (quality > QUALITY_FLOOR) quality = Math.max(QUALITY_FLOOR, quality - QUALITY_STEP);
    else if (units > IMAGE_MIN_UNITS)
      units = Math.max(IMAGE_MIN_UNITS, Math.floor(units * SIZE_STEP));
    else return window; // check names the numbers
  }
}

/** The window is chosen on a small copy: on the whole picture `attention` can take minutes. */
const SMALL_WINDOW_HEIGHT = 320;

async function chooseWindow(
  path: string,
  plan: ImagePlan,
  options: NormalizeOptions,
): Promise<CropWindow> {
  const { autoOrient: upright } = await sharp(path, { limitInputPixels: false }).metadata();
  const unit = Math.min(upright.width / IMAGE_ASPECT.width, upright.height / IMAGE_ASPECT.height);
  const width = Math.max(1, Math.min(upright.width, Math.round(unit * IMAGE_ASPECT.width)));
  const height = Math.max(1, Math.min(upright.height, Math.round(unit * IMAGE_ASPECT.height)));
  const room = { x: upright.width - width, y: upright.height - height };
  if (plan.position === 'centre' || (room.x === 0 && room.y === 0)) {
    return { left: Math.floor(room.x / 2), top: Math.floor(room.y / 2), width, height };
  }
  const scale = Math.min(1, SMALL_WINDOW_HEIGHT / height);
  const small = (side: number) => Math.max(1, Math.round(side * scale));
  const { data, info } = await openImage(path, plan, options)
    .autoOrient()
    .resize(small(upright.width), small(upright.height), { fit: 'fill' })
    .flatten({ background: plan.background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: smallWidth, height: smallHeight, channels } = info;
  const found = await sharp(data, { raw: { width: smallWidth, height: smallHeight, channels } })
    .resize(Math.min(smallWidth, small(width)), Math.min(smallHeight, small(height)), {
      fit: 'cover',
      position: plan.position === 'entropy' ? sharp.strategy.entropy : sharp.strategy.attention,
    })
    .toBuffer({ resolveWithObject: true });
  // sharp tells by how much the picture was moved under the window: negative numbers.
  const moved = (offset: number | undefined, most: number) =>
    Math.min(most, Math.max(0, Math.round(Math.abs(offset ?? 0) / scale)));
  return {
    left: moved(found.info.cropOffsetLeft, room.x),
    top: moved(found.info.cropOffsetTop, room.y),
    width,
    height,
  };
}

/** `truncated` refuses what is cut off; `warning` would refuse good photographs as well. */
function openImage(
  path: string,
  plan: ImagePlan,
  { timeoutMs }: NormalizeOptions,
  failOn: 'truncated' | 'warning' = 'truncated',
): Sharp {
  return sharp(path, { failOn, limitInputPixels: plan.maxPixels }).timeout({
    seconds: Math.ceil(timeoutMs / 1000),
  });
}
