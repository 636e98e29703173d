/** Sides of what must be plain in pixels: a lost tile has 512, a lost row of blocks 16 to 64. */
const BLOCK = 64;

/** How often a row is looked at: the smallest blocks of HEVC are 16 high. */
const STEP = 16;

/**
 * The green that zeroes become where luma and both chroma are 0, by matrix and range: BT.601 (135
 * to 139), BT.2020 (94, 86), BT.709 (84, 77). No picture holds it, since its red is under black:
 * the nearest true colours of that green have a luma.
 * @type {readonly (readonly [number, number])[]}
 */
const GREENS = [
  [134, 140],
  [92, 96],
  [82, 87],
  [75, 79],
];

/**
 * Whether a part of a picture was never decoded: libheif fills what is lost with zeroes and says
 * nothing of it.
 * @param {{ width: number, height: number, rgba: Uint8Array | Uint8ClampedArray }} raster
 */
export function hasMissingArea({ width, height, rgba }) {
  const side = Math.min(BLOCK, width, height);
  for (let top = 0; top + side <= height; top += STEP) {
    let run = 0;
    for (let column = 0; column < width; column++) {
      run = isMissing(rgba, (top * width + column) * 4) ? run + 1 : 0;
      if (run >= side && isPlain(rgba, width, column - side + 1, top, side)) return true;
    }
  }
  return false;
}

/**
 * @param {Uint8Array | Uint8ClampedArray} rgba
 * @param {number} at
 */
function isMissing(rgba, at) {
  const green = rgba[at + 1] ?? 0;
  if (rgba[at] !== 0 || rgba[at + 2] !== 0) return false;
  return GREENS.some(([least, most]) => green >= least && green <= most);
}

/**
 * @param {Uint8Array | Uint8ClampedArray} rgba
 * @param {number} width
 * @param {number} left
 * @param {number} top
 * @param {number} side
 */
function isPlain(rgba, width, left, top, side) {
  const green = rgba[(top * width + left) * 4 + 1];
  for (let row = top; row < top + side; row++) {
    for (let column = left; column < left + side; column++) {
      const at = (row * width + column) * 4;
      if (rgba[at] !== 0 || rgba[at + 1] !== green || rgba[at + 2] !== 0) return false;
    }
  }
  return true;
}
