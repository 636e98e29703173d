import type { Animation } from '../inspect/probe-media.js';
import { MOVING_MIN_SECONDS } from '../limits.js';
import type { Settings } from '../settings.js';
import { chooseAnimationRate, type FrameRate } from './frame-rate.js';
import { SOUND_SPARE_SECONDS } from './place.js';
import { round } from './rules.js';

/** How often an animation is shown, from its first frame to its last. */
export interface Rounds {
  /** Frames of the output that one round takes, the hold of its last frame included. */
  readonly frames: number;
  readonly times: number;
  readonly source: RoundSource;
}

/** Where the frames come from. */
export type RoundSource =
  | { readonly reader: 'ffmpeg' }
  /** No ffmpeg reads them: frame by frame, each shown so long. */
  | { readonly reader: 'sharp'; readonly delaysMs: readonly number[] };

/** How long the result is, and how often its picture changes. */
export interface Timeline {
  readonly frameRate: FrameRate;
  readonly cutSeconds: number;
  readonly expectedSeconds: number | null;
  readonly rounds: Rounds | null;
  readonly reasons: readonly string[];
}

/** Whole rounds only, so that it ends where it begins; only a round over the limit is cut. */
export function planRounds(
  { reader, delaysMs }: Animation,
  { maxDurationSeconds, videoMaxFrameRate, start, long }: Settings,
): Timeline {
  const frameRate = chooseAnimationRate(delaysMs, videoMaxFrameRate);
  const rate = frameRate.frames / frameRate.seconds;
  const roundSeconds = delaysMs.reduce((sum, delay) => sum + delay, 0) / 1000;
  const most = Math.max(1, Math.floor((maxDurationSeconds - SOUND_SPARE_SECONDS) * rate));
  const frames = Math.min(most, Math.max(1, Math.round(roundSeconds * rate)));
  const wanted = Math.ceil((MOVING_MIN_SECONDS * rate) / frames - 1e-6);
  const times = Math.max(1, Math.min(wanted, Math.floor(most / frames)));
  const seconds = (frames * times * frameRate.seconds) / frameRate.frames;
  return {
    ...{ frameRate, cutSeconds: seconds, expectedSeconds: seconds },
    rounds: {
      ...{ frames, times },
      source:
        reader === 'ffmpeg'
          ? { reader }
          : { reader, delaysMs: shownWithin(delaysMs, frames / rate) },
    },
    reasons: [
      ...(times === 1
        ? []
        : [
            `${round(roundSeconds)} s is shorter than ${MOVING_MIN_SECONDS} s, so it is shown ${times} times`,
          ]),
      ...(start > 0
        ? ['a moving picture is shown from its beginning, wherever it is to begin']
        : []),
      ...(long === 'split' && roundSeconds > maxDurationSeconds
        ? ['a moving picture is cut, not split']
        : []),
    ],
  };
}

/** The delays of the frames that begin within a time. */
function shownWithin(delaysMs: readonly number[], seconds: number): readonly number[] {
  let startMs = 0;
  return delaysMs.filter((delay) => {
    const isShown = startMs < seconds * 1000;
    startMs += delay;
    return isShown;
  });
}
