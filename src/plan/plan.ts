import type { ErrorFacts } from '../errors.js';
import type { Media } from '../inspect/inspect.js';
import type { PlanSummary } from '../job.js';
import type { Settings } from '../settings.js';
import { planAudio, type AudioPlan } from './plan-audio.js';
import { planDrawnVideo } from './plan-drawn-video.js';
import { planImage, type ImagePlan } from './plan-image.js';
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
      return planImage(media.label, media.image, name, settings, because);
    case 'audio': {
      const { seen, reasons } = chooseSound(media, settings);
      const decided =
        settings.audioAs === 'video'
          ? planDrawnVideo(seen, name, settings, because)
          : planAudio(seen, settings, because);
      return { ...decided, reasons: [...decided.reasons, ...reasons] };
    }
    case 'video': {
      const { seen, reasons } = chooseSound(media, settings);
      const decided = planVideo(seen, name, settings, because);
      if (decided.action === 'refuse') return decided;
      return { ...decided, reasons: [...decided.reasons, ...reasons] };
    }
  }
}

/** What the outside is told of a plan. */
export function summarizePlan(decided: Plan): PlanSummary {
  return { action: decided.action, reasons: decided.reasons };
}
