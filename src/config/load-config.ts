import { resolveSettings } from '../resolve-settings.js';
import type { Settings, SettingsInput } from '../settings.js';
import { findConfig, readConfig } from './read-config.js';

/** Where the config file is, and what is set over it. */
export interface ConfigOptions {
  /** Where `statuscast.config.{ts,js,json,yaml}` is looked for. Default: the working directory. */
  readonly folder?: string;
  /** The config file itself; it must be there. */
  readonly file?: string;
  /** Settings that win over those of the file: an audience of it, for instance, or a profile. */
  readonly settings?: SettingsInput;
}

/**
 * The settings of a config file, with the profile that they choose; the defaults where there is no
 * such file. Neither the environment nor `.env` is read.
 * @throws StatuscastError `bad-settings` with every fault, each with its file and key
 */
export async function loadConfig(options: ConfigOptions = {}): Promise<Settings> {
  const { folder = process.cwd(), settings: values = {} } = options;
  const file = options.file ?? (await findConfig(folder));
  const sources = file === null ? [] : [await readConfig(file)];
  const own = { origin: 'caller', naming: 'name', where: '', values } as const;
  return resolveSettings(...sources, own).settings;
}
