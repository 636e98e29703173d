import { Option, type Command } from 'commander';
import { StatuscastError, toStatuscastError } from '../errors.js';
import {
  listSettings,
  resolveSettings,
  settingsFromVariables,
  type Setting,
} from '../resolve-settings.js';
import type { Settings } from '../settings.js';

/** Gives a command a flag for each setting that it has a use for, and `--json`. */
export function addSettings(command: Command, isUsed: (setting: Setting) => boolean): Command {
  // Unknown flags are told of together with bad values.
  command
    .allowUnknownOption()
    .option('--json', 'Print one JSON object a line on standard output and nothing else');
  for (const setting of listSettings().filter(isUsed)) command.addOption(optionOf(setting));
  return command;
}

function optionOf(setting: Setting): Option {
  const flags = setting.type === 'boolean' ? setting.flag : `${setting.flag} <${setting.unit}>`;
  const shown = String(setting.default);
  const fallback = shown === '' || setting.type === 'boolean' ? '' : ` (default: ${shown})`;
  const about = setting.default === true ? `Turn off: ${setting.about}` : setting.about;
  return new Option(flags, `${about}${fallback}`);
}

/**
 * Variables, then flags.
 * @throws StatuscastError `bad-settings` with every fault of both, and every unknown flag, at once
 */
export function readSettings(command: Command, env: NodeJS.ProcessEnv): Settings {
  const faults = unknownFlags(command).map((flag) => `there is no option ${flag}`);
  const names = new Set<string>(listSettings().map(({ name }) => name));
  try {
    // A switch that is on by default is `true` in the options unless it is turned off.
    const given = Object.fromEntries(
      Object.entries(command.opts()).filter(
        ([name]) => names.has(name) && command.getOptionValueSource(name) === 'cli',
      ),
    );
    const settings = resolveSettings(settingsFromVariables(env), { naming: 'flag', values: given });
    if (faults.length === 0) return settings;
  } catch (thrown) {
    const { facts } = toStatuscastError(thrown);
    if (facts.code !== 'bad-settings') throw thrown;
    faults.push(...facts.faults);
  }
  throw new StatuscastError({ code: 'bad-settings', faults });
}

/** What looks like a flag and was none; behind `--` everything is a path. */
function unknownFlags(command: Command): readonly string[] {
  const words = process.argv.slice(2);
  const end = words.indexOf('--');
  const before = new Set(end === -1 ? words : words.slice(0, end));
  return command.args.filter((word) => /^-./.test(word) && before.has(word));
}
