import type { SettingsInput } from '../settings.js';

/**
 * The settings of a `statuscast.config.ts` or `.js`, with their types: `export default
 * defineConfig({ … })`. Gives back what it gets.
 */
export function defineConfig(config: SettingsInput): SettingsInput {
  return config;
}
