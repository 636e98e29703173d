import { closestMatch } from 'leven';
import { settingFacts, type SettingFacts } from './setting-fields.js';
import { settingGroups, settingsSchema, type SettingName, type Settings } from './settings.js';

export interface Setting extends SettingFacts {
  readonly name: SettingName;
  /** `--send-timeout-ms`, or `--no-…` for a switch that is on by default. */
  readonly flag: string;
  /** `STATUSCAST_SEND_TIMEOUT_MS` */
  readonly variable: string;
  readonly default: Settings[SettingName];
  /** What it is about, with others: a heading. */
  readonly group: string;
}

/** The settings as a list, in the order in which people should read them. */
export function listSettings(): readonly Setting[] {
  const defaults = settingsSchema.parse({});
  return settingGroups.flatMap(({ title, fields }) =>
    settingNames
      .filter((name) => name in fields)
      .map((name) => ({
        name,
        flag: flagOf(name, defaults[name]),
        variable: variableOf(name),
        default: defaults[name],
        group: title,
        ...factsOf(name),
      })),
  );
}

export const settingNames: readonly SettingName[] = settingsSchema
  .omit({
    audiences: true,
    profiles: true,
  })
  .keyof().options;

export function factsOf(name: SettingName): SettingFacts {
  const known = settingFacts.get(settingsSchema.shape[name]);
  if (known === undefined) throw new Error(`the setting ${name} has no facts`);
  return known;
}

export function flagOf(name: string, value?: Settings[SettingName]): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return value === true ? `--no-${kebab}` : `--${kebab}`;
}

export function variableOf(name: string): string {
  return `STATUSCAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

export function isOfOutputs(name: SettingName): boolean {
  return settingGroups.some((group) => group.isOfOutputs && name in group.fields);
}

/** What to add where a name does not exist but is close to one that does. */
export function guess(name: string, names: readonly string[]): string {
  const nearest = closestMatch(name, names, { maxDistance: Math.ceil(name.length / 4) });
  return nearest === undefined ? '' : ` (is it ${nearest}?)`;
}
