import type { Spot } from '../inspect/look-at-image.js';
import type { Turn } from '../inspect/read-turn.js';
import type { CropWindow } from '../job.js';
import { IMAGE_ASPECT } from '../limits.js';
import type { Settings } from '../settings.js';

// The arithmetic of windows: whole pixels of the upright picture, but for `windowInStored`.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const CENTRE: Spot = { x: 0.5, y: 0.5 };

/** Where the positions lie that nobody has to look for. */
export const COMPASS: Readonly<
  Record<Exclude<Settings['position'], 'attention' | 'entropy'>, Spot>
> = {
  centre: CENTRE,
  N: { x: 0.5, y: 0 },
  NE: { x: 1, y: 0 },
  E: { x: 1, y: 0.5 },
  SE: { x: 1, y: 1 },
  S: { x: 0.5, y: 1 },
  SW: { x: 0, y: 1 },
  W: { x: 0, y: 0.5 },
  NW: { x: 0, y: 0 },
};

export function wholeOf({ width, height }: Size): CropWindow {
  return { left: 0, top: 0, width, height };
}

/** The part that `X,Y,W,H` names; the whole for an empty text. */
export function parseRegion(text: string, size: Size): CropWindow {
  if (text === '') return wholeOf(size);
  const [left = 0, top = 0, width = 0, height = 0] = text.split(',').map(Number);
  return { left, top, width, height };
}

export function isInside({ left, top, width, height }: CropWindow, size: Size): boolean {
  return left + width <= size.width && top + height <= size.height;
}

/** The largest window of 9:16 in a part of a picture: exact to within a pixel, and never empty. */
export function windowIn(region: CropWindow, spot: Spot): CropWindow {
  const unit = unitsAcross(region, Math.min);
  const side = (exact: number, most: number) => Math.max(1, Math.min(most, Math.round(exact)));
  const width = side(unit * IMAGE_ASPECT.width, region.width);
  const height = side(unit * IMAGE_ASPECT.height, region.height);
  return {
    left: region.left + Math.floor(spot.x * (region.width - width)),
    top: region.top + Math.floor(spot.y * (region.height - height)),
    width,
    height,
  };
}

/** Where a window of the upright picture lies in the picture as it is stored, in pixels of that. */
export function windowInStored(
  { left, top, width, height }: CropWindow,
  stored: Size,
  { rotationDegrees, mirrored }: Turn,
): CropWindow {
  const isLying = rotationDegrees % 180 !== 0;
  const size = isLying ? { width: height, height: width } : { width, height };
  const [x, y] = isLying ? [top, left] : [left, top];
  const fromRight = stored.width - x - size.width;
  return {
    left: rotationDegrees >= 180 !== mirrored ? fromRight : x,
    top: [90, 180].includes(rotationDegrees) ? stored.height - y - size.height : y,
    ...size,
  };
}

/**
 * Whether a part of a picture is 9:16 but for a pixel of its width, which is two of its height: then
 * there is nothing to cut away and nothing to add.
 */
export function isRightShape(region: CropWindow): boolean {
  const { width, height } = windowIn(region, CENTRE);
  return region.width - width <= 1 && region.height - height <= 2;
}

/**
 * The k of the largest 9k × 16k that a part of a picture fills without being enlarged: cut to it by
 * its scarcer side, shown whole in it by the other.
 */
export function unitsWithin(region: Size, shown: 'cut' | 'whole'): number {
  return Math.floor(unitsAcross(region, shown === 'cut' ? Math.min : Math.max));
}

function unitsAcross({ width, height }: Size, pick: (a: number, b: number) => number): number {
  return pick(width / IMAGE_ASPECT.width, height / IMAGE_ASPECT.height);
}

/** How large a picture is that is shown whole in a frame, and where. */
export function containIn(frame: Size, picture: Size): CropWindow {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const side = (exact: number, most: number) => Math.max(1, Math.min(most, Math.round(exact)));
  const width = side(picture.width * scale, frame.width);
  const height = side(picture.height * scale, frame.height);
  return {
    left: Math.floor((frame.width - width) / 2),
    top: Math.floor((frame.height - height) / 2),
    width,
    height,
  };
}
