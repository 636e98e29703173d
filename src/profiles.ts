import type { Profile } from './settings.js';

/** Profiles that are always there; those of a config file may have the same names, and win. */
export const BUILT_IN_PROFILES: Readonly<Record<string, Profile>> = {
  default: {},
  small: {
    imageMaxWidth: 720,
    imageQuality: 75,
    videoMaxLongSide: 854,
    videoMaxShortSide: 480,
    videoCrf: 27,
    videoPreset: 'medium',
    audioBitrateKbps: 64,
  },
  fine: {
    imageQuality: 95,
    videoCrf: 18,
    videoPreset: 'slow',
    audioBitrateKbps: 192,
  },
};
