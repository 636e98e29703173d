import sharp from 'sharp';

/** Decoding at an eighth reads every bit of a JPEG and makes one pixel of each block. */
const SHRINK = 8;
/** A row of the largest blocks: less than that at the lower edge is no lost picture. */
const LOST_PIXELS = 16;
/** What libjpeg paints where bits are missing. */
const FILL = 128;

/**
 * Whether the lower part of a JPEG is missing though its end marker is there: libjpeg fills it
 * with grey and only warns. The warning by itself says nothing, since good photographs cause it.
 * Measured on 12 megapixels: 50 ms of processor time.
 * @throws what sharp throws for a file that it cannot decode
 */
export async function isScanLost(path: string, width: number, height: number): Promise<boolean> {
  const small = (side: number) => Math.ceil(side / SHRINK);
  const decode = (failOn: 'none' | 'warning') =>
    sharp(path, { failOn, ignoreIcc: true, limitInputPixels: false })
      .resize(small(width), small(height), { fit: 'fill', kernel: 'nearest' })
      .raw()
      .toBuffer({ resolveWithObject: true });
  const { data, info } = await decode('none');
  const lostBytes = Math.ceil(LOST_PIXELS / SHRINK) * info.width * info.channels;
  if (lostBytes > data.length || data.subarray(-lostBytes).some((value) => value !== FILL)) {
    return false;
  }
  // The picture may be grey there: then its bits are all there as well. Not by `stats()`, which
  // loses the warning now and then when several are decoded at once.
  return decode('warning').then(
    () => false,
    () => true,
  );
}
