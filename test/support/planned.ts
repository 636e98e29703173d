import type { ErrorFacts } from '../../src/errors.js';
import type { Media } from '../../src/inspect/inspection.js';
import { plan, type Plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';

/** The plan for what must not be refused. */
export function planned(media: Media, settings: SettingsInput = {}): Plan {
  const decided = plan(media, 'file', createSettings(settings));
  if (decided.action === 'refuse') throw new Error(JSON.stringify(decided.error));
  return decided;
}

/** Why it was refused, which it must be. */
export function refused(media: Media, settings: SettingsInput = {}): ErrorFacts {
  const decided = plan(media, 'file', createSettings(settings));
  if (decided.action !== 'refuse') throw new Error(`it is planned: ${decided.action}`);
  return decided.error;
}
