import type { ErrorFacts } from '../errors.js';
import type { Media } from '../inspect/inspection.js';
import type { Part, PlanSummary } from '../job.js';
import type { Settings } from '../settings.js';
import { planAudio, type AudioPlan } from './plan-audio.js';
import { planDrawnVideo } from './plan-drawn-video.js';
import { planImage, type ImagePlan } from './plan-image.js';
import { firstPart, narrowTo, reasonsOfPart, type Timed } from './plan-parts.js';
import { round } from './rules.js';
import { chooseSound } from './plan-sound.js';
import { planVideo, type VideoPlan } from './plan-video.js';

/**
 * What is to be done with one file: plain data that says everything `normalize` has to know, with
 * every reason in words.
 */
export type Plan = ImagePlan | AudioPlan | VideoPlan;

/** A file that cannot become a status, or is none of our business. */
export interface PlanRefusal {
  readonly action: 'refuse';
  readonly error: ErrorFacts;
}

/**
 * Decides by the rules of each kind: *keep* what breaks none, *remux* what the streams' copies
 * mend, *encode* the rest. Pure: the same input gives the same plan, anywhere and at any time.
 * @param name the file's name for messages
 * @param part what of a sound or clip becomes this status. Default: as much as fits
 * @param because what was wrong with a copy that was tried: then everything is encoded
 */
export function plan(
  media: Media,
  name: string,
  settings: Settings,
  because: readonly string[] = [],
  part: Part = firstPart(media, settings),
): Plan | PlanRefusal {
  switch (media.type) {
    case 'image':
      return planImage(media, name, settings, because);
    case 'audio':
    case 'video': {
      const { durationSeconds } = media.media;
      const isBehindEnd =
        part.startSeconds > 0 && part.startSeconds >= (durationSeconds ?? Infinity);
      if (durationSeconds !== null && isBehindEnd) {
        const why = `it is to begin at ${round(part.startSeconds)} s, and it ends at ${round(durationSeconds)} s`;
        return { action: 'refuse', error: { code: 'too-short', file: name, why } };
      }
      const { seen, reasons } = chooseSound(narrowTo(media, part), settings);
      const why = [...reasonsOfPart(part), ...because];
      const decided = planTimed(seen, name, settings, why, part);
      if (decided.action === 'refuse') return decided;
      return { ...decided, reasons: [...decided.reasons, ...reasons] };
    }
  }
}

function planTimed(
  media: Timed,
  name: string,
  settings: Settings,
  because: readonly string[],
  part: Part,
): AudioPlan | VideoPlan | PlanRefusal {
  if (media.type === 'video') return planVideo(media, name, settings, because, part);
  return settings.audioAs === 'video'
    ? planDrawnVideo(media, name, settings, because, part)
    : planAudio(media, settings, because, part);
}

/** What the outside is told of a plan. */
export function summarizePlan(decided: Plan): PlanSummary {
  const { action, reasons } = decided;
  const isFitted = decided.kind === 'image' && action === 'encode';
  return {
    ...{ action, reasons },
    fit: isFitted ? decided.fit : null,
    crop: isFitted ? decided.crop : null,
  };
}
