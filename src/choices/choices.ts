import type { Root } from '../discover/discover.js';
import type { Input } from '../job.js';
import type { Settings } from '../settings.js';
import { checkChoices } from './check-choices.js';
import { choiceOf, type ChoicesOptions } from './choice-of.js';
import { readFolderChoices, rememberCaptions, type FolderChoices } from './read-folder-choices.js';
import { settleChoice } from './settle-choice.js';

/** What is chosen for single files, by `captions.csv` or `.yaml` above them and `name.txt` beside. */
export interface Choices {
  /**
   * What holds for one input.
   * @throws StatuscastError `bad-settings` where what is chosen for it is wrong
   */
  readonly of: (input: Pick<Input, 'path'>) => Promise<Chosen>;
  /**
   * Looks at all that may speak for files of these roots, before any of them is used.
   * @param leaveOut absolute paths of folders of ours
   * @throws StatuscastError `bad-settings` with every fault of all files at once
   */
  readonly check: (roots: readonly Root[], leaveOut: readonly string[]) => Promise<void>;
}

export interface Chosen {
  /** The run's own object where nothing is chosen. */
  readonly settings: Settings;
  /** Where it says that the file is left out, such as `holiday/captions.csv, line 7`. */
  readonly leftOutBy: string | null;
}

export function createChoices(run: Settings, options: ChoicesOptions): Choices {
  const parse = rememberCaptions();
  const known = new Map<string, Promise<FolderChoices>>();
  const read = (folder: string) => {
    const before = options.isLive === true ? undefined : known.get(folder);
    const found = before ?? readFolderChoices(folder, parse);
    if (options.isLive !== true) known.set(folder, found);
    return found;
  };
  const reading = { ...options, run, read };
  return {
    of: async ({ path: file }) => {
      const choice = await choiceOf(file, reading);
      const leftOutBy = choice?.isLeftOut === true ? choice.where : null;
      const isChosen = choice !== null && leftOutBy === null;
      return { settings: isChosen ? settleChoice(run, choice) : run, leftOutBy };
    },
    check: (roots, leaveOut) => checkChoices(roots, leaveOut, reading),
  };
}
