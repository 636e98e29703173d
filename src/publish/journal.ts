import type { OutgoingStatus } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** What the journal of an instance has shown so far. */
export interface Journal {
  /**
   * The entries of the last so many minutes.
   * @throws StatuscastError as the client does
   */
  readonly read: (minutes: number, options: RetryOptions) => Promise<readonly OutgoingStatus[]>;
  /** This moment: what was shown before it comes of no request that leaves after it. */
  readonly mark: () => JournalMark;
  readonly isShownBefore: (idMessage: string, mark: JournalMark) => boolean;
}

export interface JournalMark {
  readonly looks: number;
  /** When the last look was begun, by the server's clock; null where there was none. */
  readonly lookedAtMs: number | null;
}

/** No look is known to have been taken before. */
export const NO_MARK: JournalMark = { looks: 0, lookedAtMs: null };

/**
 * Reads the journal, and remembers which entries it has shown. Their times prove little: they are
 * those of the last thing that happened to a status, so that one of yesterday looks new when it is
 * read today.
 */
export function createJournal(client: GreenApiClient): Journal {
  let last = NO_MARK;
  /** After how many looks an entry was shown, by its id. */
  const shown = new Map<string, number>();
  return {
    read: async (minutes, options) => {
      const { signal } = options;
      const { entries, beganAtMs } = await retry(
        async () => ({
          beganAtMs: client.serverNow(),
          entries: await client.getOutgoingStatuses({ minutes }, { signal }),
        }),
        isTransient,
        options,
      );
      last = { looks: last.looks + 1, lookedAtMs: beganAtMs };
      for (const { idMessage } of entries) {
        if (!shown.has(idMessage)) shown.set(idMessage, last.looks);
      }
      return entries;
    },
    mark: () => last,
    isShownBefore: (idMessage, { looks }) => (shown.get(idMessage) ?? Infinity) <= looks,
  };
}
