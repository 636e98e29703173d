import type { Spot } from '../inspect/look-at-image.js';
import type { Saliency } from '../inspect/measure-saliency.js';
import type { CropWindow } from '../job.js';
import { CENTRE, windowIn, type Size } from './crop-window.js';

/**
 * How much of what stands out in a part of a picture a window leaves out, from 0 to 1. Where
 * nobody looked, every pixel counts alike.
 */
export function lossOf(
  seen: Saliency | null,
  size: Size,
  region: CropWindow,
  window: CropWindow,
): number {
  const all = saliencyIn(seen, size, region);
  return all === 0 ? 0 : Math.max(0, 1 - saliencyIn(seen, size, window) / all);
}

/** How many places are tried along the room that a window has. */
const STEPS = 100;

/** Where the window of 9:16 lies that leaves out the least; of equal ones the one nearest the centre. */
export function leastLossSpot(seen: Saliency, size: Size, region: CropWindow): Spot {
  let best = { spot: CENTRE, loss: lossOf(seen, size, region, windowIn(region, CENTRE)) };
  // From the centre outwards.
  for (let step = 1; step <= STEPS / 2; step++) {
    for (const side of [-1, 1]) {
      const share = 0.5 + (side * step) / STEPS;
      const spot = { x: share, y: share };
      const loss = lossOf(seen, size, region, windowIn(region, spot));
      if (loss < best.loss) best = { spot, loss };
    }
  }
  return best.spot;
}

function saliencyIn(seen: Saliency | null, size: Size, window: CropWindow): number {
  if (seen === null) return window.width * window.height;
  const { columns, rows, saliency } = seen;
  const across = sharesOf(columns, window.left / size.width, window.width / size.width);
  const down = sharesOf(rows, window.top / size.height, window.height / size.height);
  let sum = 0;
  for (const [row, high] of down) {
    for (const [column, wide] of across) {
      sum += (saliency[row * columns + column] ?? 0) * high * wide;
    }
  }
  return sum;
}

/** The cells that a stretch touches, each with the share of it that is covered. */
function sharesOf(
  cells: number,
  start: number,
  length: number,
): readonly (readonly [number, number])[] {
  const [from, to] = [start * cells, (start + length) * cells];
  const [first, last] = [Math.floor(from), Math.min(cells, Math.ceil(to))];
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => {
    const cell = first + i;
    return [cell, Math.min(to, cell + 1) - Math.max(from, cell)] as const;
  });
}
