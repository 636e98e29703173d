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
/** libvips takes no drawing that is longer. */
const MAX_SIDE = 32_000;

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
  const measure = async (/** @type {number} */ density) => {
    const { width: across, height: down } = await open(density).metadata();
    return { across, down };
  };
  const density = await findDensity(measure);
  await open(density).png({ compressionLevel: 1 }).toFile(target);
}

/**
 * The density at which it has the size that is wanted. Sizes grow with the density, those in
 * millimetres and inches with its square, and come as whole pixels: the nearer, the better known.
 * @param {(density: number) => Promise<{ across: number, down: number }>} measure
 */
async function findDensity(measure) {
  const [small, large] = [await measure(BASE_DENSITY), await measure(BASE_DENSITY * 16)];
  const power = Math.max(1, Math.round(Math.log2(large.across / small.across) / 4));
  let density = BASE_DENSITY * 16;
  let seen = large;
  for (let step = 0; step < 3; step++) {
    density = Math.min(MAX_DENSITY, density * growth(seen) ** (1 / power));
    seen = await measure(density);
  }
  return density;
}

/**
 * How many times larger it has to be: so that it covers what is wanted, within the limits.
 * @param {{ across: number, down: number }} size
 */
function growth({ across, down }) {
  const cover = Math.max(Number(width) / across, Number(height) / down);
  // A little under the limit, since both sides are rounded.
  const mostPixels = Math.sqrt((Number(maxPixels) * 0.99) / (across * down));
  return Math.min(cover, mostPixels, MAX_SIDE / across, MAX_SIDE / down);
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
