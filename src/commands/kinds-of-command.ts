import type { Command } from 'commander';
import type { Setting } from '../setting-names.js';
import type { SettingName } from '../settings.js';

/** Gives a command a flag for each setting that it has a use for. */
type AddSettings = (command: Command, isUsed: (setting: Setting) => boolean) => Command;

/** Settings that no other command that runs files has a use for, and those that a watch has none for. */
const OF_WATCH: readonly SettingName[] = ['steadySeconds'];
const NOT_OF_WATCH: readonly SettingName[] = ['confirm', 'confirmWaitMs'];

/** What makes commands that are alike: they take the same arguments, and choose settings alike. */
export function kindsOfCommand(program: Command, addSettings: AddSettings) {
  return {
    /**
     * A command that runs files: every setting that it has a use for. `plan` takes all of `send`, so
     * that a call can be tried by another word.
     */
    addRun: (name: 'send' | 'watch' | 'prepare' | 'plan', description: string): Command => {
      const isWatch = name === 'watch';
      const command = program.command(name).description(description);
      if (isWatch)
        command.argument('<folders...>', 'folders; what is in their sub-folders as well');
      else {
        command.argument(
          '<paths...>',
          'files and folders; a folder is walked with its sub-folders',
        );
      }
      if (name !== 'plan') {
        command.option('--plain', 'Print a line for each file, also on a terminal');
      }
      const unused = isWatch ? NOT_OF_WATCH : OF_WATCH;
      return addSettings(command, (setting) => {
        const isInScope = name !== 'prepare' || setting.scope === 'prepare';
        return isInScope && !unused.includes(setting.name);
      });
    },
    /** A command about what was posted before: the settings that are named, and `state`. */
    addAfter: (name: string, description: string, ...settings: readonly SettingName[]): Command => {
      const command = program.command(name).description(description);
      const names = new Set<SettingName>(['state', ...settings]);
      return addSettings(command, (setting) => names.has(setting.name));
    },
  };
}
