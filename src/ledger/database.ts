import type Database from 'libsql';
import { messageOf, StatuscastError } from '../errors.js';

type Bound = string | number | null;

/** A prepared statement. */
export interface Query {
  /** Gives the number of rows that it changed. */
  readonly run: (...values: readonly Bound[]) => number;
  readonly rows: (...values: readonly Bound[]) => readonly unknown[];
  /** The first row; undefined where there is none. In half the time that `rows` takes. */
  readonly row: (...values: readonly Bound[]) => unknown;
}

/** A database whose every failure is `ledger-unusable`. Its steps are synchronous, so none mix. */
export interface Store {
  readonly prepare: (sql: string) => Query;
  /** All of it is written, or nothing. */
  readonly together: <Value>(work: () => Value) => Value;
  /**
   * What is written within, and before, is on the disk when it returns, also if the power fails.
   * Other steps outlive a killed process, but the power may take the last of them.
   */
  readonly durably: <Value>(work: () => Value) => Value;
  readonly close: () => void;
}

/** Takes an open database over. */
export function storeIn(db: Database.Database, file: string): Store {
  const guarded = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (thrown) {
      throw toLedgerError(thrown, file);
    }
  };
  db.exec('PRAGMA synchronous = NORMAL');
  return {
    prepare: (sql) => {
      const statement = guarded(() => db.prepare(sql));
      // As one array: libsql takes a null that stands alone for an object of named values.
      return {
        run: (...values) => guarded(() => statement.run([...values]).changes),
        rows: (...values) => guarded(() => statement.all([...values])),
        row: (...values) => guarded(() => statement.get([...values])),
      };
    },
    together: (work) => guarded(() => db.transaction(work).immediate()),
    durably: (work) =>
      guarded(() => {
        db.exec('PRAGMA synchronous = FULL');
        try {
          return work();
        } finally {
          db.exec('PRAGMA synchronous = NORMAL');
        }
      }),
    close: () => {
      try {
        // Whoever copies the file then has all of it. Where another run is at work, that one will.
        db.exec('PRAGMA busy_timeout = 0');
        db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
      } catch {
        // It is in the log.
      }
      db.close();
    },
  };
}

/** What went wrong with a ledger, in words and with what to do. */
export function toLedgerError(cause: unknown, path: string): StatuscastError {
  if (cause instanceof StatuscastError) return cause;
  return new StatuscastError({ code: 'ledger-unusable', path, why: reasonOf(cause) }, { cause });
}

/** Whether SQLite found that a file is no database, or no longer a whole one. */
export function isDamage(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === CODES.corrupt || code === CODES.notADatabase;
}

/** Whether another connection is in the way for the moment. */
export function isBusy(thrown: unknown): boolean {
  return codeOf(thrown) === CODES.busy;
}

/** https://sqlite.org/rescode.html */
export const CODES = {
  ...{ permission: 3, busy: 5, readOnly: 8, input: 10, corrupt: 11, full: 13, cannotOpen: 14 },
  notADatabase: 26,
} as const;
const UNWRITABLE: readonly number[] = [
  ...[CODES.permission, CODES.readOnly, CODES.input, CODES.cannotOpen],
];

function reasonOf(thrown: unknown): string {
  const code = codeOf(thrown);
  const said = messageOf(thrown);
  if (isDamage(thrown)) return `it is damaged (${said}); run again to have it set aside`;
  if (isBusy(thrown)) return `another program keeps it locked (${said})`;
  if (code === CODES.full) return `the disk is full (${said}); free some space and run again`;
  if (code !== null && UNWRITABLE.includes(code)) {
    return `it cannot be read or written (${said}); look at its disk and permissions`;
  }
  // What libsql says of a file that it cannot open has a code in its text only.
  if (said.startsWith('ConnectionFailed')) {
    return 'it cannot be opened; look at its disk and permissions';
  }
  return said;
}

/** SQLite's code without what extends it: libsql has no names for those that are extended. */
function codeOf(thrown: unknown): number | null {
  const has = thrown instanceof Error && 'rawCode' in thrown && typeof thrown.rawCode === 'number';
  return has ? Number(thrown.rawCode) & 0xff : null;
}
