import { open } from 'node:fs/promises';

/**
 * A picture in memory.
 * @typedef {object} Raster
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Uint8Array | Uint8ClampedArray} rgba four bytes a pixel, row by row
 * @property {Buffer | undefined} icc its colour profile
 */

/** Rows are gathered to about this much, and a strip of the file is as large. */
const STRIP_BYTES = 1024 * 1024;

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

const RGB = 2;
const UNASSOCIATED_ALPHA = 2;

/**
 * Writes a picture as TIFF without compression, with its colour profile as it is: sharp would write
 * it only after converting the pixels to it. Alpha is left out where every pixel is opaque. The file
 * lives for seconds, and of 12 megapixels its writing takes 0.1 s and its reading 0.13; a PNG, also
 * of level 0, takes 0.5 and 0.45.
 * @param {string} path
 * @param {Raster} raster
 */
export async function writeTiff(path, raster) {
  const { width, height, rgba } = raster;
  const channels = isOpaque(rgba) ? 3 : 4;
  const rowsAtOnce = Math.max(1, Math.floor(STRIP_BYTES / (width * channels)));
  const rgb = Buffer.allocUnsafe(channels === 4 ? 0 : rowsAtOnce * width * channels);
  const file = await open(path, 'w');
  try {
    await file.write(header(raster, channels, rowsAtOnce));
    for (let top = 0; top < height; top += rowsAtOnce) {
      const pixels = rgba.subarray(top * width * 4, Math.min(height, top + rowsAtOnce) * width * 4);
      await file.write(channels === 4 ? pixels : withoutAlpha(pixels, rgb));
    }
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
 * @param {Uint8Array | Uint8ClampedArray} rgba
 * @param {Buffer} rgb what they are written to, large enough
 * @returns so much of it as they take
 */
function withoutAlpha(rgba, rgb) {
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from] ?? 0;
    rgb[to++] = rgba[from + 1] ?? 0;
    rgb[to++] = rgba[from + 2] ?? 0;
  }
  return rgb.subarray(0, (rgba.length / 4) * 3);
}

/**
 * All that is before the pixels: the directory of tags, then the values that are longer than four
 * bytes.
 * @param {Raster} raster
 * @param {3 | 4} channels
 * @param {number} rowsAtOnce
 */
function header({ width, height, icc }, channels, rowsAtOnce) {
  const rowBytes = width * channels;
  const strips = Array.from({ length: Math.ceil(height / rowsAtOnce) }, (_, strip) => {
    const rows = Math.min(rowsAtOnce, height - strip * rowsAtOnce);
    return { offset: strip * rowsAtOnce * rowBytes, bytes: rows * rowBytes };
  });
  const longs = (/** @type {readonly number[]} */ values) => numbers(LONG, values);
  const shorts = (/** @type {readonly number[]} */ values) => numbers(SHORT, values);
  const tags = (/** @type {number} */ pixelsAt) => [
    { tag: 256, ...longs([width]) },
    { tag: 257, ...longs([height]) },
    { tag: 258, ...shorts(Array.from({ length: channels }, () => 8)) },
    { tag: 259, ...shorts([1]) }, // no compression
    { tag: 262, ...shorts([RGB]) },
    { tag: 273, ...longs(strips.map(({ offset }) => pixelsAt + offset)) },
    { tag: 277, ...shorts([channels]) },
    { tag: 278, ...longs([rowsAtOnce]) },
    { tag: 279, ...longs(strips.map(({ bytes }) => bytes)) },
    ...(channels === 4 ? [{ tag: 338, ...shorts([UNASSOCIATED_ALPHA]) }] : []),
    ...(icc === undefined ? [] : [{ tag: 34675, type: UNDEFINED, count: icc.length, value: icc }]),
  ];
  // Where the pixels begin changes no length.
  return directory(tags(directory(tags(0)).length));
}

/**
 * @param {typeof SHORT | typeof LONG} type
 * @param {readonly number[]} values
 */
function numbers(type, values) {
  const size = type === SHORT ? 2 : 4;
  const value = Buffer.alloc(values.length * size);
  for (const [at, number] of values.entries()) value.writeUIntLE(number, at * size, size);
  return { type, count: values.length, value };
}

/** @param {readonly { tag: number, type: number, count: number, value: Buffer }[]} tags */
function directory(tags) {
  const start = Buffer.alloc(8 + 2 + tags.length * 12 + 4);
  start.write('II*\0', 'latin1');
  start.writeUInt32LE(8, 4);
  start.writeUInt16LE(tags.length, 8);
  const long = [];
  let end = start.length;
  for (const [index, { tag, type, count, value }] of tags.entries()) {
    const at = 10 + index * 12;
    start.writeUInt16LE(tag, at);
    start.writeUInt16LE(type, at + 2);
    start.writeUInt32LE(count, at + 4);
    if (value.length <= 4) value.copy(start, at + 8);
    else {
      start.writeUInt32LE(end, at + 8);
      // What a tag leads to begins at an even byte.
      const even = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.alloc(1)]);
      long.push(even);
      end += even.length;
    }
  }
  return Buffer.concat([start, ...long]);
}
