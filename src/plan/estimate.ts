import type { Media } from '../inspect/inspection.js';
import type { Estimate } from '../job.js';
import { estimateImage } from './estimate-image.js';
import { copiedBytes, lengthOf, workOnSound } from './estimate-time.js';
import { estimateVideo } from './estimate-video.js';
import type { Plan } from './plan.js';
import type { AudioPlan } from './plan-audio.js';
import type { Timed } from './plan-parts.js';

// All figures of work are processor seconds of one core, ffprobe's looks included, measured in
// November 2026 on an x86-64 server with the bundled ffmpeg of 2018, over 223 files; those of
// pictures and clips were fitted to the relative error. `npm run bench:estimates -- DIR` measures
// them against another folder or on another machine.

/** Starting ffmpeg once, and ffprobe twice. */
const START_SECONDS = 0.23;

/** What carrying out a plan is expected to take and to give. Pure, and as rough as it says. */
export function estimate(plan: Plan, media: Media): Estimate {
  switch (plan.kind) {
    case 'image':
      return media.type === 'image' ? estimateImage(plan, media) : NOTHING;
    case 'audio':
      return media.type === 'image' ? NOTHING : estimateSound(plan, media);
    case 'video':
      return media.type === 'image' ? NOTHING : estimateVideo(plan, media, START_SECONDS);
  }
}

/** No plan is made of another kind of media. */
const NOTHING: Estimate = { bytes: 0, seconds: 0 };

function estimateSound({ action, sound, ...place }: AudioPlan, media: Timed): Estimate {
  if (action === 'keep') return { bytes: media.media.bytes, seconds: START_SECONDS };
  const seconds = lengthOf(place);
  if (sound.action === 'encode') {
    const bytes = (sound.bitrateKbps * 1000 * seconds) / 8;
    return { bytes: Math.round(bytes), seconds: START_SECONDS + workOnSound(sound, seconds) };
  }
  return { bytes: copiedBytes(media, seconds), seconds: START_SECONDS };
}
