import type { PictureStream } from '../inspect/read-streams.js';
import type { Settings } from '../settings.js';

/** Square pixels, upright, even, within both sides' limits, and never enlarged. */
export function fitWithin(
  picture: PictureStream,
  { videoMaxLongSide, videoMaxShortSide }: Settings,
): { readonly width: number; readonly height: number } {
  // Square pixels by shrinking the longer-sampled side, not by enlarging the other.
  const square = {
    width: picture.width * Math.min(1, picture.sampleAspect),
    height: picture.height / Math.max(1, picture.sampleAspect),
  };
  const turned = picture.rotationDegrees % 180 !== 0;
  const width = turned ? square.height : square.width;
  const height = turned ? square.width : square.height;
  const scale = Math.min(
    1,
    videoMaxLongSide / Math.max(width, height),
    videoMaxShortSide / Math.min(width, height),
  );
  const even = (side: number) => Math.max(2, Math.floor((side * scale) / 2 + 0.001) * 2);
  return { width: even(width), height: even(height) };
}
