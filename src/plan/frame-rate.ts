import type { MediaProbe } from '../inspect/probe-media.js';
import type { PictureStream } from '../inspect/read-streams.js';

/** Frames per second as a fraction: 30000 over 1001 is no decimal number. */
export interface FrameRate {
  readonly frames: number;
  readonly seconds: number;
}

/** Rates measured over a short clip are off by a frame; real variation is larger. */
const RATE_TOLERANCE = 0.01;
/** Time stamps rounded to milliseconds alternate between 33 and 34; a missing frame doubles one. */
const STEP_TOLERANCE = 1.5;

/** The same number of frames in every second. */
export function isConstantRate(picture: PictureStream, media: MediaProbe): boolean {
  const { averageFrameRate, baseFrameRate } = picture;
  if (averageFrameRate === null || baseFrameRate === null) return false;
  if (Math.abs(averageFrameRate - baseFrameRate) > baseFrameRate * RATE_TOLERANCE) return false;
  const { longestStepSeconds = null, shortestStepSeconds = null } = media.timing ?? {};
  if (longestStepSeconds === null || shortestStepSeconds === null) return true;
  return longestStepSeconds <= shortestStepSeconds * STEP_TOLERANCE;
}

const VARIABLE_MIN_RATE = 15;
/** Television's thousandths begin at 11.988; at 1 to 4 frames/s rounding would look like them. */
const TELEVISION_MIN_RATE = 10;

/** The source's own rate where it is constant and allowed; whole divisions of one that is not. */
export function chooseFrameRate(
  picture: PictureStream,
  media: MediaProbe,
  maxRate: number,
): FrameRate {
  const rate = picture.averageFrameRate ?? picture.baseFrameRate ?? maxRate;
  if (!isConstantRate(picture, media)) {
    const whole = Math.max(VARIABLE_MIN_RATE, Math.ceil(rate - 0.05));
    return { frames: Math.min(maxRate, whole), seconds: 1 };
  }
  // 60 becomes 30 and 50 becomes 25: every second frame, not four of five.
  const divided = rate / Math.ceil(rate / (maxRate + 0.05));
  return (
    televisionRate(divided) ?? {
      frames: Math.min(maxRate, Math.max(1, Math.ceil(divided - 0.05))),
      seconds: 1,
    }
  );
}

/** The rate as a whole number over 1.001, where it is one. */
function televisionRate(rate: number): FrameRate | null {
  const whole = Math.max(1, Math.round(rate));
  return whole >= TELEVISION_MIN_RATE && Math.abs(rate - (whole * 1000) / 1001) < 0.004
    ? { frames: whole * 1000, seconds: 1001 }
    : null;
}

/** Slower than this, each frame is repeated: not every player shows one frame in two seconds. */
const ANIMATION_MIN_RATE = 10;

/**
 * The rate at which every delay of an animation is a whole number of frames, where there is one
 * within the limit: 100, 200 and 500 ms are kept to the millisecond at 10 frames/s.
 */
export function chooseAnimationRate(delaysMs: readonly number[], maxRate: number): FrameRate {
  const stepMs = commonStep(delaysMs);
  if (stepMs !== null && 1000 / stepMs <= maxRate) {
    const most = Math.floor((maxRate * stepMs) / 1000);
    const wanted = Math.ceil((ANIMATION_MIN_RATE * stepMs) / 1000);
    return reduce(1000 * Math.min(most, wanted), stepMs);
  }
  const [first = 0] = delaysMs;
  const isSteady = first > 0 && delaysMs.every((delay) => Math.abs(delay - first) < 0.5);
  if (!isSteady) return { frames: maxRate, seconds: 1 };
  // 20 ms are 50 frames/s: every second frame is shown.
  const rate = 1000 / first;
  const divided = rate / Math.ceil(rate / maxRate - 0.001);
  return televisionRate(divided) ?? { frames: Math.max(1, Math.round(divided)), seconds: 1 };
}

/** The longest time that every delay is a multiple of, in whole milliseconds. */
function commonStep(delaysMs: readonly number[]): number | null {
  if (delaysMs.some((delay) => Math.abs(delay - Math.round(delay)) > 0.001)) return null;
  const step = delaysMs.reduce((common, delay) => divisor(common, Math.round(delay)), 0);
  return step > 0 ? step : null;
}

function reduce(frames: number, seconds: number): FrameRate {
  const common = divisor(frames, seconds);
  return { frames: frames / common, seconds: seconds / common };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
