import type Database from 'libsql';
import { hashAccount } from './key.js';

const MASK = '{idInstance}';

/** Keeps the idInstance of an account out of what is stored: every link holds it. */
export interface Mask {
  readonly hide: (text: string) => string;
  /** Gives back what was hidden in a row of the same account; in any other it stays hidden. */
  readonly show: (text: string, account: string | null) => string;
}

/** @param idInstance null where the account is not known: nothing is shown then */
export function createMask(idInstance: string | null): Mask {
  const own = idInstance === null ? null : hashAccount(idInstance);
  return {
    hide: (text) => (idInstance === null ? text : text.replaceAll(idInstance, MASK)),
    show: (text, account) => {
      // Format 1 stored links as they were, without the account; it is a folder of the link.
      if (account === null) return text.replaceAll(/(?<=\/)\d{7,}(?=\/)/g, MASK);
      return idInstance === null || account !== own ? text : text.replaceAll(MASK, idInstance);
    },
  };
}

/** Hides the idInstance in the rows of format 1, and says that they are this account's. */
export function adoptRows(db: Database.Database, idInstance: string): void {
  const { changes } = db
    .prepare(
      `UPDATE statuses SET url_file = replace(url_file, ?1, '${MASK}'),
        error = replace(error, ?1, '${MASK}'), account = ?2
      WHERE account IS NULL AND instr(url_file, ?1) > 0`,
    )
    .run(idInstance, hashAccount(idInstance));
  if (changes === 0) return;
  // What was written over is still in the file, and in the log, until both are written anew.
  db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
}
