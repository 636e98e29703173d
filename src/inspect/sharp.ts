import sharp, { type Sharp } from 'sharp';
import { messageOf, StatuscastError } from '../errors.js';

// For the whole process, before anything is decoded. Measured on photographs of 12 megapixels: one
// thread each, with as many jobs as cores, is the fastest (5.2 a second on two cores; one job with
// all threads: 2.8). What libvips caches is asked for once only, and a progressive JPEG of 100
// megapixels that is kept takes 0.6 GB.
sharp.concurrency(1);
sharp.cache(false);

/** Brings pixels to 8 bits of sRGB before anything is done with them, where they are wide. */
export function narrow(image: Sharp, isWide: boolean): Sharp {
  return isWide ? image.pipelineColourspace('srgb') : image;
}

/** Gives a picture so long to be made, by a clock of whole seconds. */
export function limitTime(image: Sharp, timeoutMs: number): Sharp {
  return image.timeout({ seconds: Math.ceil(timeoutMs / 1000) });
}

/** What libvips says of a picture whose time was over. */
const OUT_OF_TIME = /killed for image|timeout: \d+% complete/;

/** What work on pictures has thrown; where its time was over, `program-timeout`. */
export function namingTimeout(thrown: unknown, timeoutMs: number): unknown {
  if (!OUT_OF_TIME.test(messageOf(thrown))) return thrown;
  const facts = { code: 'program-timeout', program: 'sharp', timeoutMs } as const;
  return new StatuscastError(facts, { cause: thrown });
}

/** As everything in this process uses it: `decode-heic.js` and `render-svg.js` run in their own. */
export { sharp };
export type { OverlayOptions, Sharp } from 'sharp';
