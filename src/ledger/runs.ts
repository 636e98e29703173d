import * as z from 'zod';
import type { Store } from './database.js';
import type { LedgerRun } from './ledger.js';
import { isGone, markOwnProcess } from '../processes.js';

/** How often a run says that it is alive. */
const BEAT_MS = 3000;
/** A run that was silent for so long, by the clock of whoever watches it, is taken for dead. */
export const LEASE_MS = 15_000;

export interface Runs {
  readonly begin: () => LedgerRun;
  /** Ends the beats of those that were not ended. */
  readonly close: () => void;
}

const idSchema = z.tuple([z.object({ id: z.number() })]);

const holderSchema = z
  .object({
    id: z.number(),
    /** Null where the run was removed, but not its lease. */
    beat: z.number().nullable(),
    host: z.string().nullable(),
    pid: z.number().nullable(),
    began: z.string().nullable(),
  })
  .optional();

type Holder = z.output<typeof holderSchema>;

/** @param monotonicMs a clock that nobody sets: no two machines have to agree on a time */
export function openRuns(store: Store, monotonicMs: () => number): Runs {
  const own = markOwnProcess();
  const beating = new Set<NodeJS.Timeout>();
  const insert = store.prepare(
    'INSERT INTO runs (beat, host, pid, began) VALUES (0, ?, ?, ?) RETURNING id',
  );
  // A run that was taken for dead, and lives, is there again.
  const beat = store.prepare(`
    INSERT INTO runs (id, beat, host, pid, began) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET beat = excluded.beat`);
  const take = store.prepare(`
    INSERT INTO leases (content, run_id) VALUES (?, ?) ON CONFLICT (content) DO NOTHING`);
  const holder = store.prepare(`
    SELECT leases.run_id AS id, beat, host, pid, began FROM leases
    LEFT JOIN runs ON runs.id = leases.run_id WHERE content = ?`);
  const release = store.prepare('DELETE FROM leases WHERE content = ? AND run_id = ?');
  // Only while it is silent: between a look and this, it may have beaten again.
  const bury = store.prepare('DELETE FROM runs WHERE id = ? AND beat = ?');
  const removeLeases = store.prepare(`
    DELETE FROM leases WHERE run_id = ?1 AND NOT EXISTS (SELECT 1 FROM runs WHERE id = ?1)`);
  const removeRun = store.prepare('DELETE FROM runs WHERE id = ?');

  const begin = (): LedgerRun => {
    const { host, pid, began } = own;
    const [{ id }] = idSchema.parse(insert.rows(host, pid, began));
    let beats = 0;
    const timer = setInterval(() => {
      try {
        beat.run(id, ++beats, host, pid, began);
      } catch {
        // A disk that is full may have room again by the next one.
      }
    }, BEAT_MS).unref();
    beating.add(timer);
    const seen = new Map<number, { readonly beat: number; readonly sinceMs: number }>();
    const isSilent = (run: number, lastBeat: number): boolean => {
      const before = seen.get(run);
      const nowMs = monotonicMs();
      if (before?.beat === lastBeat) return nowMs - before.sinceMs >= LEASE_MS;
      seen.set(run, { beat: lastBeat, sinceMs: nowMs });
      return false;
    };
    /** Whether its leases were removed. */
    const removeDead = (other: NonNullable<Holder>): boolean => {
      const { beat: lastBeat } = other;
      if (lastBeat !== null) {
        const mark = { host: other.host ?? '', pid: other.pid ?? 0, began: other.began ?? '' };
        if (!isGone(mark, own) && !isSilent(other.id, lastBeat)) return false;
      }
      return store.together(() => {
        if (lastBeat !== null) bury.run(other.id, lastBeat);
        return removeLeases.run(other.id) > 0;
      });
    };
    return {
      id,
      lease: async (content) => {
        if (take.run(content, id) === 1) return true;
        const other = holderSchema.parse(holder.rows(content)[0]);
        if (other?.id === id) return true;
        if (other !== undefined && !removeDead(other)) return false;
        return take.run(content, id) === 1;
      },
      release: async (content) => {
        release.run(content, id);
      },
      end: async () => {
        clearInterval(timer);
        beating.delete(timer);
        try {
          store.together(() => {
            removeRun.run(id);
            removeLeases.run(id);
          });
        } catch {
          // As with one that was killed: its process will be gone, and it is silent.
        }
      },
    };
  };
  return {
    begin,
    close: () => {
      for (const timer of beating) clearInterval(timer);
    },
  };
}
