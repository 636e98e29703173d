import * as z from 'zod';
import { length, pictures, profile, sound, video } from './output-settings.js';
import { audience, pace, places } from './run-settings.js';
import { named, namedLists } from './setting-fields.js';

/** Every setting with its default, bounds and sentence: the one schema. */
export const settingsSchema = z.strictObject({
  ...{ ...audience, ...places, ...pace, ...profile, ...length, ...pictures, ...video, ...sound },
  audiences: namedLists('Lists of contacts by name, for participants'),
  profiles: named<Profile>('Settings of outputs by name, for profile'),
});

/** The settings that flags and variables have too, as people should read them. */
export const settingGroups = [
  { title: 'What is sent, to whom', fields: audience, isOfOutputs: false },
  { title: 'Where things are kept', fields: places, isOfOutputs: false },
  { title: 'How much at once, how fast, how long', fields: pace, isOfOutputs: false },
  { title: 'What an output is like', fields: profile, isOfOutputs: false },
  { title: 'What an output is like', fields: length, isOfOutputs: true },
  { title: 'Pictures', fields: pictures, isOfOutputs: true },
  { title: 'Video', fields: video, isOfOutputs: true },
  { title: 'Sound', fields: sound, isOfOutputs: true },
] as const;

/**
 * All settings, resolved: every value is there and within its bounds.
 * @useDeclaredType
 */
export type Settings = z.output<typeof settingsSchema>;

const outputSchema = z.object({ ...length, ...pictures, ...video, ...sound });
/**
 * Settings that change outputs, by one name: any of them.
 * @useDeclaredType
 */
export type Profile = Partial<z.output<typeof outputSchema>>;

/** Settings as a caller gives them, and what a config file holds: any subset. */
export type SettingsInput = Partial<Settings>;

/** What flags and variables set as well: one value by one name. */
export type SettingName = Exclude<keyof Settings, 'audiences' | 'profiles'>;
