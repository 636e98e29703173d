import * as z from 'zod';
import { StatuscastError } from './errors.js';
import type { Kind } from './job.js';
import {
  findParticipants,
  isEverybody,
  readAudiences,
  splitEntries,
  type Audiences,
} from './participants.js';
import { BUILT_IN_PROFILES } from './profiles.js';
import { factsOf, flagOf, guess, isOfOutputs, settingNames, variableOf } from './setting-names.js';
import { settingsSchema, type SettingName, type Settings, type SettingsInput } from './settings.js';

/** Where a value comes from. */
export type Origin = 'default' | 'profile' | 'file' | '.env' | 'environment' | 'flag' | 'caller';

/** A caption is one or the other: where both are set, the one nearer to the call holds. */
const CAPTIONS = ['caption', 'captionTemplate'] as const;

/** Values from one place. A value may be text where another type is meant. */
export interface SettingsSource {
  readonly origin: Origin;
  /** How a setting is called there. */
  readonly naming: 'variable' | 'flag' | 'name';
  /** What stands before that name in a fault, such as `captions.csv, line 7: `. */
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ResolvedSettings {
  readonly settings: Settings;
  readonly originOf: (name: SettingName) => Origin;
}

/**
 * The sources, merged and checked, later ones winning; below them all the profile that they choose.
 * Settings that are resolved already may be a source as well: those of a run, say, before what is
 * chosen for one of its files.
 * @throws StatuscastError `bad-settings` with every fault at once, each by its name where it stands
 */
export function resolveSettings(...given: readonly SettingsSource[]): ResolvedSettings {
  const faults: string[] = [];
  for (const source of given) {
    if (CAPTIONS.every((name) => isSet(source, name))) {
      const [one, other] = CAPTIONS.map((name) => labelOf(name, merge([source])));
      faults.push(`${one} and ${other} are both set: keep one of them`);
    }
  }
  const direct = merge(given);
  const profiles = given.flatMap((source) => readProfiles(source, faults));
  const profile = chooseProfile(direct, profiles, faults);
  const merged = merge([...profile, ...given]);

  const { country, participants } = merged.values;
  const code = typeof country === 'string' ? country : '';
  const audiences: Record<string, readonly string[]> = {};
  for (const { where, values } of given) {
    const read = readAudiences(values['audiences'], code);
    faults.push(...read.faults.map((fault) => `${where}${fault}`));
    Object.assign(audiences, read.audiences);
  }
  const contacts = readParticipants(participants, code, audiences);
  faults.push(...contacts.faults.map((fault) => `${labelOf('participants', merged)}: ${fault}`));

  const parsed = settingsSchema.safeParse({
    ...merged.values,
    ...{ participants: contacts.participants, audiences },
    profiles: Object.fromEntries(profiles.map(({ name, values }) => [name, values])),
  });
  faults.push(...(parsed.error?.issues ?? []).flatMap((issue) => faultsOf(issue, merged)));
  if (!parsed.success || faults.length > 0) {
    throw new StatuscastError({ code: 'bad-settings', faults: [...new Set(faults)] });
  }
  return {
    settings: parsed.data,
    originOf: (name) => merged.sourceOf.get(name)?.origin ?? 'default',
  };
}

/**
 * All settings, from those that a caller cares about.
 * @throws StatuscastError `bad-settings`
 */
export function createSettings(values: SettingsInput = {}): Settings {
  return resolveSettings({ origin: 'caller', naming: 'name', where: '', values }).settings;
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
      .map((name) => {
        const isDefault = settings[name] === defaults[name];
        return [name, (isDefault ? factsOf(name).keyedAs : null) ?? settings[name]];
      }),
  );
}

interface Merged {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sourceOf: ReadonlyMap<string, SettingsSource>;
}

function merge(sources: readonly SettingsSource[]): Merged {
  const values: Record<string, unknown> = {};
  const sourceOf = new Map<string, SettingsSource>();
  for (const source of sources) {
    // No caption is a choice as well: it takes a template away.
    if (source.values['caption'] !== undefined || isSet(source, 'captionTemplate')) {
      for (const name of CAPTIONS) {
        delete values[name];
        sourceOf.delete(name);
      }
    }
    for (const [name, value] of Object.entries(source.values)) {
      // `$schema` is for editors.
      if (value === undefined || name === '$schema') continue;
      values[name] = value;
      sourceOf.set(name, source);
    }
  }
  return { values, sourceOf };
}

