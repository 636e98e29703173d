import type { Place } from './place.js';
import type { Timed } from './plan-parts.js';
import type { EncodeSound } from './plan-sound.js';

/** How long an output is expected to be; where nobody knows, as long as it may. */
export function lengthOf({
  expectedSeconds,
  cutSeconds,
}: Pick<Place, 'cutSeconds'> & { readonly expectedSeconds: number | null }): number {
  return expectedSeconds ?? cutSeconds;
}

/** What of a file's bytes a copy of so much of its time takes. */
export function copiedBytes({ media }: Timed, seconds: number): number {
  const whole = media.durationSeconds ?? seconds;
  return Math.round(media.bytes * (whole > 0 ? Math.min(1, seconds / whole) : 1));
}

/** For a second of sound, by channels. */
const SOUND_WORK = { mono: 0.0135, stereo: 0.04 } as const;
/** Measured, encoded to see how loud it came out, measured again, and encoded. */
const LOUDNESS_FACTOR = 3;

export function workOnSound({ channels, loudness }: EncodeSound, seconds: number): number {
  const work = (channels === 1 ? SOUND_WORK.mono : SOUND_WORK.stereo) * seconds;
  return loudness === null ? work : work * LOUDNESS_FACTOR;
}
