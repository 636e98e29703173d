import type { Place } from '../plan/place.js';

/** Read behind the end of a part, so that its last frame and sample are there to be written. */
const READ_ON_SECONDS = 1;

/** Begins before the part where a seek is needed, and reads no further than needed. */
export function readOptions(
  { startSeconds, leadSeconds, cutSeconds }: Place,
  { isCopy }: { readonly isCopy: boolean },
): readonly string[] {
  const from = startSeconds - leadSeconds;
  const length = leadSeconds + cutSeconds + (isCopy ? 0 : READ_ON_SECONDS);
  return [...(from > 0 ? ['-ss', from.toFixed(6)] : []), '-t', length.toFixed(6)];
}

/** Drops the lead, to the frame and the sample, and stops at the end. */
export function writeOptions({ leadSeconds, cutSeconds }: Place): readonly string[] {
  const lead = leadSeconds > 0 ? ['-ss', leadSeconds.toFixed(6)] : [];
  return [...lead, '-t', cutSeconds.toFixed(6)];
}

/** Reads just the part, to measure it. */
export function measureOptions({ startSeconds, cutSeconds }: Place): readonly string[] {
  const from = startSeconds > 0 ? ['-ss', startSeconds.toFixed(6)] : [];
  return [...from, '-t', cutSeconds.toFixed(6)];
}
