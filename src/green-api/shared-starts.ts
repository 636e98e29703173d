import { createHash } from 'node:crypto';
import { lstat, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import * as z from 'zod';
import { countKept, monotonicMs, waitMsUntil, WINDOW_MS, type Starts } from './starts.js';

/** Longest wait for another process, which holds the file for well under a millisecond. */
const BUSY_TIMEOUT_MS = 5000;

/** The longest gap that can be asked for, and so the oldest start that can still matter. */
const FORGOTTEN_AFTER_MS = 3_600_000;

const rowsSchema = z.array(z.object({ at_ms: z.number() }));

/** One connection for each folder: it serves every limiter of this process, and ends with it. */
const opened = new Map<string, Promise<Database.Database>>();

/**
 * The starts of every process of this machine and user, in one small SQLite file: a process that
 * was killed and started again within a second still knows what it sent in that second.
 * @param folder absolute path of a folder that nobody else may use; made where it is missing
 * @throws Error where the folder is not ours alone, or cannot be used
 */
export async function openSharedStarts(folder: string, instance: string): Promise<Starts> {
  const opening = opened.get(folder) ?? openDatabase(folder);
  opened.set(folder, opening);
  try {
    return fromDatabase(await opening, instance);
  } catch (thrown) {
    opened.delete(folder);
    throw thrown;
  }
}

async function openDatabase(folder: string): Promise<Database.Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  // Where a system knows no users, the folder for temporary files is one's own.
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
  if (!isOurs) throw new Error(`${folder} is open to others`);
  const file = path.join(folder, 'rates.db');
  try {
    return setUp(file);
  } catch (thrown) {
    if (!isBroken(thrown)) throw thrown;
    // Nothing in it is worth more than a second of waiting.
    await rm(file, { force: true });
    return setUp(file);
  }
}

/** It is not written through to the disk, so that a power cut may leave half of it. */
function isBroken(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    ['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(String(thrown.code))
  );
}

/** The start stays noted as it was, which is only a little less exact. */
function ignoreFailure(change: () => unknown): void {
  try {
    change();
  } catch {
    // The call has been allowed already.
  }
}

function setUp(file: string): Database.Database {
  const db = new Database(file);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // A process that is killed loses nothing by either; only a power cut would.
    db.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = PERSIST');
    db.exec(`
      CREATE TABLE IF NOT EXISTS starts (lane TEXT NOT NULL, at_ms REAL NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS starts_by_lane ON starts (lane, at_ms);`);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function fromDatabase(db: Database.Database, instance: string): Starts {
  // What is in the future is from before the machine was started anew.
  const forget = db.prepare(`
    DELETE FROM starts WHERE at_ms > ? OR at_ms < ? OR (lane = ? AND at_ms < ? AND at_ms < (
      SELECT MAX(at_ms) FROM starts AS later WHERE later.lane = starts.lane))`);
  const newest = db.prepare('SELECT at_ms FROM starts WHERE lane = ? ORDER BY at_ms DESC LIMIT ?');
  const add = db.prepare('INSERT INTO starts (lane, at_ms) VALUES (?, ?)');
  const move = db.prepare('UPDATE starts SET at_ms = ? WHERE rowid = ?');
  const remove = db.prepare('DELETE FROM starts WHERE rowid = ?');

  return {
    take(method, pace) {
      // Whose instance it is shows nowhere.
      const lane = createHash('sha256').update(`${instance}\n${method}`).digest('hex');
      db.exec('BEGIN IMMEDIATE');
      try {
        // Only now: another process may have held the file until this moment.
        const nowMs = monotonicMs();
        forget.run(nowMs, nowMs - FORGOTTEN_AFTER_MS, lane, nowMs - WINDOW_MS);
        const rows = rowsSchema.parse(newest.all(lane, countKept(pace)));
        const waitMs = waitMsUntil(
          rows.map((row) => row.at_ms),
          pace,
          nowMs,
        );
        const row = waitMs > 0 ? null : add.run(lane, nowMs).lastInsertRowid;
        db.exec('COMMIT');
        if (row === null) return { type: 'later', waitMs };
        return {
          type: 'now',
          leave: () => ignoreFailure(() => move.run(monotonicMs(), row)),
          giveBack: () => ignoreFailure(() => remove.run(row)),
        };
      } catch (thrown) {
        db.exec('ROLLBACK');
        throw thrown;
      }
    },
  };
}
