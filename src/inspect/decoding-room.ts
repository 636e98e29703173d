import { Semaphore } from 'async-mutex';

/**
 * Megapixels of pictures that are decoded at once in this process, all together. libvips holds a
 * JPEG or PNG that is read line by line in next to nothing, but up to 9 bytes for each pixel of a
 * WebP and 7 of a progressive JPEG: 0.9 GB for so many.
 */
const MEGAPIXELS_AT_ONCE = 100;

const room = new Semaphore(MEGAPIXELS_AT_ONCE);

/**
 * Decodes a picture once there is room for it, in the order in which it was asked for. One that is
 * larger than all the room has it for itself.
 */
export function inRoomFor<Value>(
  { width, height }: { readonly width: number; readonly height: number },
  decode: () => Promise<Value>,
): Promise<Value> {
  const megapixels = Math.ceil((width * height) / 1_000_000);
  return room.runExclusive(decode, Math.max(1, Math.min(megapixels, MEGAPIXELS_AT_ONCE)));
}
