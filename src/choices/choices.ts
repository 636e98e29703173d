import type { Root } from '../discover/discover.js';
import type { Input } from '../job.js';
import type { Settings } from '../settings.js';
import { createAwaitWritten } from './await-written.js';
import { checkChoices } from './check-choices.js';
import { choiceOf, type ChoicesOptions } from './choice-of.js';
import {
  foldersAbove,
  readFolderChoices,
  rememberCaptions,
  type FolderChoices,
} from './read-folder-choices.js';
import { settleChoice } from './settle-choice.js';

/** What is chosen for single files, by `captions.csv` or `.yaml` above them and `name.txt` beside. */
export interface Choices {
  /**
   * What holds for one input.
   * @throws StatuscastError `bad-settings` where what is chosen for it is wrong
   */
  readonly of: (input: Pick<Input, 'path' | 'relativePath'>) => Promise<Chosen>;
  /**
   * Looks at all that may speak for files of these roots, before any of them is used.
   * @param leaveOut absolute paths of folders of ours
   * @returns what is said of files that are not there, where folders are live: they may still come
   * @throws StatuscastError `bad-settings` with every fault of all files at once
   */
  readonly check: (
    roots: readonly Root[],
    leaveOut: readonly string[],
  ) => Promise<readonly string[]>;
}

export interface Chosen {
  /** The run's own object where nothing is chosen. */
  readonly settings: Settings;
  /** Where it says that the file is left out, such as `holiday/captions.csv, line 7`. */
  readonly leftOutBy: string | null;
}

/** Reading large folders that are live takes no more than a twentieth of the time. */
const KEPT_SHARE = 20;
const KEPT_MAX_MS = 1000;

interface Known {
  readonly found: Promise<FolderChoices>;
  untilMs: number;
}

export function createChoices(run: Settings, options: ChoicesOptions): Choices {
  const parse = rememberCaptions();
  const awaitWritten = createAwaitWritten(run.steadySeconds * 1000, options.signal);
  const known = new Map<string, Known>();
  const read = async (folder: string) => {
    const before = known.get(folder);
    if (before !== undefined && performance.now() < before.untilMs) return before.found;
    let begunMs = 0;
    const look = async (): Promise<FolderChoices> => {
      const fault = options.isLive === true ? await awaitWritten(folder) : null;
      begunMs = performance.now();
      if (fault !== null) return { captions: null, texts: new Map(), fault };
      return readFolderChoices(folder, parse);
    };
    const reading: Known = { found: look(), untilMs: Infinity };
    known.set(folder, reading);
    const found = await reading.found;
    if (options.isLive === true) {
      const keptMs = (performance.now() - begunMs) * KEPT_SHARE;
      reading.untilMs = performance.now() + Math.min(KEPT_MAX_MS, keptMs);
    }
    return found;
  };
  // Of the same folder as the file before, nearly always.
  let above: { folder: string; found: Promise<readonly FolderChoices[]> } | undefined;
  const readAbove = (folder: string) => {
    if (above?.folder !== folder || options.isLive === true) {
      above = { folder, found: Promise.all(foldersAbove(folder).map(read)) };
    }
    return above.found;
  };
  const reading = { ...options, run, read, readAbove };
  return {
    of: async (input) => {
      const choice = await choiceOf(input, reading);
      const leftOutBy = choice?.isLeftOut === true ? choice.where : null;
      const isChosen = choice !== null && leftOutBy === null;
      return { settings: isChosen ? settleChoice(run, choice) : run, leftOutBy };
    },
    check: (roots, leaveOut) => checkChoices(roots, leaveOut, reading),
  };
}
