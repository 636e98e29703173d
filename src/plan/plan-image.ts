import type { ImageProbe } from '../inspect/probe-image.js';
import { IMAGE_ASPECT, IMAGE_MIN_UNITS } from '../limits.js';
import type { Settings } from '../settings.js';
import { IMAGE_RULES, maxUnits, uprightSize } from './image-rules.js';
import type { PlanRefusal } from './plan.js';
import { faultsOf, round } from './rules.js';

/** How a still picture becomes a JPEG. */
export interface ImagePlan {
  readonly kind: 'image';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  /** Pixels of the output, exactly 9:16. */
  readonly width: number;
  readonly height: number;
  /** Where the crop is put; for a shape too extreme to choose in, always the centre. */
  readonly position: Settings['position'];
  /** Put behind what is transparent. */
  readonly background: string;
  readonly quality: number;
  readonly maxBytes: number;
  readonly maxPixels: number;
}

/** From here on `attention` costs minutes and gains nothing: the window has no room to be wrong. */
const EXTREME_ASPECT = 10;

const MEGA = 1_000_000;

/** @param because faults of a copy that was tried: encode, whatever the rules say of the source */
export function planImage(
  label: string,
  image: ImageProbe,
  name: string,
  settings: Settings,
  because: readonly string[],
): ImagePlan | PlanRefusal {
  const refused = refuse(label, image, settings);
  if (refused !== null) return { action: 'refuse', error: { ...refused, file: name } };
  const faults = faultsOf(IMAGE_RULES, image, settings);
  const mustEncode = because.length > 0 || faults.some(({ remedy }) => remedy !== 'remux');
  const { width, height } = uprightSize(image);
  const units = Math.min(
    maxUnits(settings),
    Math.floor(width / IMAGE_ASPECT.width),
    Math.floor(height / IMAGE_ASPECT.height),
  );
  const chosen = Math.max(IMAGE_MIN_UNITS, units);
  const extreme = Math.max(width / height, height / width) > EXTREME_ASPECT;
  return {
    kind: 'image',
    action: mustEncode ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...because],
    width: chosen * IMAGE_ASPECT.width,
    height: chosen * IMAGE_ASPECT.height,
    position: extreme ? 'centre' : settings.position,
    background: settings.background,
    quality: settings.imageQuality,
    maxBytes: settings.imageMaxBytes,
    maxPixels: settings.maxMegapixels * MEGA,
  };
}

type WithoutFile =
  | { readonly code: 'format-unsupported'; readonly why: string }
  | { readonly code: 'undecodable'; readonly why: string }
  | { readonly code: 'too-large'; readonly why: string };

function refuse(label: string, image: ImageProbe, settings: Settings): WithoutFile | null {
  const pixels = image.width * image.height;
  if (pixels > settings.maxMegapixels * MEGA) {
    const why = `${round(pixels / MEGA)} megapixels are more than ${settings.maxMegapixels}; make it smaller, or raise --max-megapixels`;
    return { code: 'too-large', why };
  }
  if (image.truncated) {
    return { code: 'undecodable', why: `${label}, but it is cut off before its end` };
  }
  if (image.compression === 'hevc') {
    return { code: 'format-unsupported', why: `${label} is not read; export it as JPEG` };
  }
  return null;
}
