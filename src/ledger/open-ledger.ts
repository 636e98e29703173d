import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import Database from 'libsql';
import pRetry from 'p-retry';
import { z } from 'zod';
import { messageOf, StatuscastError } from '../errors.js';
import type { Ledger, LedgerEntry } from './ledger.js';

const VERSION = 1;
const BUSY_TIMEOUT_MS = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS statuses (
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
  CREATE INDEX IF NOT EXISTS statuses_by_message ON statuses (id_message);
  PRAGMA user_version = ${VERSION};
`;

/**
 * Opens the ledger of a state directory, making both where they are missing.
 * @throws StatuscastError `ledger-unusable`
 */
export async function openLedger(
  stateDir: string,
  { now = Date.now }: { readonly now?: () => number } = {},
): Promise<Ledger> {
  const file = path.join(stateDir, 'ledger.db');
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    // Two runs that make it at the same moment: SQLite does not let the second wait for the switch
    // to WAL, but tells it at once that the file is busy.
    const db = await pRetry(() => openDatabase(file), {
      ...{ retries: Infinity, minTimeout: 25, factor: 1, randomize: true },
      maxRetryTime: BUSY_TIMEOUT_MS,
      shouldRetry: ({ error }) => 'code' in error && error.code === 'SQLITE_BUSY',
    });
    return fromDatabase(db, now);
  } catch (cause) {
    if (cause instanceof StatuscastError) throw cause;
    const why = messageOf(cause);
    throw new StatuscastError({ code: 'ledger-unusable', path: file, why }, { cause });
  }
}

function openDatabase(file: string): Database.Database {
  const db = new Database(file);
  try {
    setUp(db, file);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function setUp(db: Database.Database, file: string): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const { user_version: version } = z
    .object({ user_version: z.number() })
    .parse(db.prepare('PRAGMA user_version').get());
  if (version > VERSION) {
    const why = `it was written by a newer statuscast (format ${version}, this one knows ${VERSION})`;
    throw new StatuscastError({ code: 'ledger-unusable', path: file, why });
  }
  // Only now: it writes to the file.
  db.exec('PRAGMA journal_mode = WAL');
  // `sending` has to be on the disk before the request leaves, also when the power fails.
  db.exec('PRAGMA synchronous = FULL');
  if (version < VERSION) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
}

const json = <Shape>(shape: z.ZodType<Shape>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(shape);

const errorShape = z.object({ code: z.string(), message: z.string() });

const rowSchema = z
  .object({
    key: z.string(),
    content: z.string(),
    kind: z.enum(['image', 'audio', 'video']),
    state: z.enum(['normalized', 'uploaded', 'sending', 'sent', 'uncertain', 'failed']),
    input: z.string(),
    source: z.string(),
    plan: json(
      z.object({
        action: z.enum(['keep', 'remux', 'encode', 'refuse']),
        reasons: z.array(z.string()),
        // Rows of 0.1 have neither.
        fit: z.enum(['crop', 'blur', 'pad']).nullable().default(null),
        crop: z
          .object({
            left: z.number(),
            top: z.number(),
            width: z.number(),
            height: z.number(),
          })
          .nullable()
          .default(null),
      }),
    ),
    output: json(
      z.object({
        path: z.string(),
        bytes: z.number(),
        mime: z.enum(['image/jpeg', 'audio/mpeg', 'video/mp4']),
        width: z.number().nullable(),
        height: z.number().nullable(),
        durationSeconds: z.number().nullable(),
      }),
    ),
    url_file: z.string().nullable(),
    expires_at_ms: z.number().nullable(),
    attempted_at_ms: z.number().nullable(),
    id_message: z.string().nullable(),
    error: json(errorShape).nullable(),
  })
  .transform(({ url_file, expires_at_ms, attempted_at_ms, id_message, ...row }): LedgerEntry => ({
    ...row,
    link:
      url_file === null || expires_at_ms === null
        ? null
        : { urlFile: url_file, expiresAtMs: expires_at_ms },
    attemptedAtMs: attempted_at_ms,
    idMessage: id_message,
  }));

const countSchema = z.object({ count: z.number() });

function fromDatabase(db: Database.Database, now: () => number): Ledger {
  const find = db.prepare('SELECT * FROM statuses WHERE key = ?');
  const normalized = db.prepare(`
    INSERT INTO statuses (key, content, kind, state, input, source, plan, output, changed_at_ms)
    VALUES (?, ?, ?, 'normalized', ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET
      state = CASE WHEN state IN ('normalized', 'uploaded', 'failed') THEN 'normalized' ELSE state END,
      input = excluded.input, source = excluded.source, plan = excluded.plan, output = excluded.output,
      changed_at_ms = excluded.changed_at_ms
    WHERE state <> 'sent'`);
  const uploaded = db.prepare(`
    UPDATE statuses SET
      state = CASE WHEN state IN ('normalized', 'failed') THEN 'uploaded' ELSE state END,
      url_file = ?, expires_at_ms = ?, changed_at_ms = ?
    -- The link of a request that may be under way is what the queue is searched for.
    WHERE key = ? AND state NOT IN ('sent', 'sending', 'uncertain')`);
  const claim = db.prepare(`
    UPDATE statuses SET state = 'sending', error = NULL, changed_at_ms = ?,
      url_file = ?, expires_at_ms = ?,
      -- Never the same twice, or two runs could both believe that they had claimed it.
      attempted_at_ms = MAX(?, COALESCE(attempted_at_ms, 0) + 1)
    WHERE key = ? AND state <> 'sent' AND attempted_at_ms IS ?`);
  const sent = db.prepare(`
    UPDATE statuses SET state = 'sent', id_message = ?, error = NULL, changed_at_ms = ?
    WHERE key = ?`);
  const found = db.prepare(`
    UPDATE statuses SET state = 'sent', id_message = ?, error = NULL, changed_at_ms = ?
    WHERE key = ? AND NOT EXISTS (
      SELECT 1 FROM statuses AS other WHERE other.id_message = ? AND other.key <> statuses.key)`);
  const ended = db.prepare(`
    UPDATE statuses SET state = ?, error = ?, changed_at_ms = ? WHERE key = ? AND state <> 'sent'`);
  const claimed = db.prepare('SELECT 1 FROM statuses WHERE id_message = ?');
  const open = db.prepare(`
    SELECT COUNT(*) AS count FROM statuses
    WHERE state IN ('sending', 'uncertain') AND kind = ? AND attempted_at_ms >= ?`);

  return {
    find: async (keys) => {
      for (const key of keys) {
        const row = find.get(key);
        if (row !== undefined) return rowSchema.parse(row);
      }
      return null;
    },
    recordNormalized: async ({ key, content, kind, input, source, plan, output }) => {
      normalized.run(
        ...[key, content, kind, input, source, JSON.stringify(plan), JSON.stringify(output), now()],
      );
    },
    recordUploaded: async (key, { urlFile, expiresAtMs }) => {
      uploaded.run(urlFile, expiresAtMs, now(), key);
    },
    claimSend: async (key, lastAttemptAtMs, nowMs, { urlFile, expiresAtMs }) =>
      claim.run(now(), urlFile, expiresAtMs, nowMs, key, lastAttemptAtMs).changes === 1,
    recordSent: async (key, idMessage) => {
      sent.run(idMessage, now(), key);
    },
    claimMessage: async (key, idMessage) =>
      found.run(idMessage, now(), key, idMessage).changes === 1,
    recordUncertain: async (key, error) => {
      ended.run('uncertain', JSON.stringify(error), now(), key);
    },
    recordFailed: async (key, error) => {
      ended.run('failed', JSON.stringify(error), now(), key);
    },
    countOpen: async (kind, sinceMs) => countSchema.parse(open.get(kind, sinceMs)).count,
    isClaimed: async (idMessage) => claimed.get(idMessage) !== undefined,
    close: async () => {
      db.close();
    },
  };
}
