import sharp from 'sharp';
import type { Preview } from '../job.js';

const QUALITY = 72;

/** Pixels of a small copy; null where there is none. */
export async function sizeOf(file: string) {
  const seen = await sharp(file)
    .metadata()
    .catch(() => null);
  return seen === null ? null : { width: seen.width, height: seen.height };
}

/**
 * A small copy of a file that sharp reads, upright. Damage is borne: it is there to be looked at.
 * @throws what sharp throws for pixels that it cannot decode at all
 */
export async function previewStill(
  file: string,
  box: { readonly width: number; readonly height: number },
  target: string,
  { maxPixels, timeoutMs }: { readonly maxPixels: number; readonly timeoutMs: number },
): Promise<Preview> {
  const { width, height } = await sharp(file, { failOn: 'none', limitInputPixels: maxPixels })
    .timeout({ seconds: Math.ceil(timeoutMs / 1000) })
    .autoOrient()
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .resize(box.width, box.height, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: QUALITY })
    .toFile(target);
  return { path: target, width, height, frames: 1 };
}
