import type { Media } from '../inspect/inspection.js';
import type { Part } from '../job.js';
import type { FrameSinks } from '../normalize/normalize-options.js';
import { makePreviews, type MadeOutput } from '../preview/make-previews.js';
import { partNumber } from './part-number.js';
import type { Run, Task } from './run.js';

const MEGA = 1_000_000;

/**
 * Makes small pictures where they were asked for, and tells of them.
 * @param source null where only the output is left
 * @param made null where there is no output
 */
export async function preview(
  { previews, ffmpeg, signal, emit }: Run,
  { input: { input, path }, scratch, settings }: Task,
  {
    media,
    part,
    sinks = null,
  }: { readonly media: Media | null; readonly part: Part; readonly sinks?: FrameSinks | null },
  made: MadeOutput | null,
): Promise<void> {
  if (previews === null || signal.aborted) return;
  const source = media === null ? null : { path, media, part, scratch, sinks };
  const { probeTimeoutMs: timeoutMs, maxMegapixels, background } = settings;
  const options = { signal, timeoutMs, maxPixels: maxMegapixels * MEGA, background };
  const pictures = await makePreviews(ffmpeg, previews, source, made, options);
  if (pictures === null) return;
  emit({ type: 'preview', input, part: partNumber(part), ...pictures });
}
