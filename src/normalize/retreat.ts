import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { wasKilled } from '../ffmpeg/start-program.js';
import type { Media } from '../inspect/inspection.js';
import { tryDecoding } from '../inspect/try-decoding.js';
import type { Part } from '../job.js';
import { plan as planMedia, type Plan, type PlanRefusal } from '../plan/plan.js';
import type { Settings } from '../settings.js';
import type { CheckResult } from './check.js';
import type { NormalizeOptions } from './normalize-options.js';

/** A plan, and how the file was seen that it was made for. */
export interface Candidate {
  readonly media: Media;
  readonly plan: Plan;
}

/** What came of carrying a plan out. */
export type Attempt = CheckResult | { readonly type: 'failed'; readonly error: StatuscastError };

interface Source {
  readonly path: string;
  readonly name: string;
  readonly part?: Part;
}

/** What to try after a plan that did not lead to a good output; null when nothing is left. */
export async function retreat(
  ffmpeg: Ffmpeg,
  { media, plan }: Candidate,
  result: Exclude<Attempt, { readonly type: 'kept' }>,
  source: Source,
  settings: Settings,
  options: NormalizeOptions,
): Promise<Candidate | null> {
  const { name, part } = source;
  // What was killed says nothing of the file, and another plan would only make another status.
  if (result.type === 'failed' && wasKilled(result.error.cause)) return null;
  // The sound that was taken may be that of another language than the default.
  if (media.type === 'video' && plan.kind === 'video' && 'index' in plan.sound) {
    const { action, index } = plan.sound;
    // A sound that cannot be decoded is no reason to lose a good picture.
    const isLost =
      result.type === 'failed' &&
      action === 'encode' &&
      (await isSoundUndecodable(ffmpeg, media, index, source, settings, options));
    // Nor is one that is declared, and holds nothing as far as it is taken.
    const isNothing = result.type === 'broken' && result.isSilent === true;
    if (isLost || isNothing) {
      const silent = isLost ? withUndecodable(media, index) : { ...media, sound: null };
      return candidate(silent, planMedia(silent, name, settings, [], part));
    }
  }
  // A picture that cannot be encoded is none of a copied sound's faults.
  const isBroken = result.type === 'broken';
  const isCopy =
    plan.kind === 'video'
      ? plan.picture.action === 'copy' || (isBroken && plan.sound.action === 'copy')
      : plan.action !== 'encode';
  if (!isCopy) return null;
  const facts = result.type === 'failed' ? [result.error.message] : result.faults;
  const because = facts.map((fact) => `a copy was not enough: ${fact}`);
  return candidate(media, planMedia(media, name, settings, because, part));
}

type Clip = Extract<Media, { readonly type: 'video' }>;

/**
 * Of as much of a clip as is taken. A broken frame is borne; where the trial is killed, or takes too
 * long, nothing is known against the sound.
 */
async function isSoundUndecodable(
  ffmpeg: Ffmpeg,
  { media: { demuxer } }: Clip,
  index: number,
  { path, part }: Source,
  { maxDurationSeconds: seconds }: Settings,
  options: NormalizeOptions,
): Promise<boolean> {
  const stretch = { demuxer, index, startSeconds: part?.startSeconds ?? 0, seconds };
  try {
    return (await tryDecoding(ffmpeg, path, stretch, options)) === 'fails';
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'program-timeout') return false;
    throw thrown;
  }
}

/** A clip of which a sound is known to be of no use. */
function withUndecodable(clip: Clip, lost: number): Clip {
  const sounds = clip.media.sounds.map((sound) =>
    sound.index === lost ? { ...sound, decodable: false } : sound,
  );
  return { ...clip, sound: null, media: { ...clip.media, sounds } };
}

function candidate(media: Media, plan: Plan | PlanRefusal): Candidate | null {
  return plan.action === 'refuse' ? null : { media, plan };
}
