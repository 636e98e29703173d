import { setTimeout as sleep } from 'node:timers/promises';
import type { Input } from '../job.js';
import { mayChoose } from './choices-beside.js';
import { discoverAt, type Root } from './discover.js';
import { leadsOut } from './leads-out.js';
import { NO_STAMP } from './stamp.js';
import { listenTo, type Changes } from './watch-changes.js';
import { createPatience, type WatchEnd } from './watch-patience.js';
import { createSights } from './watch-sights.js';

export interface WatchOptions {
  /** How long a file must stay as it is before it is taken. */
  readonly steadyMs: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
  /** Told when an outage holds everything up. */
  readonly onHold: (waitMs: number) => void;
  /** Told when all that was found has ended. */
  readonly onIdle: () => void;
}

/** Inputs without end: what is there, then what appears, each once it is whole. */
export interface FolderWatch extends AsyncIterable<Input> {
  /** Has to be told of each input: until then it is not found again, whatever happens to it. */
  readonly end: (input: Input, end: WatchEnd) => void;
  /** In place of its end: it is found again once what is chosen for files has changed. */
  readonly hold: (input: Input) => void;
}

interface Place {
  readonly root: Root;
  readonly changes: Changes;
  isAway: boolean;
  /** When the next walk is due, and from when on one may come earlier. */
  walkDueMs: number;
  walkFromMs: number;
}

const IDLE_MS = 5000;
/** What is there may take days to be posted: in between it is looked what has come. */
const BACKLOG_MS = 30_000;
const WAKE_MS = 100;
/**
 * A walk takes no more than a two-hundredth of the time, a fiftieth where it has to do alone, and a
 * twentieth while folders appear.
 */
const WALK_SHARES = { heard: 200, deaf: 50, early: 20 } as const;
const WALK_MIN_MS = { heard: 60_000, deaf: 2000 } as const;
const WALK_MAX_MS = 600_000;

/**
 * Watches folders. The system tells where to look, and a walk now and then finds what it missed;
 * whether a file is whole is seen at the file itself.
 * @param leaveOut absolute paths of folders of ours, which may lie in them
 */
export function watchFolder(
  roots: readonly Root[],
  leaveOut: readonly string[],
  { steadyMs, signal, onWarning, onHold, onIdle }: WatchOptions,
): FolderWatch {
  const now = () => performance.now();
  const sights = createSights(roots, steadyMs);
  const patience = createPatience(onHold);
  const bell = createBell();
  const places: readonly Place[] = roots.map((root) => {
    const changes = listenTo(root, leaveOut, bell.ring);
    return { root, changes, isAway: false, walkDueMs: 0, walkFromMs: 0 };
  });
  let unreadable = new Set<string>();
  let underWay = 0;
  let isIdle = false;

  const seeAt = async (root: Root, relativePath: string) => {
    const met = new Set<string>();
    for await (const input of discoverAt(root, relativePath, leaveOut)) {
      if (signal.aborted) break;
      met.add(input.path);
      const seen = await sights.see(root, input);
      // A walk has met it, and nothing is there by the name that it gives.
      const isNameless =
        relativePath === '' && input.stamp === NO_STAMP && input.relativePath.includes('\uFFFD');
      if ((seen !== 'folder' && !isNameless) || unreadable.has(input.path)) continue;
      unreadable.add(input.path);
      onWarning(
        isNameless
          ? `Cannot read ${input.input}: its name is no UTF-8; give it another one.`
          : `Cannot read the folder ${input.input}: nothing in it is posted.`,
      );
    }
    return met;
  };

  const walk = async (place: Place) => {
    const begunMs = now();
    const met = await seeAt(place.root, '');
    if (signal.aborted) return;
    sights.keepOnly(place.root, met);
    // What is chosen may have changed above the folder, or where nobody tells of it.
    sights.release();
    const isStill = (file: string) => met.has(file) || leadsOut(place.root.real, file);
    unreadable = new Set([...unreadable].filter(isStill));
    const how = place.changes.isHeard() ? 'heard' : 'deaf';
    const walkMs = now() - begunMs;
    const everyMs = Math.max(WALK_MIN_MS[how], walkMs * WALK_SHARES[how]);
    place.walkDueMs = now() + Math.min(WALK_MAX_MS, everyMs);
    place.walkFromMs = now() + walkMs * WALK_SHARES.early;
  };

  const lookAround = async (place: Place) => {
    const { root, changes } = place;
    const found = await changes.keepUp(now() >= place.walkFromMs);
    if (found === 'away' && !place.isAway) onWarning(`${root.given} is away: it is waited for.`);
    if (found === 'other') {
      onWarning(`${root.given} is another folder than before: what is in it now is posted.`);
    }
    place.isAway = found === 'away';
    if (place.isAway) return;
    const changed = changes.take();
    if (changed.some(mayChoose)) sights.release();
    if (changed.includes('') || now() >= place.walkDueMs) await walk(place);
    else for (const relativePath of changed) await seeAt(root, relativePath);
  };

  async function* watch(): AsyncGenerator<Input> {
    signal.addEventListener('abort', bell.ring, { once: true });
    try {
      while (!signal.aborted) {
        for (const place of places) await lookAround(place);
        const whole = patience.heldMs(underWay) > 0 ? [] : await sights.findWhole();
        const lookAgainMs = now() + BACKLOG_MS;
        for (const sight of whole) {
          if (signal.aborted || patience.heldMs(underWay) > 0 || now() > lookAgainMs) break;
          if (!(await sights.take(sight))) continue;
          underWay++;
          isIdle = false;
          yield sight.input;
        }
        const dueMs = sights.dueInMs();
        if (underWay === 0 && dueMs === null && !isIdle) {
          isIdle = true;
          onIdle();
        }
        const heldMs = patience.heldMs(underWay);
        await bell.wait(Math.min(IDLE_MS, heldMs > 0 ? heldMs : (dueMs ?? IDLE_MS)));
      }
    } finally {
      signal.removeEventListener('abort', bell.ring);
      for (const { changes } of places) await changes.close();
    }
  }

  return {
    [Symbol.asyncIterator]: watch,
    end: (input, end) => {
      underWay--;
      sights.end(input, patience.note(end, sights.triesOf(input)));
      bell.ring();
    },
    hold: (input) => {
      underWay--;
      sights.hold(input);
      bell.ring();
    },
  };
}

/** Ends a wait early; rung while nobody waits, it ends the next one. */
function createBell() {
  let isRung = false;
  let nap: AbortController | null = null;
  return {
    ring: () => {
      isRung = true;
      nap?.abort();
    },
    wait: async (waitMs: number) => {
      nap = new AbortController();
      const { signal } = nap;
      if (!isRung) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      nap = null;
      // What rings without end is answered now and then.
      if (isRung) await sleep(Math.min(WAKE_MS, waitMs));
      isRung = false;
    },
  };
}
