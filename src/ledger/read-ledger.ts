import { copyFile, constants, mkdtemp, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { messageOf, StatuscastError } from '../errors.js';
import { isDamage, storeIn, toLedgerError, type Store } from './database.js';
import { readFormat } from './formats.js';
import type { Ledger } from './ledger.js';
import { createMask } from './mask.js';
import { isEmptied, openDatabase } from './open-ledger.js';
import { findSetAside, setAsideError } from './set-aside.js';
import { openStatuses } from './statuses.js';

/** A ledger that nobody writes to. */
export type ReadLedger = Pick<Ledger, 'find' | 'findPosted' | 'findContents' | 'list' | 'close'>;

/**
 * Reads the ledger of a state directory without writing there: SQLite itself would, if only to look
 * at a log, and on a disk that is read-only it cannot.
 * @returns null where there is none
 * @throws StatuscastError `ledger-unusable`
 */
export async function readLedger(
  stateDir: string,
  { idInstance }: { readonly idInstance: string | null },
): Promise<ReadLedger | null> {
  const copied = await readCopy(stateDir, idInstance);
  if (copied === null) return null;
  const { store, close } = copied;
  const statuses = openStatuses(store, createMask(idInstance), Date.now);
  const { find, findPosted, findContents, list } = statuses;
  return { find, findPosted, findContents, list, close };
}

/** A ledger as it was a moment ago, brought to the format of this version. */
export interface LedgerCopy {
  readonly store: Store;
  /** The format of the one that was copied. */
  readonly format: number;
  readonly close: () => Promise<void>;
}

/**
 * Opens a copy of a ledger, its log included, in a folder of its own.
 * @returns null where there is none
 * @throws StatuscastError `ledger-unusable`
 */
export async function readCopy(
  stateDir: string,
  idInstance: string | null,
): Promise<LedgerCopy | null> {
  const file = path.join(stateDir, 'ledger.db');
  if (!existsSync(file)) {
    const aside = existsSync(stateDir) ? findSetAside(stateDir) : null;
    if (aside !== null) throw setAsideError(file, aside);
    return null;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    if (await isEmptied(file)) throw damaged(file, new Error('it is empty'));
    const copy = path.join(folder, 'ledger.db');
    await copyTogether(file, copy);
    const format = formatOf(copy);
    const store = storeIn(openDatabase(copy, idInstance), file);
    return {
      ...{ store, format },
      close: async () => {
        store.close();
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw isDamage(thrown) ? damaged(file, thrown) : toLedgerError(thrown, file);
  }
}

function formatOf(file: string): number {
  const db = new Database(file);
  try {
    return readFormat(db);
  } finally {
    db.close();
  }
}

const LOG = '-wal';
const TRIES = 5;

/** Both as they were at one moment: a run at work moves pages from the log to the file. */
async function copyTogether(file: string, copy: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await stampOf(file);
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
    if (existsSync(file + LOG)) {
      await copyFile(file + LOG, copy + LOG, constants.COPYFILE_FICLONE);
    } else {
      await rm(copy + LOG, { force: true });
    }
    if (tries === TRIES || (await stampOf(file)) === before) return;
  }
}

async function stampOf(file: string): Promise<string> {
  const stamps = await Promise.all(
    [file, file + LOG].map(async (one) => {
      const found = await stat(one).catch(() => null);
      return found === null ? '-' : `${found.size} ${found.mtimeMs}`;
    }),
  );
  return stamps.join(' ');
}

function damaged(file: string, cause: unknown): StatuscastError {
  const why =
    `it is damaged (${messageOf(cause)}); the next send sets it aside and sends nothing until a ` +
    'backup is put back as ledger.db, or, to begin anew, the damaged one is moved away';
  return new StatuscastError({ code: 'ledger-unusable', path: file, why }, { cause });
}
