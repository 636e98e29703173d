import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate, deflateSync } from 'node:zlib';

/**
 * A picture in memory.
 * @typedef {object} Raster
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Uint8Array | Uint8ClampedArray} rgba four bytes a pixel, row by row
 * @property {Buffer | undefined} icc its colour profile
 */

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const COLOUR_RGB = 2;
const COLOUR_RGBA = 6;

/** Rows are gathered to about this much before they are compressed. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Writes a picture as PNG, batch by batch, with its colour profile as it is: sharp would write it
 * only after converting the pixels to it. Alpha is left out where every pixel is opaque.
 * @param {string} path
 * @param {Raster} raster
 */
export async function writePng(path, raster) {
  const channels = isOpaque(raster.rgba) ? 3 : 4;
  const file = await open(path, 'wx');
  try {
    await file.write(SIGNATURE);
    await file.write(chunk('IHDR', header(raster, channels === 3 ? COLOUR_RGB : COLOUR_RGBA)));
    if (raster.icc !== undefined) {
      const named = Buffer.from('icc\0\0', 'latin1');
      await file.write(chunk('iCCP', Buffer.concat([named, deflateSync(raster.icc)])));
    }
    // The file lives for seconds. 12 megapixels: 0.5 s of processor time for 37 MB; level 1 takes
    // 0.9 s for 13 MB.
    await pipeline(batches(raster, channels), createDeflate({ level: 0 }), async (compressed) => {
      for await (const bytes of compressed) await file.write(chunk('IDAT', bytes));
    });
    await file.write(chunk('IEND', Buffer.alloc(0)));
  } finally {
    await file.close();
  }
}

/** @param {Uint8Array | Uint8ClampedArray} rgba */
function isOpaque(rgba) {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return false;
  return true;
}

/**
 * @param {Raster} raster
 * @param {number} colourType
 */
function header({ width, height }, colourType) {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = 8; // bits a channel
  bytes[9] = colourType;
  return bytes;
}

/**
 * @param {string} type
 * @param {Buffer} body
 */
function chunk(type, body) {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  body.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}

/**
 * Rows as PNG stores them: each with the number of its filter (none) before it.
 * @param {Raster} raster
 * @param {3 | 4} channels
 */
function* batches({ width, height, rgba }, channels) {
  const rowBytes = 1 + width * channels;
  const rowsAtOnce = Math.max(1, Math.floor(BATCH_BYTES / rowBytes));
  for (let top = 0; top < height; top += rowsAtOnce) {
    const bottom = Math.min(height, top + rowsAtOnce);
    const batch = Buffer.alloc((bottom - top) * rowBytes);
    let to = 0;
    for (let row = top; row < bottom; row++) {
      to++;
      let from = row * width * 4;
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < channels; channel++) {
          batch[to++] = rgba[from + channel] ?? 0;
        }
        from += 4;
      }
    }
    yield batch;
  }
}
