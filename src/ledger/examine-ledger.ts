import * as z from 'zod';
import { readCopy } from './read-ledger.js';
import { isGone, markOwnProcess } from '../processes.js';

/** What a ledger is like. */
export interface LedgerFacts {
  /** The format that it is in. */
  readonly format: number;
  /** Statuses by their state; a state without any is left out. */
  readonly counts: Readonly<Record<string, number>>;
  /** Runs that have begun, have not ended, and whose process is not known to be gone. */
  readonly runsAtWork: number;
}

const countsSchema = z.array(z.object({ state: z.string(), count: z.number() }));
const runsSchema = z.array(z.object({ host: z.string(), pid: z.number(), began: z.string() }));

/**
 * Looks through a ledger, every page of it, without writing to it.
 * @returns null where there is none
 * @throws StatuscastError `ledger-unusable`, also where it is damaged
 */
export async function examineLedger(stateDir: string): Promise<LedgerFacts | null> {
  const copy = await readCopy(stateDir, null);
  if (copy === null) return null;
  const { store, format, close } = copy;
  try {
    const counted = store.prepare('SELECT state, COUNT(*) AS count FROM statuses GROUP BY state');
    const counts = countsSchema.parse(counted.rows());
    const runs = runsSchema.parse(store.prepare('SELECT host, pid, began FROM runs').rows());
    const own = markOwnProcess();
    return {
      format,
      counts: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
      runsAtWork: runs.filter((run) => !isGone(run, own)).length,
    };
  } finally {
    await close();
  }
}
