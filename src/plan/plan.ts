import type { ErrorFacts } from '../errors.js';
import type { Media } from '../inspect/inspect.js';
import type { PlanSummary } from '../job.js';
import type { Settings } from '../settings.js';
import { planAudio, type AudioPlan } from './plan-audio.js';
import { planImage, type ImagePlan } from './plan-image.js';
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
 * @param because what was wrong with a copy that was tried: then everything is encoded
 */
export function plan(
  media: Media,
  name: string,
  settings: Settings,
  because: readonly string[] = [],
): Plan | PlanRefusal {
  switch (media.type) {
    case 'image':
      return planImage(media, name, settings, because);
    case 'audio':
      return planAudio(media, settings, because);
    case 'video':
      return planVideo(media, name, settings, because);
  }
}

/** What the outside is told of a plan. */
export function summarizePlan(decided: Plan): PlanSummary {
  return { action: decided.action, reasons: decided.reasons };
}
