import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'libsql';

/** The account whose links are in a ledger of format 1. */
export const OLD_ACCOUNT = '7105223344';

/** The states that format 1 knew. */
export const OLD_STATES = [
  ...(['normalized', 'uploaded', 'sending', 'sent', 'uncertain', 'failed'] as const),
];

/** As version 0.1 made it, word for word. */
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
  PRAGMA user_version = 1;
`;

export function oldLink(state: string): string {
  return `https://storage.example.com/${OLD_ACCOUNT}/${state}.jpg`;
}

/** What every old row says, whatever its state. */
export const OLD_FACTS = {
  ...{ content: 'c0ffee', kind: 'image', input: 'album/海.heic', source: 'HEIC, 4032×3024' },
  plan: { action: 'encode', reasons: ['HEIC is not shown by WhatsApp'], fit: null, crop: null },
  output: {
    ...{ path: "/state/outputs/it's.jpg", bytes: 412_345, mime: 'image/jpeg' },
    ...{ width: 1080, height: 1920, durationSeconds: null },
  },
} as const;

/** Makes a ledger of format 1 with a row in each state, the last of them changed first. */
export function makeFormat1(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true });
  const db = new Database(path.join(stateDir, 'ledger.db'));
  db.exec(`PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
  const insert = db.prepare(
    `INSERT INTO statuses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const [index, state] of OLD_STATES.entries()) {
    const { content, kind, input, source, plan, output } = OLD_FACTS;
    const isLinked = state !== 'normalized';
    const isTried = isLinked && state !== 'uploaded';
    insert.run(
      ...[`k-${state}`, content, kind, state, input, source],
      ...[JSON.stringify({ action: plan.action, reasons: plan.reasons }), JSON.stringify(output)],
      ...[isLinked ? oldLink(state) : null, isLinked ? 1_742_601_600_000 : null],
      ...[isTried ? 1000 + index : null, state === 'sent' ? '3EB0' : null],
      state === 'failed'
        ? JSON.stringify({ code: 'link-unreachable', message: oldLink(state) })
        : null,
      2000 - index,
    );
  }
  // What was written over stays in the file until somebody cleans it.
  db.exec(`CREATE TABLE left_over AS
      SELECT one.url_file, hex(zeroblob(1500)) FROM statuses AS one, statuses AS two;
    DROP TABLE left_over;`);
  db.close();
}
