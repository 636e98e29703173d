import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import pRetry from 'p-retry';
import * as z from 'zod';
import { StatuscastError } from '../errors.js';
import { CODES, isBusy, isDamage, storeIn, toLedgerError } from './database.js';
import { FORMAT, migrate, readFormat } from './formats.js';
import type { Ledger } from './ledger.js';
import { adoptRows, createMask } from './mask.js';
import { openRuns } from './runs.js';
import { findSetAside, moveWithLog, setAside, setAsideError } from './set-aside.js';
import { openStatuses } from './statuses.js';

const BUSY_TIMEOUT_MS = 10_000;

export interface LedgerOptions {
  /**
   * Of the account whose statuses are recorded: links are stored without it and given back with it.
   * Without it they are given back masked.
   */
  readonly idInstance?: string;
  readonly now?: () => number;
  /** Milliseconds by a clock that nobody sets. */
  readonly monotonicMs?: () => number;
}

/**
 * Opens the ledger of a state directory, making both where they are missing. A damaged one is set
 * aside, and none takes its place before somebody has looked.
 * @throws StatuscastError `ledger-unusable`
 */
export async function openLedger(stateDir: string, options: LedgerOptions = {}): Promise<Ledger> {
  const { idInstance = null, now = Date.now, monotonicMs = () => performance.now() } = options;
  const file = path.join(stateDir, 'ledger.db');
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await refuseWithout(file);
    if (await isEmptied(file)) throw setAsideError(file, await setAside(file, now()));
    // Two runs that make it at the same moment: SQLite does not let the second wait for the switch
    // to WAL, but tells it at once that the file is busy.
    const db = await pRetry(() => openDatabase(file, idInstance), {
      ...{ retries: Infinity, minTimeout: 25, factor: 1, randomize: true },
      maxRetryTime: BUSY_TIMEOUT_MS,
      shouldRetry: ({ error }) => isBusy(error),
    });
    const store = storeIn(db, file);
    const runs = openRuns(store, monotonicMs);
    return {
      ...openStatuses(store, createMask(idInstance), now),
      beginRun: async () => runs.begin(),
      close: async () => {
        runs.close();
        store.close();
      },
    };
  } catch (cause) {
    if (isDamage(cause)) throw setAsideError(file, await setAside(file, now()));
    throw toLedgerError(cause, file);
  }
}

/** Where a damaged ledger was set aside, and nothing was put in its place. */
async function refuseWithout(file: string): Promise<void> {
  const aside = findSetAside(path.dirname(file));
  if (aside === null || existsSync(file)) return;
  // A run that was killed between the two may have left the log, which is nobody else's.
  if (!existsSync(`${aside}-wal`)) await moveWithLog(file, aside);
  throw setAsideError(file, aside);
}

const EMPTY_LOOKS = 20;
const EMPTY_LOOK_MS = 100;

/**
 * Whether a ledger was emptied, as a full disk or a copy that broke off leaves it. One that is being
 * made is empty for a moment as well; but outputs are made by runs that have a ledger.
 */
export async function isEmptied(file: string): Promise<boolean> {
  if (!existsSync(path.join(path.dirname(file), 'outputs'))) return false;
  for (let looks = 0; looks < EMPTY_LOOKS; looks++) {
    const { size } = await stat(file).catch(() => ({ size: null }));
    if (size !== 0) return false;
    await sleep(EMPTY_LOOK_MS);
  }
  return true;
}

/**
 * Opens a database, whole and in this version's format.
 * @param idInstance as in `LedgerOptions`; null for none
 */
export function openDatabase(file: string, idInstance: string | null): Database.Database {
  const db = new Database(file);
  try {
    setUp(db, file, idInstance);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function setUp(db: Database.Database, file: string, idInstance: string | null): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const format = readFormat(db);
  if (format > FORMAT) {
    const why = `it was written by a newer statuscast (format ${format}, this one knows ${FORMAT})`;
    throw new StatuscastError({ code: 'ledger-unusable', path: file, why });
  }
  // Another run may have set the damaged one aside since we looked: this one is new, and empty.
  const aside = format === 0 ? findSetAside(path.dirname(file)) : null;
  if (aside !== null) throw setAsideError(file, aside);
  checkPages(db);
  // Only now: it writes to the file.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  migrate(db);
  if (idInstance !== null) adoptRows(db, idInstance);
}

const checkSchema = z.array(z.object({ quick_check: z.string() }));

/** Looks at every page: 100,000 statuses take less than 0.2 s. */
function checkPages(db: Database.Database): void {
  const faults = checkSchema
    .parse(db.prepare('PRAGMA quick_check(1)').all())
    .flatMap(({ quick_check: said }) => (said === 'ok' ? [] : [said]));
  if (faults.length === 0) return;
  throw new Database.SqliteError(faults.join('; '), 'SQLITE_CORRUPT', CODES.corrupt);
}
