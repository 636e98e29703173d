import type { ImageLook } from '../inspect/look-at-image.js';
import type { CropWindow, Fit } from '../job.js';
import { IMAGE_EXTREME_ASPECT } from '../limits.js';
import type { Settings } from '../settings.js';
import { leastLossSpot, lossOf } from './crop-loss.js';
import { CENTRE, COMPASS, isRightShape, windowIn, type Size } from './crop-window.js';

/** How a picture fills 9:16. */
export interface Fitted {
  readonly fit: Fit;
  /** What is shown: a window of 9:16 to crop to, or all that is shown whole. */
  readonly crop: CropWindow;
  /** By what the window was placed; what cannot be searched in is taken at its centre. */
  readonly position: Settings['position'];
  /** What was weighed, in words. */
  readonly reasons: readonly string[];
}

/**
 * The most that a crop may leave out for `auto` to choose it. Of 54 pictures the crops that a
 * person would make left out 21 % at most (but for one of 37 %), the others 22 % and more (but for one of 21 %):
 * where it is close, a crop that is not made is the smaller fault. On a plain ground whatever is there was put
 * there: single things lost nothing, a chat 8 %, logos and charts 17 % and more.
 */
const MOST_LOST = { scene: 0.215, plain: 0.05 } as const;

/**
 * Decides between a crop and the whole picture.
 * @param size of the upright picture
 * @param region the part of it that is to be shown
 */
export function fitImage(
  size: Size,
  region: CropWindow,
  look: ImageLook | null,
  settings: Settings,
): Fitted {
  const position = positionFor(size, settings);
  const whole = { crop: region, position, reasons: [] };
  if (isRightShape(region)) return { ...whole, fit: 'crop', crop: windowIn(region, CENTRE) };
  switch (settings.fit) {
    case 'crop':
      return { ...whole, fit: 'crop', crop: cropTo(size, region, look, position, settings) };
    case 'blur':
    case 'pad':
      return { ...whole, fit: settings.fit };
    case 'auto': {
      const crop = cropTo(size, region, look, position, settings);
      const seen = look?.saliency ?? null;
      const loss = lossOf(seen, size, region, crop);
      const share = `${Math.round(loss * 100)} % of ${seen === null ? 'it' : 'what stands out'}`;
      return loss <= MOST_LOST[seen?.ground ?? 'scene']
        ? { ...whole, fit: 'crop', crop, reasons: [`cropping to 9:16 loses ${share}`] }
        : {
            ...whole,
            fit: 'blur',
            reasons: [
              `cropping to 9:16 would lose ${share}, so all of it is shown over a blurred copy`,
            ],
          };
    }
  }
}

function positionFor({ width, height }: Size, { position }: Settings): Settings['position'] {
  const isExtreme = Math.max(width / height, height / width) > IMAGE_EXTREME_ASPECT;
  const isSearched = position === 'attention' || position === 'entropy';
  return isExtreme && isSearched ? 'centre' : position;
}

function cropTo(
  size: Size,
  region: CropWindow,
  look: ImageLook | null,
  position: Settings['position'],
  { crop }: Settings,
): CropWindow {
  // Whoever names a part means its middle.
  if (crop !== '') return windowIn(region, CENTRE);
  const { found = null, saliency = null } = look ?? {};
  switch (position) {
    case 'attention':
    case 'entropy':
      if (found?.by === position) return windowIn(region, found.spot);
      // Where it is measured what a crop loses, the one that loses least is what holds the eye.
      return windowIn(region, saliency === null ? CENTRE : leastLossSpot(saliency, size, region));
    case 'centre':
    case 'N':
    case 'NE':
    case 'E':
    case 'SE':
    case 'S':
    case 'SW':
    case 'W':
    case 'NW':
      return windowIn(region, COMPASS[position]);
  }
}
