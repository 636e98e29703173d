import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CropWindow } from '../../src/job.js';
import { readOrientation, type Turn } from '../../src/inspect/read-turn.js';
import { leastLossSpot, lossOf } from '../../src/plan/crop-loss.js';
import {
  CENTRE,
  COMPASS,
  containIn,
  isInside,
  isRightShape,
  parseRegion,
  windowIn,
  windowInStored,
  wholeOf,
} from '../../src/plan/crop-window.js';

const anySize = fc.record({
  width: fc.integer({ min: 1, max: 30_000 }),
  height: fc.integer({ min: 1, max: 30_000 }),
});
const anySpot = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});
const anyRegion = fc
  .tuple(anySize, fc.nat(5000), fc.nat(5000))
  .map(([size, left, top]) => ({ ...size, left, top }));

describe('a window of 9:16', () => {
  it('lies inside its region, is never empty, and is 9:16 to within a pixel', () => {
    fc.assert(
      fc.property(anyRegion, anySpot, (region, spot) => {
        const window = windowIn(region, spot);
        expect(Object.values(window).every(Number.isInteger)).toBe(true);
        expect(window.left).toBeGreaterThanOrEqual(region.left);
        expect(window.top).toBeGreaterThanOrEqual(region.top);
        expect(window.left + window.width).toBeLessThanOrEqual(region.left + region.width);
        expect(window.top + window.height).toBeLessThanOrEqual(region.top + region.height);
        expect(Math.min(window.width, window.height)).toBeGreaterThanOrEqual(1);
        expect(Math.abs(window.width - (window.height * 9) / 16)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the largest: it fills its region one way or the other', () => {
    fc.assert(
      fc.property(anyRegion, anySpot, (region, spot) => {
        const window = windowIn(region, spot);
        expect(window.width === region.width || window.height === region.height).toBe(true);
      }),
    );
  });

  it.each([
    ['centre', 3840 / 2 - 1215 / 2, 0],
    ['N', 3840 / 2 - 1215 / 2, 0],
    ['NE', 3840 - 1215, 0],
    ['E', 3840 - 1215, 0],
    ['W', 0, 0],
    ['SW', 0, 0],
  ] as const)('of a wide picture at %s begins at %f, %f', (position, left, top) => {
    const window = windowIn(wholeOf({ width: 3840, height: 2160 }), COMPASS[position]);
    expect(window).toEqual({ left: Math.floor(left), top, width: 1215, height: 2160 });
  });

  it.each([
    ['centre', 700],
    ['N', 0],
    ['NW', 0],
    ['E', 700],
    ['S', 1400],
    ['SE', 1400],
  ] as const)('of a tall picture at %s begins %i pixels below its upper end', (position, top) => {
    const window = windowIn(wholeOf({ width: 900, height: 3000 }), COMPASS[position]);
    expect(window).toEqual({ left: 0, top, width: 900, height: 1600 });
  });
});

describe('a part that is named', () => {
  const size = { width: 400, height: 300 };

  it.each([
    ['', true, wholeOf(size)],
    ['0,0,400,300', true, wholeOf(size)],
    ['10,20,30,40', true, { left: 10, top: 20, width: 30, height: 40 }],
    ['390,0,11,10', false, { left: 390, top: 0, width: 11, height: 10 }],
    ['0,290,10,11', false, { left: 0, top: 290, width: 10, height: 11 }],
  ] as const)('%j is inside: %s', (text, inside, expected) => {
    const region = parseRegion(text, size);
    expect(region).toEqual(expected);
    expect(isInside(region, size)).toBe(inside);
  });

  it.each([
    [1080, 1920, true],
    [1079, 1920, true],
    [1080, 1919, true],
    [1078, 1920, false],
    [1080, 1080, false],
  ] as const)('of %i×%i is 9:16 but for a pixel: %s', (width, height, right) => {
    expect(isRightShape(wholeOf({ width, height }))).toBe(right);
  });
});

describe('a picture that is contained', () => {
  it('lies in the middle of its frame, fills it one way, and keeps its shape to within a pixel', () => {
    fc.assert(
      fc.property(anySize, fc.integer({ min: 40, max: 120 }), (picture, k) => {
        const frame = { width: 9 * k, height: 16 * k };
        const { left, top, width, height } = containIn(frame, picture);
        expect(width === frame.width || height === frame.height).toBe(true);
        expect(Math.abs(frame.width - width - 2 * left)).toBeLessThanOrEqual(1);
        expect(Math.abs(frame.height - height - 2 * top)).toBeLessThanOrEqual(1);
        const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
        expect(Math.abs(width - Math.max(1, picture.width * scale))).toBeLessThanOrEqual(0.5);
        expect(Math.abs(height - Math.max(1, picture.height * scale))).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});

describe('what a window leaves out', () => {
  const size = { width: 1600, height: 900 };
  const whole = wholeOf(size);
  const at = (column: number) => ({
    ...{ columns: 16, rows: 1, ground: 'scene' as const },
    saliency: Array.from({ length: 16 }, (_, i) => (i === column ? 999 : 0)),
  });

  it('is nothing where all that stands out is inside, and all where it is outside', () => {
    expect(lossOf(at(0), size, whole, windowIn(whole, COMPASS.W))).toBeCloseTo(0);
    expect(lossOf(at(0), size, whole, windowIn(whole, COMPASS.E))).toBe(1);
  });

  it('is the share of a cell that is cut through', () => {
    const window = { left: 50, top: 0, width: 506, height: 900 };
    expect(lossOf(at(0), size, whole, window)).toBeCloseTo(0.5);
  });

  it('is the share of the pixels where nobody looked', () => {
    const window = { left: 0, top: 0, width: 400, height: 900 };
    expect(lossOf(null, size, whole, window)).toBeCloseTo(0.75);
  });

  it.each([0, 5, 15])('is least where what stands out in column %i is inside', (column) => {
    const spot = leastLossSpot(at(column), size, whole);
    expect(lossOf(at(column), size, whole, windowIn(whole, spot))).toBeCloseTo(0);
  });

  it('in the centre, where it does not matter', () => {
    const seen = { columns: 2, rows: 1, ground: 'scene', saliency: [0, 0] } as const;
    expect(leastLossSpot(seen, size, whole)).toEqual(CENTRE);
  });
});

type Rows = readonly (readonly number[])[];

const cut = (rows: Rows, { left, top, width, height }: CropWindow): Rows =>
  rows.slice(top, top + height).map((row) => row.slice(left, left + width));

/** As a viewer turns a stored picture: flipped left to right, then clockwise. */
function turn(rows: Rows, { mirrored, rotationDegrees }: Turn): Rows {
  let turned = mirrored ? rows.map((row) => row.toReversed()) : rows;
  for (let degrees = 0; degrees < rotationDegrees; degrees += 90) {
    const before = turned;
    turned = (before[0] ?? []).map((_, x) => before.map((row) => row[x] ?? NaN).toReversed());
  }
  return turned;
}

describe('a window of what is stored', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of EXIF orientation %i has the very same pixels', (value) => {
    const asked = readOrientation(value);
    const side = fc.integer({ min: 1, max: 9 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, share, share, share, share, (width, height, x, y, across, down) => {
        const stored = Array.from({ length: height }, (_, row) =>
          Array.from({ length: width }, (_unused, column) => row * width + column),
        );
        const upright = turn(stored, asked);
        const [rows, columns] = [upright.length, upright[0]?.length ?? 0];
        const left = Math.floor(x * (columns - 1));
        const top = Math.floor(y * (rows - 1));
        const window = {
          ...{ left, top },
          width: 1 + Math.floor(across * (columns - left - 1)),
          height: 1 + Math.floor(down * (rows - top - 1)),
        };
        const taken = cut(stored, windowInStored(window, { width, height }, asked));
        expect(turn(taken, asked)).toEqual(cut(upright, window));
      }),
    );
  });
});
