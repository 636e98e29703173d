// A program of its own, because a drawing of a few bytes can take minutes, and only a process can be
// stopped: node render-svg.js SOURCE TARGET WIDTH HEIGHT MAX_PIXELS renders it as PNG, so large that
// it covers WIDTH × HEIGHT; a fault is told in one line on standard error.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { decodeXml } from './xml-text.js';

const [source = '', target = '', width = '1', height = '1', maxPixels = '1'] =
  process.argv.slice(2);

/** A drawing has kilobytes, one with embedded photographs a few megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What librsvg takes for an inch; 72 of them render a drawing as large as it says that it is. */
const BASE_DENSITY = 72;
const MAX_DENSITY = 100_000;

/** Small drawings are measured so many times larger: sizes come as whole pixels. */
const MEASURING_SCALE = 64;

try {
  await render();
} catch (thrown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`${message.replace(/^[\s\S]*svgload\w*: /, '')}\n`);
  process.exitCode = 1;
}

async function render() {
  const drawing = await readDrawing();
  // From memory there is no place that links could be relative to: librsvg opens no file at all.
  const open = (/** @type {number} */ density) =>
    sharp(drawing, { density, limitInputPixels: false });
  const seen = await open(BASE_DENSITY * MEASURING_SCALE).metadata();
  const size = { width: seen.width / MEASURING_SCALE, height: seen.height / MEASURING_SCALE };
  const cover = Math.max(Number(width) / size.width, Number(height) / size.height);
  // A little under the limit, since both sides are rounded.
  const most = Math.sqrt((Number(maxPixels) * 0.99) / (size.width * size.height));
  const scale = Math.min(cover, most, MAX_DENSITY / BASE_DENSITY);
  await open(BASE_DENSITY * scale)
    .png({ compressionLevel: 1 })
    .toFile(target);
}

async function readDrawing() {
  const stored = await readFile(source);
  const isZipped = stored[0] === 0x1f && stored[1] === 0x8b;
  const bytes = isZipped ? gunzipSync(stored, { maxOutputLength: MAX_BYTES }) : stored;
  const text = bytes.length > MAX_BYTES ? null : decodeXml(bytes);
  if (text === null) throw new Error('its text cannot be read');
  // libvips knows a drawing by these letters in its first 1000 bytes; a long prolog hides them.
  return Buffer.from(`<!--<svg-->${text}`);
}
