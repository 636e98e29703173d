import type { z } from 'zod';
import { StatuscastError } from './errors.js';
import type { Kind } from './job.js';
import { settingFacts, type SettingFacts } from './setting-fields.js';
import { settingsSchema, type SettingName, type Settings, type SettingsInput } from './settings.js';

export interface Setting extends SettingFacts {
  readonly name: SettingName;
  /** `--send-timeout-ms`, or `--no-…` for a switch that is on by default. */
  readonly flag: string;
  /** `STATUSCAST_SEND_TIMEOUT_MS` */
  readonly variable: string;
  readonly default: Settings[SettingName];
}

/** The settings as a list, in the order in which people should read them. */
export function listSettings(): readonly Setting[] {
  const defaults = settingsSchema.parse({});
  return settingNames.map((name) => ({
    name,
    flag: flagOf(name, defaults[name]),
    variable: variableOf(name),
    default: defaults[name],
    ...factsOf(name),
  }));
}

/** Values from one place, later places winning: variables, then flags, or what a caller gives. */
export interface SettingsSource {
  /** How a fault in it is named: `variable`, `flag`, or the bare name. */
  readonly naming: 'variable' | 'flag' | 'name';
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The sources, merged and checked. A value may be text where another type is meant, since
 * variables and flags are text.
 * @throws StatuscastError `bad-settings` with every fault at once, each with the option's name.
 */
export function resolveSettings(...sources: readonly SettingsSource[]): Settings {
  const values: Record<string, unknown> = {};
  const naming = new Map<string, SettingsSource['naming']>();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source.values)) {
      if (value === undefined) continue;
      values[name] = value;
      naming.set(name, source.naming);
    }
  }
  const parsed = settingsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new StatuscastError({
    code: 'bad-settings',
    faults: [...new Set(parsed.error.issues.flatMap((issue) => faultsOf(issue, values, naming)))],
  });
}

/**
 * All settings, from those that a caller cares about.
 * @throws StatuscastError `bad-settings`
 */
export function createSettings(values: SettingsInput = {}): Settings {
  return resolveSettings({ naming: 'name', values });
}

/** The settings that the environment holds, by their `STATUSCAST_` names. */
export function settingsFromVariables(env: NodeJS.ProcessEnv): SettingsSource {
  const values: Record<string, string> = {};
  for (const name of settingNames) {
    const value = env[variableOf(name)];
    if (value !== undefined && value !== '') values[name] = value;
  }
  return { naming: 'variable', values };
}

/** The settings that change the bytes of an output of this kind: part of a status's identity. */
export function outputSettings(settings: Settings, kind: Kind): Readonly<Record<string, unknown>> {
  const defaults = settingsSchema.parse({});
  return Object.fromEntries(
    settingNames
      .filter((name) => {
        const { affects, affectsLater } = factsOf(name);
        return (
          affects.includes(kind) ||
          (affectsLater.includes(kind) && settings[name] !== defaults[name])
        );
      })
      .map((name) => [name, settings[name]]),
  );
}

const settingNames: readonly SettingName[] = settingsSchema.keyof().options;

function factsOf(name: SettingName): SettingFacts {
  const known = settingFacts.get(settingsSchema.shape[name]);
  if (known === undefined) throw new Error(`the setting ${name} has no facts`);
  return known;
}

function flagOf(name: SettingName, value: Settings[SettingName]): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return value === true ? `--no-${kebab}` : `--${kebab}`;
}

function variableOf(name: SettingName): string {
  return `STATUSCAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function faultsOf(
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  naming: ReadonlyMap<string, SettingsSource['naming']>,
): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `there is no setting ${key}`);
  }
  const name = settingNames.find((known) => known === issue.path[0]);
  if (name === undefined) return [issue.message];
  const labels = { variable: variableOf(name), flag: flagOf(name, ''), name };
  const label = labels[naming.get(name) ?? 'name'];
  return [`${label} must be ${factsOf(name).expects}, not ${JSON.stringify(values[name])}`];
}
