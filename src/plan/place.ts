import type { Pause } from '../inspect/measure-length.js';
import type { Part } from '../job.js';
import type { FrameRate } from './frame-rate.js';

/** Where an output begins and ends in its source. */
export interface Place {
  /** Where it begins in the source. */
  readonly startSeconds: number;
  /** Decoded before that and dropped: a seek may land behind a key frame. Whole frames. */
  readonly leadSeconds: number;
  /** Read and write no further than this, so that the result as ffprobe reads it still fits. */
  readonly cutSeconds: number;
}

/** Sound ends up to two packets of 1024 samples behind the cut; at 44.1 kHz that is 46 ms. */
export const SOUND_SPARE_SECONDS = 0.05;

const LONG_FRAME_SECONDS = 0.1;

/** Key frames are seldom farther apart than 10 s. What stands for longer is measured before. */
const LEAD_SECONDS = 12;

/**
 * Where decoding begins and what of it is dropped; the lead is a whole number of units. It reaches
 * back to the frame that is shown where the part begins: ffmpeg drops what is older than the lead.
 */
export function placeOf(
  { startSeconds }: Part,
  unitSeconds: number,
  pauses: readonly Pause[] = [],
): Pick<Place, 'startSeconds' | 'leadSeconds'> {
  const stood = pauses
    .filter(({ fromSeconds, toSeconds }) => fromSeconds <= startSeconds && startSeconds < toSeconds)
    .map(({ fromSeconds }) => startSeconds - fromSeconds + unitSeconds);
  const wanted = Math.max(LEAD_SECONDS, ...stood);
  const units = Math.floor(Math.min(startSeconds, wanted) / unitSeconds + 0.001);
  const leadSeconds = units * unitSeconds;
  // From the very first frame on, which is dropped where decoding begins a fraction behind it. Not
  // where frames are so long that the sound would begin audibly early.
  return wanted < startSeconds || unitSeconds > LONG_FRAME_SECONDS
    ? { startSeconds, leadSeconds }
    : { startSeconds: leadSeconds, leadSeconds };
}

/** The last frame begins before the cut and ends within the limit. */
export function cutForEncoding(maxSeconds: number, { frames, seconds }: FrameRate): number {
  const whole = Math.floor((maxSeconds * frames) / seconds);
  return Math.min(maxSeconds - SOUND_SPARE_SECONDS, ((whole - 0.5) * seconds) / frames);
}
