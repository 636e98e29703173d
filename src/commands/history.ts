import path from 'node:path';
import { openLedger } from '../ledger/open-ledger.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { statusLine, statusRecord } from '../report/statuses.js';
import { clean } from '../report/people.js';
import type { Streams } from '../report/write-events.js';
import type { Settings } from '../settings.js';
import { requireLedger } from './account.js';
import { EXIT } from './exit-codes.js';

export interface HistoryRequest {
  /** Files or message ids; empty for all. */
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly json: boolean;
}

/** `statuscast history`: what the ledger knows, of every account, oldest first. */
export async function history(request: HistoryRequest, { stdout }: Streams): Promise<number> {
  const { names, settings, json } = request;
  await requireLedger(settings.state);
  const ledger = await openLedger(path.resolve(settings.state));
  try {
    const entries = named(await ledger.list({}), names);
    for (const entry of entries) {
      stdout.write(`${json ? JSON.stringify(statusRecord(entry)) : clean(statusLine(entry))}\n`);
    }
    if (!json && entries.length === 0) stdout.write('nothing is known here yet\n');
    return EXIT.done;
  } finally {
    await ledger.close();
  }
}

/** Those with one of these names: the path that it was found under, its file name, or its id. */
export function named(
  entries: readonly LedgerEntry[],
  names: readonly string[],
): readonly LedgerEntry[] {
  if (names.length === 0) return entries;
  const wanted = new Set(names);
  return entries.filter(({ input, idMessage }) =>
    [input, path.basename(input), idMessage ?? ''].some((name) => wanted.has(name)),
  );
}
