import { StatuscastError } from '../errors.js';
import type { SmallCopy } from './look-at-image.js';
import type { ImageProbe } from './probe-image.js';
import { limitTime, namingTimeout, sharp } from './sharp.js';

/** Decoding at an eighth reads every bit of a JPEG and makes one pixel of each block. */
const SHRINK = 8;
/** A row of the largest blocks: less than that at the lower edge is no lost picture. */
const LOST_PIXELS = 16;
/** What libjpeg paints where bits are missing. */
const FILL = 128;

/**
 * Refuses a JPEG whose lower part is missing. Decoding it to see that takes as long as the look did,
 * so the small copy of the look is asked first: few pictures are grey along their lower edge.
 * @param copy null where there is none
 * @throws Error with the reason, and what sharp throws for a file that it cannot decode
 */
export async function refuseLostScan(
  path: string,
  image: ImageProbe,
  copy: SmallCopy | null,
  { maxPixels, timeoutMs }: LossOptions,
): Promise<void> {
  const { width, height, truncated } = image;
  // A file without an end, and one that is too large, are refused by rules, in better words.
  if (truncated || width * height > maxPixels) return;
  if (copy !== null && !mayBeLost(image, copy)) return;
  if (await isScanLost(path, width, height, timeoutMs)) {
    throw new Error('the lower part of its picture is lost');
  }
}

/** How large a picture may be, and how long decoding it may take. */
export interface LossOptions {
  readonly maxPixels: number;
  readonly timeoutMs: number;
}

/** Of a row of the copy, how much a lost row of blocks takes up at least. */
const LEAST_SHARE = 0.7;
/**
 * By how much lost pixels may differ among themselves and from grey once they are scaled down: 36
 * and 18 below black and white with 12 megapixels, and a profile may move grey.
 */
const SPREAD = 64;
const DISTANCE = 80;

/** What is lost is grey, also where it was made smaller and its colours were converted. */
function mayBeLost({ height, orientation }: ImageProbe, copy: SmallCopy): boolean {
  const rows = orientation < 5 ? copy.height : copy.width;
  if ((LOST_PIXELS * rows) / height < LEAST_SHARE) return true;
  let [least, most] = [255, 0];
  for (const at of lowerEdge(orientation, copy)) {
    for (const value of copy.data.subarray(at, at + 3)) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return most - least <= SPREAD && least >= FILL - DISTANCE && most <= FILL + DISTANCE;
}

/** Where the pixels are in an upright copy that are the last row in the file. */
function lowerEdge(orientation: number, { width, height }: SmallCopy): readonly number[] {
  const row = (y: number) => Array.from({ length: width }, (_, x) => (y * width + x) * 3);
  const column = (x: number) => Array.from({ length: height }, (_, y) => (y * width + x) * 3);
  if (orientation < 3) return row(height - 1);
  if (orientation < 5) return row(0);
  return column(orientation === 6 || orientation === 7 ? 0 : width - 1);
}

/**
 * Whether the lower part of a JPEG is missing though its end marker is there: libjpeg fills it
 * with grey and only warns. The warning by itself says nothing, since good photographs cause it.
 * Measured on 12 megapixels: 50 ms of processor time.
 * @throws StatuscastError `program-timeout`, and what sharp throws for a file that it cannot decode
 */
export async function isScanLost(
  path: string,
  width: number,
  height: number,
  timeoutMs: number,
): Promise<boolean> {
  const small = (side: number) => Math.ceil(side / SHRINK);
  const decode = (failOn: 'none' | 'warning') =>
    limitTime(sharp(path, { failOn, ignoreIcc: true, limitInputPixels: false }), timeoutMs)
      .resize(small(width), small(height), { fit: 'fill', kernel: 'nearest' })
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch((thrown: unknown) => {
        throw namingTimeout(thrown, timeoutMs);
      });
  const { data, info } = await decode('none');
  const lostBytes = Math.ceil(LOST_PIXELS / SHRINK) * info.width * info.channels;
  if (lostBytes > data.length || data.subarray(-lostBytes).some((value) => value !== FILL)) {
    return false;
  }
  // The picture may be grey there: then its bits are all there as well. Not by `stats()`, which
  // loses the warning now and then when several are decoded at once.
  return decode('warning').then(
    () => false,
    (thrown: unknown) => {
      if (thrown instanceof StatuscastError) throw thrown;
      return true;
    },
  );
}
