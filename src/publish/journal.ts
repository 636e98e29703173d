import type { OutgoingStatus } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { JournalLook } from '../ledger/ledger.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** The journal of an instance. */
export interface Journal {
  /**
   * The entries of the last so many minutes.
   * @throws StatuscastError as the client does, and what `onLook` throws
   */
  readonly read: (minutes: number, options: RetryOptions) => Promise<readonly OutgoingStatus[]>;
}

/**
 * Reads the journal. The time of an entry proves little: it is that of the last thing that happened
 * to a status, so that one of yesterday looks new when somebody sees it today.
 * @param onLook told what each look has shown, so that nothing which was there before a request is
 * taken for its doing. Default: nobody
 */
export function createJournal(
  client: GreenApiClient,
  onLook: (look: Omit<JournalLook, 'account'>) => Promise<void> = async () => undefined,
): Journal {
  return {
    read: async (minutes, options) => {
      const { signal } = options;
      let begunMs = 0;
      const look = () => {
        begunMs = performance.now();
        return client.getOutgoingStatuses({ minutes }, { signal });
      };
      const entries = await retry(look, isTransient, options);
      const idMessages = entries.map(({ idMessage }) => idMessage);
      // Counted back from now: the answer may have been the first to tell the server's time.
      const tookMs = Math.ceil(performance.now() - begunMs);
      await onLook({ idMessages, atMs: client.serverNow() - tookMs });
      return entries;
    },
  };
}
