import { limitTime, namingTimeout, sharp } from '../inspect/sharp.js';
import type { EncodePicture } from '../plan/plan-video.js';

/** Decoded frames held at once: 17 of 1280×720, with as many again on their way to ffmpeg. */
const CHUNK_MAX_BYTES = 64_000_000;

/**
 * Reads the frames of a moving WebP in the size of the output, as RGBA, each as often as it is
 * shown at the output's rate.
 * @throws StatuscastError `program-timeout`, and what sharp throws for frames that it cannot decode
 */
export async function* readFrames(
  path: string,
  { width, height, frameRate, rounds }: EncodePicture,
  delaysMs: readonly number[],
  timeoutMs: number,
): AsyncGenerator<Buffer> {
  const shown = countShown(delaysMs, frameRate.frames / frameRate.seconds, rounds?.frames ?? 0);
  const frameBytes = width * height * 4;
  const atOnce = Math.max(1, Math.floor(CHUNK_MAX_BYTES / frameBytes));
  for (let page = 0; page < shown.length; page += atOnce) {
    const pages = Math.min(atOnce, shown.length - page);
    const read = sharp(path, { page, pages, limitInputPixels: false })
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw();
    const chunk = await limitTime(read, timeoutMs)
      .toBuffer()
      .catch((thrown: unknown) => {
        throw namingTimeout(thrown, timeoutMs);
      });
    for (let i = 0; i < pages; i++) {
      const frame = chunk.subarray(i * frameBytes, (i + 1) * frameBytes);
      for (let times = shown[page + i] ?? 0; times > 0; times--) yield frame;
    }
  }
}

/** How many frames of the output each frame of the source takes; together as many as asked for. */
function countShown(delaysMs: readonly number[], rate: number, total: number): readonly number[] {
  let endMs = 0;
  let given = 0;
  return delaysMs.map((delay, index) => {
    endMs += delay;
    const isLast = index === delaysMs.length - 1;
    const until = isLast ? total : Math.min(total, Math.round((endMs * rate) / 1000));
    const count = until - given;
    given = until;
    return count;
  });
}
