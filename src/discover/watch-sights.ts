import { realpath, stat } from 'node:fs/promises';
import type { Input } from '../job.js';
import { comparePaths, sightOf, type Root } from './discover.js';
import { leadsOut } from './leads-out.js';
import { findWritten, hasLockFile, isUnfinished } from './watch-locks.js';

/** A file as it was seen last. */
export interface Sight {
  readonly root: Root;
  readonly input: Input;
  /** Since when it is so. */
  readonly sinceMs: number;
  /** Not to be looked at before. */
  readonly dueMs: number;
  readonly state: 'open' | 'under-way' | 'held' | 'done';
  /** How it was when it was taken. */
  readonly taken: string | null;
  /** How often it was taken in vain. */
  readonly tries: number;
}

/** The files of a watch; bounded by those that are there. */
export interface Sights {
  /** Sees a file; whether it is as it was. */
  readonly see: (root: Root, input: Input) => Promise<'same' | 'other' | 'gone' | 'folder'>;
  /** Forgets what a walk of the whole root did not meet. */
  readonly keepOnly: (root: Root, met: ReadonlySet<string>) => void;
  /** What is whole, in the order of a walk. */
  readonly findWhole: () => Promise<readonly Sight[]>;
  /** Takes a file that was whole; whether it still is. */
  readonly take: (sight: Sight) => Promise<boolean>;
  /** Says that what was taken has ended, and when it is to be found again, if at all. */
  readonly end: (input: Input, againMs: number | null) => void;
  /** Says that what was taken is whole, but is not to be found again before it is released. */
  readonly hold: (input: Input) => void;
  readonly release: () => void;
  readonly triesOf: (input: Input) => number;
  /** Until the next look at what is not whole yet; null where nothing is. */
  readonly dueInMs: () => number | null;
}

const LOOK_MIN_MS = 100;
const LOOK_MAX_MS = 1000;
/** Looking who writes takes no more than a twentieth of the time. */
const WRITERS_SHARE = 20;

/** @param steadyMs how long a file must stay as it is to be whole */
export function createSights(
  roots: readonly Root[],
  steadyMs: number,
  now: () => number = () => performance.now(),
): Sights {
  const sights = new Map<string, Sight>();
  const lookMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, steadyMs / 2));
  const order = new Map(roots.map((root, at) => [root, at]));
  const change = (sight: Sight, changed: Partial<Sight>) =>
    sights.set(sight.input.path, { ...sight, ...changed });
  const open = () => [...sights.values()].filter(({ state }) => state === 'open');

  const see: Sights['see'] = async (root, input) => {
    const { path: file } = input;
    const before = sights.get(file);
    const found = await stat(file).catch(() => null);
    if (found?.isDirectory() === true) return 'folder';
    if (found === null || found.size === 0 || isUnfinished(input.relativePath)) {
      if (before?.state !== 'under-way') sights.delete(file);
      return 'gone';
    }
    const sight = sightOf(found);
    if (before?.input.stamp === sight.stamp) return 'same';
    const isUnderWay = before?.state === 'under-way';
    sights.set(file, {
      ...{
        root,
        input: { ...input, ...sight },
        sinceMs: now(),
        dueMs: 0,
        tries: 0,
      },
      ...{ state: isUnderWay ? 'under-way' : 'open', taken: before?.taken ?? null },
    });
    return 'other';
  };

  return {
    see,
    keepOnly: (root, met) => {
      for (const [file, sight] of sights) {
        const isMine = sight.root === root && sight.state !== 'under-way';
        if (isMine && !met.has(file)) sights.delete(file);
      }
    },
    findWhole: async () => {
      const steady: Sight[] = [];
      for (const sight of open().filter(({ dueMs }) => dueMs <= now())) {
        const isSame = (await see(sight.root, sight.input)) === 'same';
        if (isSame && now() - sight.sinceMs >= steadyMs) steady.push(sight);
      }
      if (steady.length === 0) return [];
      const begunMs = now();
      const written = await findWritten(steady.map(({ input }) => input.path));
      const dueMs = now() + Math.max(lookMs, (now() - begunMs) * WRITERS_SHARE);
      const isWritten = ({ input }: Sight) => written.has(input.path);
      for (const sight of steady.filter(isWritten)) change(sight, { dueMs });
      const rankOf = ({ root }: Sight) => order.get(root) ?? 0;
      const compare = (a: Sight, b: Sight) =>
        rankOf(a) - rankOf(b) || comparePaths(a.input.relativePath, b.input.relativePath);
      return steady.filter((sight) => !isWritten(sight)).sort(compare);
    },
    take: async (sight) => {
      const { root, input } = sight;
      const { stamp } = input;
      // It may have been in line for long.
      if ((await see(root, input)) !== 'same' || sights.get(input.path)?.input.stamp !== stamp)
        return false;
      // A link may have come into its place since it was found, and lead to what nobody shared.
      const [home, real] = await Promise.all(
        [root.real, input.path].map((place) => realpath(place).catch(() => null)),
      );
      if (home == null || real == null || leadsOut(home, real)) {
        sights.delete(input.path);
        return false;
      }
      if (await hasLockFile(input.path)) {
        change(sight, { dueMs: now() + LOOK_MAX_MS });
        return false;
      }
      change(sight, { state: 'under-way', taken: stamp });
      return true;
    },
    end: (input, againMs) => {
      const sight = sights.get(input.path);
      if (sight === undefined) return;
      if (sight.input.stamp !== sight.taken) change(sight, { state: 'open' });
      else if (againMs === null) change(sight, { state: 'done' });
      else change(sight, { state: 'open', dueMs: now() + againMs, tries: sight.tries + 1 });
    },
    hold: (input) => {
      const sight = sights.get(input.path);
      if (sight !== undefined) {
        change(sight, { state: sight.input.stamp === sight.taken ? 'held' : 'open' });
      }
    },
    release: () => {
      for (const sight of sights.values()) {
        // Whoever mends a table may still be writing it.
        if (sight.state === 'held') change(sight, { state: 'open', dueMs: now() + LOOK_MAX_MS });
      }
    },
    triesOf: (input) => sights.get(input.path)?.tries ?? 0,
    dueInMs: () => {
      // Not all at once as arguments: a folder may hold more files than a call takes.
      const dueMs = open().reduce((first, sight) => Math.min(first, sight.dueMs), Infinity);
      return dueMs === Infinity ? null : Math.max(lookMs, dueMs - now());
    },
  };
}
