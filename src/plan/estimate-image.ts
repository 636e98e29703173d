import type { Media } from '../inspect/inspection.js';
import type { Estimate } from '../job.js';
import { containIn } from './crop-window.js';
import type { ImagePlan } from './plan-image.js';

type Still = Extract<Media, { readonly type: 'image' }>;

const MEGA = 1_000_000;

/** Seconds to begin, and for each megapixel of the source and of the output. */
const SHARP = { start: 0.045, perSourceMegapixel: 0.016, perMegapixel: 0.01 } as const;
/** Beside that, to decode what sharp does not read. */
const DECODERS = {
  sharp: { start: 0, perMegapixel: 0 },
  ffmpeg: { start: 0.18, perMegapixel: 0.03 },
  libheif: { start: 0.1, perMegapixel: 0.07 },
  librsvg: { start: 0.25, perMegapixel: 0.06 },
} as const;

export function estimateImage(plan: ImagePlan, { image }: Still): Estimate {
  const sourceMegapixels = (image.width * image.height) / MEGA;
  const reading = SHARP.start + SHARP.perSourceMegapixel * sourceMegapixels;
  if (plan.action !== 'encode') return { bytes: image.bytes, seconds: reading };
  const { start, perMegapixel } = DECODERS[plan.decoder.type];
  const decoding = start + perMegapixel * sourceMegapixels;
  const encoding = (SHARP.perMegapixel * plan.width * plan.height) / MEGA;
  return { bytes: jpegBytes(plan, image), seconds: reading + decoding + encoding };
}

/** Formats whose bytes tell how much there is to see, as a JPEG's do. */
const LOSSY: readonly string[] = ['jpeg', 'heif', 'webp'];
/** Bits for a pixel at quality 85 where they do not: of 31 pictures, off by a quarter in the median. */
const PLAIN_BITS = 0.3;
/** For what is around a picture that is shown whole. */
const AROUND_BITS = 0.05;
const MAX_BITS = 8;

/** Over 53 photographs at the default quality: off by a quarter in the median. */
function jpegBytes(plan: ImagePlan, image: Still['image']): number {
  const frame = { width: plan.width, height: plan.height };
  const shown = plan.fit === 'crop' ? frame : containIn(frame, plan.crop);
  const pixels = shown.width * shown.height;
  // What is made smaller has more to see in each pixel, and what is enlarged less.
  const scale = (plan.crop.width * plan.crop.height) / pixels;
  const sourceBits = (image.bytes * 8) / (image.width * image.height);
  const bits = LOSSY.includes(image.format)
    ? 1.1 * sourceBits ** 0.6 * (scale < 1 ? scale ** 0.59 : scale ** -0.31)
    : PLAIN_BITS;
  const around = AROUND_BITS * (frame.width * frame.height - pixels);
  const inBits = Math.min(MAX_BITS, bits) * pixels * qualityFactor(plan.quality) + around;
  return Math.min(plan.maxBytes, Math.round(inBits / 8));
}

/** At 40 a photograph takes 0.38 of what it takes at 85, and at 100 3.3 times as much. */
function qualityFactor(quality: number): number {
  return quality < 85 ? 0.38 ** ((85 - quality) / 45) : 3.3 ** ((quality - 85) / 15);
}
