import type { Media } from '../inspect/inspection.js';
import type { Part } from '../job.js';
import type { Settings } from '../settings.js';
import { drawnFrameRate } from './plan-drawn-video.js';
import { longestMp3Seconds } from './plan-audio.js';
import { chooseFrameRate } from './frame-rate.js';
import { longestEncodeSeconds } from './plan-video.js';
import { round } from './rules.js';

/** A last part shorter than this shares with the one before it: nobody sees a blink of a status. */
const LAST_MIN_SECONDS = 5;

/**
 * The parts of a file that become a status each, one behind the other without a gap: one, but for
 * a sound or clip that is too long and is to be split. Each begins at a frame of the output.
 */
export function planParts(media: Media, settings: Settings): readonly [Part, ...Part[]] {
  const whole = firstPart(media, settings);
  if (!isTimed(media) || settings.long === 'trim') return [whole];
  const grid = gridOf(media, settings);
  const beginning = toGrid(settings.start, grid);
  const total = (media.media.durationSeconds ?? 0) - beginning;
  if (total <= settings.maxDurationSeconds) return [whole];
  const of = Math.ceil((total - grid.unitSeconds) / grid.longestSeconds);
  const last = total - (of - 1) * grid.longestSeconds;
  const isBlink = last < LAST_MIN_SECONDS;
  const shared = toGrid((grid.longestSeconds + last) / 2, grid);
  const partAt = (index: number): Part => {
    const isLast = index === of - 1;
    const seconds = isBlink && index === of - 2 ? shared : grid.longestSeconds;
    const early = isBlink && isLast ? grid.longestSeconds - shared : 0;
    const startSeconds = beginning + index * grid.longestSeconds - early;
    // The last one goes to the end, wherever that turns out to be.
    return { number: index + 1, of, startSeconds, seconds: isLast ? null : seconds };
  };
  const rest = Array.from({ length: of - 1 }, (_, index) => partAt(index + 1));
  return [partAt(0), ...rest];
}

/** What becomes a status where nothing is split: as much as fits from the start on. */
export function firstPart(media: Media, { start }: Settings): Part {
  return { number: 1, of: 1, startSeconds: isTimed(media) ? start : 0, seconds: null };
}

/** What lasts for a time. */
export type Timed = Exclude<Media, { readonly type: 'image' }>;

/** Pictures are shown as a whole, also those that move: they go round. */
function isTimed(media: Media): media is Timed {
  return media.type !== 'image' && media.media.animation === null;
}

/** A part seen as if it were the whole file. */
export function narrowTo<Seen extends Timed>(seen: Seen, { startSeconds, seconds }: Part): Seen {
  const { durationSeconds: whole, bytes } = seen.media;
  if (startSeconds === 0 && seconds === null) return seen;
  const durationSeconds = seconds ?? (whole === null ? null : whole - startSeconds);
  const share = whole === null || durationSeconds === null ? 1 : durationSeconds / whole;
  return { ...seen, media: { ...seen.media, durationSeconds, bytes: Math.ceil(bytes * share) } };
}

/** Why a part cannot be copied: copies begin at key frames and packets. */
export function reasonsOfPart({ number, of, startSeconds }: Part): readonly string[] {
  if (of > 1) return [`it is part ${number} of ${of}, from ${round(startSeconds)} s on`];
  return startSeconds > 0 ? [`it is to begin at ${round(startSeconds)} s`] : [];
}

/** Where parts may begin and end, and how long they may be. */
interface Grid {
  readonly unitSeconds: number;
  readonly longestSeconds: number;
}

function gridOf(media: Timed, settings: Settings): Grid {
  if (media.type === 'audio' && settings.audioAs !== 'video') {
    return longestMp3Seconds(media.sound, settings);
  }
  const { frames, seconds } =
    media.type === 'audio'
      ? drawnFrameRate(settings)
      : chooseFrameRate(media.picture, media.media, settings.videoMaxFrameRate);
  const unitSeconds = seconds / frames;
  const longestSeconds = toGrid(longestEncodeSeconds(settings), { unitSeconds });
  // Of a frame a second and a part of a second, one.
  return { unitSeconds, longestSeconds: Math.max(unitSeconds, longestSeconds) };
}

function toGrid(value: number, { unitSeconds }: Pick<Grid, 'unitSeconds'>): number {
  return Math.floor(value / unitSeconds + 0.001) * unitSeconds;
}
