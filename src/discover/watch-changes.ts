import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { AsyncSubscription } from '@parcel/watcher';
import type { Root } from './discover.js';
import { leadsOut } from './leads-out.js';

/** What the system tells of changes in a folder. It may miss some, as on network shares. */
export interface Changes {
  /**
   * Makes sure that the folder that is there now is listened to, with all that is in it.
   * @param mayRenew whether a walk of all of it is affordable
   */
  readonly keepUp: (mayRenew: boolean) => Promise<'there' | 'away' | 'other'>;
  /** The places below the folder that have changed since this was asked last; empty for all. */
  readonly take: () => readonly string[];
  /** Whether the system tells of changes at all. */
  readonly isHeard: () => boolean;
  readonly close: () => Promise<void>;
}

/** The folder itself. */
const ALL = '';

/** More places than this at once are better looked for by a walk. */
const PLACES_MAX = 10_000;

/** @param onChange told that there is something to take */
export function listenTo(root: Root, leaveOut: readonly string[], onChange: () => void): Changes {
  let places = new Set([ALL]);
  let subscription: AsyncSubscription | null = null;
  /** Which folder is listened to: another may come to stand in its place. */
  let identity: string | null = null;
  /** There are folders that may not be listened to: of what is moved in, only the top is. */
  let isStale = false;
  const note = (place: string) => {
    if (place === ALL || places.size >= PLACES_MAX) places = new Set([ALL]);
    else if (!places.has(ALL)) places.add(place);
  };
  const close = async () => {
    const closing = subscription;
    subscription = null;
    await closing?.unsubscribe().catch(() => undefined);
  };
  const noteFolder = async (created: string) => {
    const found = await stat(created).catch(() => null);
    if (found?.isDirectory() !== true) return;
    isStale = true;
    onChange();
  };
  const subscribe = async () => {
    const { subscribe: listen } = await import('@parcel/watcher');
    // Hidden folders are not of the walk, and may hold more than all others.
    // One above the root would be taken for the root itself.
    const ours = leaveOut.filter((folder) => !leadsOut(root.real, folder));
    const ignore = ['**/.*', '**/.*/**', ...ours];
    return listen(
      root.real,
      (error, events) => {
        if (error !== null) note(ALL);
        for (const event of events ?? []) {
          note(path.relative(root.real, event.path));
          // One that was deleted and made anew at once may come as an update.
          if (event.type !== 'delete') void noteFolder(event.path);
          else if (event.path === root.real) isStale = true;
        }
        onChange();
      },
      { ignore },
    );
  };
  return {
    keepUp: async (mayRenew) => {
      const found = await stat(root.real).catch(() => null);
      const now = found?.isDirectory() === true ? `${found.dev} ${found.ino}` : null;
      const isOther = identity !== null && now !== null && now !== identity;
      if (now !== identity || (isStale && mayRenew)) {
        await close();
        [identity, isStale] = [now, false];
        note(ALL);
        // Where the system has no room for more watches, walks have to do.
        if (now !== null) subscription = await subscribe().catch(() => null);
      }
      if (now === null) return 'away';
      return isOther ? 'other' : 'there';
    },
    take: () => {
      const taken = [...places];
      places = new Set();
      return taken;
    },
    isHeard: () => subscription !== null,
    close,
  };
}
