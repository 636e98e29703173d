import type { ImageProbe } from '../inspect/probe-image.js';
import { uprightSize } from '../job.js';
import { IMAGE_ASPECT, IMAGE_MIN_UNITS } from '../limits.js';
import type { Settings } from '../settings.js';
import { countBytes, type Rule } from './rules.js';

/** What an image must be. */
export const IMAGE_RULES: readonly Rule<ImageProbe>[] = [
  {
    remedy: 'encode-picture',
    broken: (image) => (image.format === 'jpeg' ? null : 'WhatsApp shows images as JPEG'),
  },
  {
    remedy: 'encode-picture',
    broken: (image) =>
      image.orientation === 1 ? null : `it is turned by EXIF orientation ${image.orientation}`,
  },
  {
    remedy: 'encode-picture',
    broken: (image) => {
      const { width, height } = uprightSize(image);
      return width * IMAGE_ASPECT.height === height * IMAGE_ASPECT.width
        ? null
        : `${width}×${height} is not 9:16`;
    },
  },
  {
    remedy: 'encode-picture',
    broken: (image, settings) => {
      const { width, height } = uprightSize(image);
      const units = width / IMAGE_ASPECT.width;
      if (units > maxUnits(settings)) {
        return `${width}×${height} is larger than ${sizeOf(maxUnits(settings))}`;
      }
      return units < IMAGE_MIN_UNITS
        ? `${width}×${height} is smaller than ${sizeOf(IMAGE_MIN_UNITS)}`
        : null;
    },
  },
  {
    remedy: 'encode-picture',
    broken: ({ space, channels, bitDepth, hasAlpha }) => {
      if (hasAlpha) return 'it has transparent pixels';
      if (bitDepth !== 8) return `${bitDepth} bits a channel, not 8`;
      if (space === 'cmyk') return 'its colours are CMYK, not sRGB';
      return space === 'srgb' && channels === 3 ? null : `its colours are ${space}, not sRGB`;
    },
  },
  {
    remedy: 'encode-picture',
    broken: ({ profile }) =>
      profile === 'other' ? 'its colour profile is another than sRGB' : null,
  },
  {
    remedy: 'encode-picture',
    broken: ({ bytes }, { imageMaxBytes }) =>
      bytes > imageMaxBytes ? `${bytes} bytes are more than ${imageMaxBytes}` : null,
  },
  {
    remedy: 'remux',
    broken: ({ metadata }) => (metadata.length === 0 ? null : `it carries ${metadata.join(', ')}`),
  },
  {
    remedy: 'remux',
    broken: ({ trailingBytes }) =>
      trailingBytes === 0 ? null : `it carries ${countBytes(trailingBytes)} behind the picture`,
  },
];

/** The largest k of a 9k × 16k image. */
export function maxUnits(settings: Settings): number {
  return Math.floor(settings.imageMaxWidth / IMAGE_ASPECT.width);
}

function sizeOf(units: number): string {
  return `${units * IMAGE_ASPECT.width}×${units * IMAGE_ASPECT.height}`;
}