function isSet({ values }: SettingsSource, name: string): boolean {
  return values[name] !== undefined && values[name] !== '';
}

interface OwnProfile extends SettingsSource {
  readonly name: string;
}

const record = z.record(z.string(), z.unknown());

/** The profiles that a source holds, also those that are not chosen, with what is wrong in them. */
function readProfiles(source: SettingsSource, faults: string[]): readonly OwnProfile[] {
  const { where } = source;
  const profiles = record.safeParse(source.values['profiles'] ?? {});
  if (!profiles.success) {
    faults.push(`${where}profiles must be settings of outputs by name`);
    return [];
  }
  return Object.entries(profiles.data).flatMap(([name, given]) => {
    const { data: values } = record.safeParse(given);
    if (values === undefined) {
      faults.push(`${where}profiles.${name} must be settings of outputs`);
      return [];
    }
    const inside = `${where}profiles.${name}.`;
    const own = { name, origin: 'profile', naming: 'name', where: inside, values } as const;
    for (const other of settingNames.filter((known) => known in values && !isOfOutputs(known))) {
      faults.push(`${inside}${other} changes no output, so no profile can set it`);
    }
    const { error } = settingsSchema.safeParse(values);
    for (const issue of error?.issues ?? []) faults.push(...faultsOf(issue, merge([own])));
    return [own];
  });
}

function chooseProfile(
  direct: Merged,
  own: readonly OwnProfile[],
  faults: string[],
): readonly SettingsSource[] {
  const name = direct.values['profile'] ?? 'default';
  if (typeof name !== 'string') return [];
  const chosen = own.findLast((profile) => profile.name === name);
  if (chosen !== undefined) return [chosen];
  const values = new Map(Object.entries(BUILT_IN_PROFILES)).get(name);
  if (values !== undefined) return [{ origin: 'profile', naming: 'name', where: '', values }];
  const names = [...new Set([...Object.keys(BUILT_IN_PROFILES), ...own.map((each) => each.name)])];
  const label = labelOf('profile', direct);
  faults.push(
    `${label}: there is no profile "${name}"${guess(name, names)}, only ${names.join(', ')}`,
  );
  return [];
}

function readParticipants(given: unknown, country: string, audiences: Audiences) {
  const { data: list } = z.array(z.string()).safeParse(given);
  const entries = typeof given === 'string' ? splitEntries(given) : list;
  // A text without any must not mean everybody; what is neither is told of by the schema.
  if (entries === undefined || (typeof given === 'string' && entries.length === 0)) {
    return { participants: given, faults: [] };
  }
  if (isEverybody(entries)) return { participants: [], faults: [] };
  return findParticipants(entries, { country, audiences });
}

function labelOf(name: string, { sourceOf }: Merged): string {
  const { naming = 'name', where = '' } = sourceOf.get(name) ?? {};
  switch (naming) {
    case 'variable':
      return `${where}${variableOf(name)}`;
    case 'flag':
      return flagOf(name);
    case 'name':
      return `${where}${name}`;
  }
}

/** What an account is made of, by the names that people may give it. */
const CREDENTIALS = /token|instance|credential|^(green|api_?|media_?)(url|_?api)/i;

const SHOWN_MAX_LENGTH = 200;

function faultsOf(issue: z.core.$ZodIssue, merged: Merged): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      CREDENTIALS.test(key)
        ? `${labelOf(key, merged)} has no place here: the account comes from GREEN_API_URL, GREEN_API_MEDIA_URL, GREEN_API_ID_INSTANCE and GREEN_API_TOKEN in the environment or in .env`
        : `${labelOf(key, merged)} is no setting${guess(key, settingsSchema.keyof().options)}`,
    );
  }
  const name = settingNames.find((known) => known === issue.path[0]);
  if (name === undefined) return [issue.message];
  const value = merged.values[name];
  const isLong = typeof value === 'string' && value.length > SHOWN_MAX_LENGTH;
  const shown = isLong ? `one of ${value.length} characters` : JSON.stringify(value);
  return [`${labelOf(name, merged)} must be ${factsOf(name).expects}, not ${shown}`];
}
