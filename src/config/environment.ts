import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { decodeText } from '../decode-text.js';
import { messageOf, StatuscastError } from '../errors.js';
import type { SettingsSource } from '../resolve-settings.js';
import { guess, settingNames, variableOf } from '../setting-names.js';

export interface Environment {
  /** A .env beside the call, and over it what is set outside. */
  readonly env: NodeJS.ProcessEnv;
  /** What only the .env sets. */
  readonly dotenv: NodeJS.ProcessEnv;
}

/** A .env beside the call counts as environment; what is set outside, and not to nothing, wins. */
export function readEnvironment(): Environment {
  const inFile = readDotenv();
  const dotenv = Object.fromEntries(
    Object.entries(inFile).filter(([name]) => (process.env[name] ?? '') === ''),
  );
  return { dotenv, env: { ...process.env, ...dotenv } };
}

function readDotenv(): NodeJS.Dict<string> {
  let bytes;
  try {
    bytes = readFileSync('.env');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    // A folder may be called so, too.
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    const faults = [`.env cannot be read: ${messageOf(cause)}`];
    throw new StatuscastError({ code: 'bad-settings', faults }, { cause });
  }
  const text = decodeText(bytes);
  if (text !== null) return parseEnv(text);
  const faults = ['.env is no UTF-8: save it again with the encoding UTF-8 in an editor'];
  throw new StatuscastError({ code: 'bad-settings', faults });
}

/** Names the config file, as `--config` does. */
export const CONFIG_VARIABLE = 'STATUSCAST_CONFIG';

/** The settings that the environment holds by their `STATUSCAST_` names, and what is misspelt. */
export function settingsFromEnvironment({ env, dotenv }: Environment): {
  readonly sources: readonly SettingsSource[];
  readonly faults: readonly string[];
} {
  const isFromFile = (name: string) => dotenv[name] !== undefined;
  const valuesOf = (isWanted: (variable: string) => boolean) =>
    Object.fromEntries(
      settingNames
        .map((name) => [name, variableOf(name)] as const)
        .filter(([, variable]) => isWanted(variable) && (env[variable] ?? '') !== '')
        .map(([name, variable]) => [name, env[variable]]),
    );
  const known = [...settingNames.map(variableOf), CONFIG_VARIABLE];
  const faults = Object.keys(env)
    .filter((name) => name.startsWith('STATUSCAST_') && !known.includes(name))
    .map((name) => {
      const where = isFromFile(name) ? '.env: ' : '';
      return `${where}there is no variable ${name}${guess(name, known)}`;
    });
  const file = { origin: '.env', naming: 'variable', where: '.env: ' } as const;
  const outside = { origin: 'environment', naming: 'variable', where: '' } as const;
  return {
    sources: [
      { ...file, values: valuesOf(isFromFile) },
      { ...outside, values: valuesOf((variable) => !isFromFile(variable)) },
    ],
    faults,
  };
}
