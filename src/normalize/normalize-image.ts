import { copyFile, constants, readFile, writeFile } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { readableStill, withScratch } from '../inspect/decode-still.js';
import { readJpegSegments } from '../inspect/read-jpeg-segments.js';
import { readOrientation } from '../inspect/read-turn.js';
import { limitTime, namingTimeout, narrow, sharp, type Sharp } from '../inspect/sharp.js';
import { IMAGE_ASPECT, IMAGE_MIN_UNITS } from '../limits.js';
import type { CropWindow } from '../job.js';
import {
  CENTRE,
  containIn,
  wholeOf,
  windowIn,
  windowInStored,
  type Size,
} from '../plan/crop-window.js';
import type { ImagePlan } from '../plan/plan-image.js';
import type { NormalizeOptions } from './normalize-options.js';

const QUALITY_STEP = 10;
const QUALITY_FLOOR = 40;
const SIZE_STEP = 0.85;

/**
 * Carries out the plan for a still picture.
 * @param path absolute path of the source
 * @param outputPath absolute path of the JPEG
 * @returns what was taken of the upright picture; null where it was not encoded
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`, and what sharp throws
 * for pixels that it cannot decode
 */
export async function normalizeImage(
  ffmpeg: Ffmpeg,
  path: string,
  plan: ImagePlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<CropWindow | null> {
  try {
    return await carryOut(ffmpeg, path, plan, outputPath, options);
  } catch (thrown) {
    throw namingTimeout(thrown, options.timeoutMs);
  }
}

async function carryOut(
  ffmpeg: Ffmpeg,
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
      return withScratch(options.scratch, async (scratch) => {
        const { signal, timeoutMs } = options;
        const limits = { scratch, maxPixels: plan.maxPixels, signal, timeoutMs };
        const readable = await readableStill(ffmpeg, path, plan.decoder, limits);
        return encodeImage(readable, plan, outputPath, options);
      });
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
  // Not by `stats()`, which loses the complaint now and then when several are decoded at once.
  await openImage(path, plan, options, 'warning').raw().toBuffer();
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
  let { quality } = plan;
  let units = plan.width / IMAGE_ASPECT.width;
  for (;;) {
    const frame = { width: units * IMAGE_ASPECT.width, height: units * IMAGE_ASPECT.height };
    const drawn =
      plan.fit === 'crop'
        ? shownPart(path, plan, frame, options)
        : await drawWhole(path, plan, frame, options);
    const { size } = await drawn.jpeg({ quality, optimiseCoding: false }).toFile(outputPath);
    if (size <= plan.maxBytes) return plan.crop;
    if (quality > QUALITY_FLOOR) quality = Math.max(QUALITY_FLOOR, quality - QUALITY_STEP);
    else if (units > IMAGE_MIN_UNITS)
      units = Math.max(IMAGE_MIN_UNITS, Math.floor(units * SIZE_STEP));
    else return plan.crop; // check names the numbers
  }
}

/**
 * What the plan shows of the picture, upright, in sRGB, at a size. It is turned once it is small:
 * turned first, all of it has to be in memory, and 12 megapixels take twice as long.
 */
function shownPart(
  path: string,
  plan: ImagePlan,
  { width, height }: Size,
  options: NormalizeOptions,
): Sharp {
  const turn = readOrientation(plan.source.orientation);
  const isLying = turn.rotationDegrees % 180 !== 0;
  return openImage(path, plan, options)
    .extract(windowInStored(plan.crop, plan.source, turn))
    .resize(isLying ? height : width, isLying ? width : height, { fit: 'fill' })
    .flop(turn.mirrored)
    .rotate(turn.rotationDegrees)
    .flatten({ background: plan.background })
    .toColourspace('srgb');
}

/** All of it in the middle of the frame, over a blurred copy of itself or over a colour. */
async function drawWhole(
  path: string,
  plan: ImagePlan,
  frame: Size,
  options: NormalizeOptions,
): Promise<Sharp> {
  const { left, top, width, height } = containIn(frame, plan.crop);
  const { data, info } = await shownPart(path, plan, { width, height }, options)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const picture: Pixels = { data, width, height, channels: info.channels };
  const behind =
    plan.fit === 'blur'
      ? await blurredCopy(picture, frame)
      : sharp({ create: { ...frame, channels: 3, background: plan.background } });
  return behind.composite([
    { input: data, raw: { width, height, channels: info.channels }, left, top },
  ]);
}

interface Pixels extends Size {
  readonly data: Buffer;
  readonly channels: 1 | 2 | 3 | 4;
}

/**
 * The copy is blurred on 90×160 pixels and enlarged from there: a blur of 48 pixels on the frame
 * itself takes 40 times as long and looks the same.
 */
const BACKDROP = { width: 90, height: 160 } as const;
const BACKDROP_SIGMA = 4;

/** Dark enough for the picture to stand out from its own colours. */
const BACKDROP_BRIGHTNESS = 0.7;

async function blurredCopy(picture: Pixels, frame: Size): Promise<Sharp> {
  const { data, width, height, channels } = picture;
  const small = await sharp(data, { raw: { width, height, channels } })
    .extract(windowIn(wholeOf(picture), CENTRE))
    .resize(BACKDROP.width, BACKDROP.height, { fit: 'fill' })
    .blur(BACKDROP_SIGMA)
    .linear(BACKDROP_BRIGHTNESS, 0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(small.data, { raw: { ...BACKDROP, channels: small.info.channels } }).resize(
    frame.width,
    frame.height,
    { fit: 'fill' },
  );
}

/** `truncated` refuses what is cut off; `warning` would refuse good photographs as well. */
function openImage(
  path: string,
  plan: ImagePlan,
  { timeoutMs }: NormalizeOptions,
  failOn: 'truncated' | 'warning' = 'truncated',
): Sharp {
  const image = sharp(path, { failOn, limitInputPixels: plan.maxPixels });
  return limitTime(narrow(image, plan.source.isWide), timeoutMs);
}
