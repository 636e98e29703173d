import type Database from 'libsql';
import * as z from 'zod';

/** What each format adds to the one before; the first makes it from nothing. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE statuses (
    key TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    input TEXT NOT NULL,
    source TEXT NOT NULL,
    plan TEXT NOT NULL,
    output TEXT NOT NULL,
    url_file TEXT,
    expires_at_ms INTEGER,
    attempted_at_ms INTEGER,
    id_message TEXT,
    error TEXT,
    changed_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX statuses_by_message ON statuses (id_message);`,

  // A clock may be set back, or tick too slowly: the order of changes is a number of its own.
  `ALTER TABLE statuses ADD COLUMN account TEXT;
  ALTER TABLE statuses ADD COLUMN message TEXT;
  ALTER TABLE statuses ADD COLUMN run_id INTEGER;
  ALTER TABLE statuses ADD COLUMN confirmation TEXT;
  ALTER TABLE statuses ADD COLUMN change_number INTEGER;
  UPDATE statuses SET change_number = ordered.number FROM (
    SELECT key, ROW_NUMBER() OVER (ORDER BY changed_at_ms, rowid) AS number FROM statuses
  ) AS ordered WHERE ordered.key = statuses.key;
  CREATE INDEX statuses_by_change ON statuses (change_number);
  CREATE INDEX statuses_by_account ON statuses (account);
  CREATE INDEX statuses_by_run ON statuses (run_id);
  CREATE TABLE runs (
    -- Never the same twice, also after it was removed.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    beat INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    began TEXT NOT NULL
  ) STRICT;
  CREATE TABLE leases (
    content TEXT PRIMARY KEY,
    run_id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_run ON leases (run_id);`,

  // Looks into the journal, and which of them showed an id first, whoever posted it. Numbers, since
  // a clock may be set back between a look and a request.
  `CREATE TABLE looks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX looks_by_account ON looks (account);
  CREATE TABLE shown (
    id_message TEXT PRIMARY KEY,
    look INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE statuses ADD COLUMN after_look INTEGER;`,

  // What files held when they were last read, so that those that have not changed are not read anew.
  `CREATE TABLE contents (
    path TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`,

  // Whether the instance was known to keep its journal when the last request left.
  `ALTER TABLE statuses ADD COLUMN journaled INTEGER;`,
];

/** The format that this version writes. */
export const FORMAT = MIGRATIONS.length;

const versionSchema = z.tuple([z.object({ user_version: z.number() })]);

/** The format of a database; 0 for one with nothing in it. */
export function readFormat(db: Database.Database): number {
  return versionSchema.parse(db.prepare('PRAGMA user_version').all())[0].user_version;
}

/** Brings a database to this version's format, each step whole or not at all. */
export function migrate(db: Database.Database): void {
  for (const [index, sql] of MIGRATIONS.entries()) {
    const step = db.transaction(() => {
      // Another run may have taken it meanwhile.
      if (readFormat(db) === index) db.exec(`${sql} PRAGMA user_version = ${index + 1};`);
    });
    if (readFormat(db) === index) step.immediate();
  }
}
