import { Option, type Command } from 'commander';
import {
  CONFIG_VARIABLE,
  readEnvironment,
  settingsFromEnvironment,
} from '../config/environment.js';
import { findConfig, readConfig } from '../config/read-config.js';
import { faultsIn, StatuscastError } from '../errors.js';
import {
  resolveSettings,
  type ResolvedSettings,
  type SettingsSource,
} from '../resolve-settings.js';
import { flagOf, guess, listSettings, settingNames, type Setting } from '../setting-names.js';

/** Gives a command a flag for each setting that it has a use for, `--config` and `--json`. */
export function addSettings(command: Command, isUsed: (setting: Setting) => boolean): Command {
  // Unknown flags are told of together with bad values.
  command
    .allowUnknownOption()
    .allowExcessArguments()
    .option('--config <FILE>', 'Settings from this file, not from statuscast.config.* here')
    .option('--json', 'Print one JSON object a line on standard output and nothing else');
  for (const setting of listSettings().filter(isUsed)) {
    command.addOption(optionOf(setting));
    if (setting.type === 'boolean') command.addOption(new Option(oppositeOf(setting)).hideHelp());
  }
  return command;
}

/** Takes back what a config file or a variable says of a switch. */
function oppositeOf({ name, default: isOn }: Setting): string {
  return flagOf(name, isOn !== true);
}

function optionOf(setting: Setting): Option {
  const flags = setting.type === 'boolean' ? setting.flag : `${setting.flag} <${setting.unit}>`;
  const shown = String(setting.default);
  const fallback = shown === '' || setting.type === 'boolean' ? '' : ` (default: ${shown})`;
  const about = setting.default === true ? `Turn off: ${setting.about}` : setting.about;
  return new Option(flags, `${about}${fallback}`).helpGroup(`${setting.group}:`);
}

/** What a call says, all sources together. */
export interface ReadCall extends ResolvedSettings {
  readonly env: NodeJS.ProcessEnv;
  /** Which of the variables come from a .env here. */
  readonly dotenv: NodeJS.ProcessEnv;
  /** The config file, as faults name it; null where there is none. */
  readonly file: string | null;
}

/**
 * The config file, the variables of .env and of the environment, then flags.
 * @throws StatuscastError `bad-settings` with every fault of all, and every unknown flag, at once
 */
export async function readCall(command: Command): Promise<ReadCall> {
  const environment = readEnvironment();
  const variables = settingsFromEnvironment(environment);
  const faults = [...faultsOfWords(command), ...variables.faults];
  const sources: SettingsSource[] = [...variables.sources, sourceOfFlags(command)];
  let file: string | null = null;
  try {
    const given: unknown = command.opts()['config'] ?? environment.env[CONFIG_VARIABLE];
    file = typeof given === 'string' && given !== '' ? given : await findConfig('.');
    if (file !== null) sources.unshift(await readConfig(file));
  } catch (thrown) {
    faults.push(...faultsIn(thrown));
  }
  try {
    const resolved = resolveSettings(...sources);
    if (faults.length === 0) return { ...resolved, ...environment, file };
  } catch (thrown) {
    faults.push(...faultsIn(thrown));
  }
  throw new StatuscastError({ code: 'bad-settings', faults });
}

function sourceOfFlags(command: Command): SettingsSource {
  const names = new Set<string>(settingNames);
  // A switch that is on by default is `true` in the options unless it is turned off.
  const given = Object.entries(command.opts()).filter(
    ([name]) => names.has(name) && command.getOptionValueSource(name) === 'cli',
  );
  return { origin: 'flag', naming: 'flag', where: '', values: Object.fromEntries(given) };
}

const CREDENTIALS = /^--?(green-?api|(api-?)?token|(id-?)?instance|(api|media)-?url)/i;

/** What is not taken: what looks like a flag and was none, and any word where none is expected. */
function faultsOfWords(command: Command): readonly string[] {
  const words = process.argv.slice(2);
  const end = words.indexOf('--');
  // Behind `--` everything is a path.
  const before = new Set(end === -1 ? words : words.slice(0, end));
  const known = command.options.map(({ long }) => long ?? '');
  return command.args.flatMap((word) => {
    if (!/^-./.test(word) || !before.has(word)) {
      return command.registeredArguments.length > 0 ? [] : [`"${word}" is not expected here`];
    }
    const flag = word.replace(/=[^]*/, '');
    if (known.includes(flag)) return [tellSwitch(flag, known)];
    // No value is told of: it may be the token.
    return CREDENTIALS.test(flag)
      ? [
          `there is no option ${flag}, since options show in process lists: the account comes from ` +
            'GREEN_API_… in the environment or in .env',
        ]
      : [`there is no option ${flag}${guess(flag, known)}`];
  });
}

function tellSwitch(flag: string, known: readonly string[]): string {
  const opposite = flag.startsWith('--no-') ? flag.replace('no-', '') : flag.replace('--', '--no-');
  const other = known.includes(opposite) ? `; ${opposite} is its opposite` : '';
  return `${flag} is a switch and takes no value${other}`;
}
