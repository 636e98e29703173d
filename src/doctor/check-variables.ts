import { existsSync } from 'node:fs';
import path from 'node:path';
import { faultsIn } from '../errors.js';
import {
  CREDENTIAL_VARIABLES,
  credentialsFrom,
  isHostAlone,
  type Credentials,
} from '../green-api/credentials.js';
import { maskIdInstance } from '../green-api/redact.js';
import type { ResolvedSettings } from '../resolve-settings.js';
import { settingNames } from '../setting-names.js';
import type { Hosts } from './check-hosts.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';

/** The account in the environment, where it is whole. */
export function readAccount(env: NodeJS.ProcessEnv): Credentials | null {
  try {
    return credentialsFrom(env);
  } catch {
    return null; // told of by its own check
  }
}

/** The hosts in the environment, whatever else is there; null where one is no address. */
export function hostsIn(env: NodeJS.ProcessEnv): Hosts {
  const [apiUrl, mediaUrl] = ['GREEN_API_URL', 'GREEN_API_MEDIA_URL'].map((name) => {
    const value = valueOf(env, name);
    return /^https?:\/\//i.test(value) && URL.canParse(value) ? value : null;
  });
  return { apiUrl: apiUrl ?? null, mediaUrl: mediaUrl ?? null };
}

/** The settings of a call, and the config file that they were read from. */
export interface SettingsRead extends ResolvedSettings {
  /** As people are to see it; null where there is none. */
  readonly file: string | null;
}

/** Whether the settings can be read: those of the config file, the variables and the call. */
export function checkSettings(read: () => SettingsRead, env: NodeJS.ProcessEnv): Check {
  return {
    name: 'settings',
    look: async () => {
      try {
        return [ok(tellSettings(read(), env))];
      } catch (thrown) {
        return faultsIn(thrown).map((fault) => problem(fault, 'Correct it; see --help.'));
      }
    },
  };
}

function tellSettings({ file, originOf }: SettingsRead, env: NodeJS.ProcessEnv): string {
  const byFile = settingNames.filter((name) => originOf(name) === 'file');
  const byVariable = Object.keys(env).filter(
    (name) => name.startsWith('STATUSCAST_') && env[name] !== '',
  );
  const told = [
    // It may hold audiences and profiles alone.
    ...(file === null
      ? []
      : [byFile.length === 0 ? `${file} is read` : `set in ${file}: ${byFile.join(', ')}`]),
    ...(byVariable.length === 0 ? [] : [`set by variable: ${byVariable.join(', ')}`]),
  ];
  return told.length === 0 ? 'all as they come' : told.join('; ');
}

/** Whether the four variables of the account are there and look like what they are for. */
export function checkAccountVariables(env: NodeJS.ProcessEnv): Check {
  return {
    name: 'account',
    look: async () => {
      const missing = CREDENTIAL_VARIABLES.filter((name) => valueOf(env, name) === '');
      const strange = Object.keys(env)
        .filter((name) => name.startsWith('GREEN_API_') && !CREDENTIAL_VARIABLES.includes(name))
        .map((name) =>
          warning(`there is no variable ${name}`, `There are ${CREDENTIAL_VARIABLES.join(', ')}.`),
        );
      const faults = [...(missing.length === 0 ? [] : [tellMissing(missing)]), ...faultsOf(env)];
      const id = maskIdInstance(valueOf(env, 'GREEN_API_ID_INSTANCE'));
      const fine = ok(`the four variables are set, for instance ${id}`);
      return [...(faults.length === 0 ? [fine] : faults), ...strange];
    },
  };
}

function tellMissing(missing: readonly string[]): Found {
  const file = path.resolve('.env');
  const there = existsSync(file)
    ? `${file} does not set them either`
    : `there is no ${file} either`;
  return problem(
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set, and ${there}`,
    'Copy all four from the GREEN-API console into .env here; without an account, try --sandbox.',
  );
}

function faultsOf(env: NodeJS.ProcessEnv): readonly Found[] {
  return [
    ...['GREEN_API_URL', 'GREEN_API_MEDIA_URL'].flatMap((name) =>
      faultsOfUrl(name, valueOf(env, name)),
    ),
    ...faultsOfId(valueOf(env, 'GREEN_API_ID_INSTANCE')),
    ...faultsOfToken(valueOf(env, 'GREEN_API_TOKEN')),
  ];
}

/** Of this computer alone: nothing travels that somebody could read. */
const OWN_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

function faultsOfUrl(name: string, value: string): readonly Found[] {
  if (value === '') return [];
  const like = `It is to be like https://${name === 'GREEN_API_URL' ? 'api' : 'media'}.green-api.com.`;
  if (!/^https?:\/\//i.test(value)) return [problem(`${name} does not begin with https://`, like)];
  if (!URL.canParse(value)) return [problem(`${name} is no address`, like)];
  const { protocol, hostname } = new URL(value);
  return [
    // Not shown: whoever copies a whole address copies the token with it.
    ...(isHostAlone(value)
      ? []
      : [problem(`${name} is the address of a call, and is to be that of a host`, like)]),
    ...(protocol === 'https:' || OWN_HOSTS.includes(hostname)
      ? []
      : [warning(`${name} is http: the token travels unencrypted`, 'Let it begin with https://.')]),
  ];
}

function faultsOfId(value: string): readonly Found[] {
  if (value === '' || /^\d{1,20}$/.test(value)) return [];
  return [
    problem(
      'GREEN_API_ID_INSTANCE is not made of digits alone',
      'Copy idInstance from the GREEN-API console: it is a number such as 7105000001.',
    ),
  ];
}

/** Those of GREEN-API have 50. */
const TOKEN_LEAST_LENGTH = 40;

function faultsOfToken(value: string): readonly Found[] {
  const advice = 'Copy apiTokenInstance from the GREEN-API console, whole.';
  if (value === '') return [];
  if (!/^[\w-]+$/.test(value)) {
    return [problem('GREEN_API_TOKEN holds more than letters and digits', advice)];
  }
  if (value.length >= TOKEN_LEAST_LENGTH) return [];
  return [warning(`GREEN_API_TOKEN has only ${value.length} characters`, advice)];
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string {
  return env[name]?.trim() ?? '';
}
