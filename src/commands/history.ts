import { listStatuses } from '../afterwards.js';
import type { Streams } from '../report/write-events.js';
import type { Settings } from '../settings.js';
import { writeStatuses } from './write-statuses.js';

export interface HistoryRequest {
  /** Files or message ids; empty for all. */
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly json: boolean;
}

/** `statuscast history`: what the ledger knows, of every account, oldest first. */
export async function history(request: HistoryRequest, streams: Streams): Promise<number> {
  const { names, settings, json } = request;
  const statuses = await listStatuses({ settings, names });
  return writeStatuses(statuses, streams, {
    json,
    none: 'nothing is known here yet',
    isGood: () => true,
  });
}
