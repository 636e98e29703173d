import type { Media } from '../inspect/inspection.js';
import type { Estimate } from '../job.js';
import type { Plan } from './plan.js';

export function estimate(_plan: Plan, _media: Media): Estimate {
  return { bytes: 0, seconds: 0 };
}
