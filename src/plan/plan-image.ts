import type { StillDecoder } from '../inspect/formats.js';
import type { Media } from '../inspect/inspection.js';
import type { ImageProbe } from '../inspect/probe-image.js';
import { uprightSize, type CropWindow, type Fit } from '../job.js';
import { IMAGE_ASPECT, IMAGE_MIN_UNITS } from '../limits.js';
import type { Settings } from '../settings.js';
import { isInside, parseRegion, unitsWithin, type Size } from './crop-window.js';
import { fitImage } from './fit-image.js';
import { IMAGE_RULES, maxUnits } from './image-rules.js';
import type { PlanRefusal } from './plan.js';
import { faultsOf, round } from './rules.js';

/** How a still picture becomes a JPEG. */
export interface ImagePlan {
  readonly kind: 'image';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  /** What turns the source into a picture that sharp reads. */
  readonly decoder: StillDecoder;
  /** Pixels of the source as they are stored, and the EXIF orientation that makes them upright. */
  readonly source: {
    readonly width: number;
    readonly height: number;
    readonly orientation: number;
    /** As the probe has it. */
    readonly isWide: boolean;
  };
  /** Pixels of the output, exactly 9:16. */
  readonly width: number;
  readonly height: number;
  /** How what is shown fills the output. */
  readonly fit: Fit;
  /** What is shown: a window of 9:16 for `crop`, all that is contained for `blur` and `pad`. */
  readonly crop: CropWindow;
  /** By what the window was placed; for a shape too extreme to choose in, the centre. */
  readonly position: Settings['position'];
  /** Put behind what is transparent, and around what is padded. */
  readonly background: string;
  readonly quality: number;
  readonly maxBytes: number;
  readonly maxPixels: number;
}

const MEGA = 1_000_000;

type StillImage = Extract<Media, { readonly type: 'image' }>;

/** @param because faults of a copy that was tried: encode, whatever the rules say of the source */
export function planImage(
  { label, image, decoder }: StillImage,
  name: string,
  settings: Settings,
  because: readonly string[],
): ImagePlan | PlanRefusal {
  const refused = refuse(label, image, settings);
  if (refused !== null) return { action: 'refuse', error: { ...refused, file: name } };
  const upright = uprightSize(image);
  const region = parseRegion(settings.crop, upright);
  const { fit, crop, position, reasons } = fitImage(upright, region, image.look, settings);
  const faults = faultsOf(IMAGE_RULES, image, settings);
  const why = [...partOf(region, upright), ...reasons, ...because];
  const mustEncode = why.length > 0 || faults.some(({ remedy }) => remedy !== 'remux');
  const units = Math.min(maxUnits(settings), unitsWithin(region, fit === 'crop' ? 'cut' : 'whole'));
  const chosen = Math.max(IMAGE_MIN_UNITS, units);
  return {
    kind: 'image',
    action: mustEncode ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...why],
    source: sourceOf(image),
    decoder,
    width: chosen * IMAGE_ASPECT.width,
    height: chosen * IMAGE_ASPECT.height,
    ...{ fit, crop, position },
    background: settings.background,
    quality: settings.imageQuality,
    maxBytes: settings.imageMaxBytes,
    maxPixels: settings.maxMegapixels * MEGA,
  };
}

function sourceOf({ width, height, orientation, isWide }: ImageProbe): ImagePlan['source'] {
  return { width, height, orientation, isWide };
}

/** Why a picture is not shown as it is, where a part of it was asked for. */
function partOf(region: CropWindow, { width, height }: Size): readonly string[] {
  return region.width === width && region.height === height
    ? []
    : [`only ${region.width}×${region.height} of its ${width}×${height} are to be shown`];
}

type WithoutFile =
  | { readonly code: 'format-unsupported'; readonly why: string }
  | { readonly code: 'undecodable'; readonly why: string }
  | { readonly code: 'too-large'; readonly why: string }
  | { readonly code: 'crop-outside'; readonly why: string };

function refuse(label: string, image: ImageProbe, settings: Settings): WithoutFile | null {
  const pixels = image.width * image.height;
  if (pixels > settings.maxMegapixels * MEGA) {
    const why = `${round(pixels / MEGA)} megapixels are more than ${settings.maxMegapixels}; make it smaller, or raise --max-megapixels`;
    return { code: 'too-large', why };
  }
  if (image.truncated) {
    return { code: 'undecodable', why: `${label}, but it is cut off before its end` };
  }
  if (image.bitDepth === 32 && image.space !== 'scrgb') {
    const why = `${label} of 32 bits is read as floating-point colours alone; export it with 8 or 16 bits`;
    return { code: 'format-unsupported', why };
  }
  if (!HEIF_CODECS.includes(image.compression)) {
    const why = `${label} of ${image.compression} is not read; export it as JPEG`;
    return { code: 'format-unsupported', why };
  }
  const upright = uprightSize(image);
  const region = parseRegion(settings.crop, upright);
  if (!isInside(region, upright)) {
    const reach = `${region.left + region.width},${region.top + region.height}`;
    const why = `the crop ${settings.crop} reaches to ${reach}, and the upright picture only to ${upright.width},${upright.height}; choose a part inside it with --crop`;
    return { code: 'crop-outside', why };
  }
  return null;
}

/** What is packed in HEIF and can be read, and null for what is no HEIF. */
const HEIF_CODECS: readonly (string | null)[] = ['hevc', 'av1', null];
