import * as z from 'zod';
import type { Query, Store } from './database.js';
import { KINDS } from '../job.js';
import type { EntryFilter, Ledger, LedgerEntry } from './ledger.js';
import type { Mask } from './mask.js';
import { entryIn } from './row.js';

const NEXT_CHANGE = '(SELECT COALESCE(MAX(change_number), 0) + 1 FROM statuses)';
const CHANGED = `changed_at_ms = ?, change_number = ${NEXT_CHANGE}`;
/** What has been posted stays as it was, also when it was deleted since. */
const NOT_POSTED = `state NOT IN ('sent', 'undone')`;
/** Far longer than anyone can see a status. */
const LOOKS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** The steps of statuses, as a store holds them. */
export function openStatuses(
  store: Store,
  mask: Mask,
  now: () => number,
): Omit<Ledger, 'beginRun' | 'close'> {
  const { durably } = store;
  const entry = (row: unknown): LedgerEntry => entryIn(row, mask.show);
  const find = store.prepare(`
    SELECT statuses.* FROM json_each(?) AS asked JOIN statuses ON statuses.key = asked.value
    ORDER BY asked.key LIMIT 1`);
  // Each column that is read takes about as long as finding its row.
  const posted = store.prepare(`
    SELECT asked.key AS at, kind, state, id_message
    FROM json_each(?) AS asked JOIN statuses ON statuses.key = asked.value
    WHERE NOT ${NOT_POSTED}`);
  const held = store.prepare(`
    SELECT asked.key AS at, content FROM json_each(?) AS asked JOIN contents
    ON contents.path = asked.value ->> 'path' AND stamp = asked.value ->> 'stamp'`);
  const steps = prepareSteps(store);
  const claimed = store.prepare('SELECT 1 FROM statuses WHERE id_message = ?');
  const shown = store.prepare(`
    SELECT 1 FROM shown JOIN statuses ON shown.look <= statuses.after_look
    WHERE shown.id_message = ? AND statuses.key = ?`);
  const look = store.prepare(`
    SELECT at_ms FROM looks JOIN statuses ON looks.number = statuses.after_look
    WHERE statuses.key = ?`);
  const open = store.prepare(`
    SELECT message ->> 'caption' AS caption FROM statuses
    WHERE (state IN ('sending', 'uncertain') OR (state = 'sent' AND id_message IS NULL))
      AND kind = ? AND COALESCE(account = (SELECT account FROM statuses WHERE key = ?), TRUE)
      AND attempted_at_ms >= ?
      AND attempted_at_ms <= COALESCE(?, attempted_at_ms)`);

  return {
    find: async (keys) => {
      const row = find.row(JSON.stringify(keys));
      return row === undefined ? null : entry(row);
    },
    findPosted: async (each) => {
      const asked = each.flat();
      const rows = postedSchema.parse(posted.rows(JSON.stringify(asked)));
      const found = new Map(
        rows.map(({ at, kind, state, id_message: idMessage }) => {
          const key = asked[at] ?? '';
          return [key, { key, kind, state, idMessage }];
        }),
      );
      return each.map((keys) => found.get(keys.find((key) => found.has(key)) ?? '') ?? null);
    },
    findContents: async (each) => {
      const rows = heldSchema.parse(held.rows(JSON.stringify(each)));
      const found = new Map(rows.map(({ at, content }) => [at, content]));
      return each.map((_, at) => found.get(at) ?? null);
    },
    recordContent: async (path, stamp, found) => {
      steps.content.run(path, stamp, found);
    },
    list: async (filter) => listRows(store, filter).map(entry),
    recordNormalized: async ({ key, content, kind, input, source, plan, output, message }) => {
      steps.normalized.run(
        ...[key, content, kind, input, source, JSON.stringify(plan), JSON.stringify(output)],
        ...[message.account, JSON.stringify(message), now()],
      );
    },
    recordUploaded: async (key, { urlFile, expiresAtMs }) => {
      steps.uploaded.run(mask.hide(urlFile), expiresAtMs, now(), key);
    },
    claimSend: async (
      key,
      lastAttemptAtMs,
      nowMs,
      { urlFile, expiresAtMs },
      runId,
      isJournaled,
    ) => {
      const link = [mask.hide(urlFile), expiresAtMs] as const;
      const how = [runId, isJournaled === true ? 1 : 0, nowMs] as const;
      const values = [...link, ...how, now(), key, lastAttemptAtMs, runId] as const;
      return durably(() => steps.claim.run(...values)) === 1;
    },
    recordSent: async (key, idMessage) => {
      durably(() => steps.sent.run(idMessage, now(), key));
    },
    claimMessage: async (key, idMessage) =>
      durably(() => steps.found.run(idMessage, now(), key, idMessage)) === 1,
    recordUncertain: async (key, error, { isJournalOff = false } = {}) => {
      const text = mask.hide(JSON.stringify(error));
      durably(() => steps.uncertain.run(text, isJournalOff ? 1 : 0, now(), key));
    },
    recordFailed: async (key, error, attemptedAtMs) => {
      const text = mask.hide(JSON.stringify(error));
      durably(() => steps.failed.run(text, now(), key, attemptedAtMs));
    },
    recordNotSent: async (key, attemptedAtMs) => {
      steps.notSent.run(now(), key, attemptedAtMs ?? null);
    },
    recordUndone: async (key) => {
      durably(() => steps.undone.run(now(), key));
    },
    forget: async (key) => {
      steps.forget.run(key);
    },
    recordConfirmation: async (key, { status, delivered, read, atMs }) => {
      steps.confirmed.run(JSON.stringify({ status, delivered, read, atMs }), key);
    },
    findOpen: async ({ key, kind }, sinceMs, untilMs) =>
      openSchema
        .parse(open.rows(kind, key, sinceMs, untilMs ?? null))
        .map(({ caption }) => caption),
    recordLook: async ({ account, idMessages, atMs }) => {
      store.together(() => {
        steps.forgetLooks.run(atMs - LOOKS_KEPT_MS);
        steps.forgetShown.run();
        steps.looked.run(account, atMs);
        steps.shown.run(JSON.stringify(idMessages));
      });
    },
    findLook: async (key) => lookSchema.parse(look.rows(key))[0]?.at_ms ?? null,
    isClaimed: async (idMessage, key) =>
      claimed.rows(idMessage).length > 0 || shown.rows(idMessage, key).length > 0,
  };
}

const postedSchema = z.array(
  z.object({
    at: z.number(),
    kind: z.enum(KINDS),
    state: z.enum(['sent', 'undone']),
    id_message: z.string().nullable(),
  }),
);
const heldSchema = z.array(z.object({ at: z.number(), content: z.string() }));
const lookSchema = z.array(z.object({ at_ms: z.number() }));
const openSchema = z.array(z.object({ caption: z.string().nullable() }));

function prepareSteps({ prepare }: Store) {
  return {
    normalized: prepare(`
      INSERT INTO statuses (
        key, content, kind, state, input, source, plan, output, account, message,
        changed_at_ms, change_number
      ) VALUES (?, ?, ?, 'normalized', ?, ?, ?, ?, ?, ?, ?, ${NEXT_CHANGE})
      ON CONFLICT (key) DO UPDATE SET
        state = CASE WHEN state IN ('uploaded', 'failed') THEN 'normalized' ELSE state END,
        input = excluded.input, source = excluded.source, plan = excluded.plan,
        output = excluded.output, account = excluded.account, message = excluded.message,
        changed_at_ms = excluded.changed_at_ms, change_number = excluded.change_number
      WHERE ${NOT_POSTED}`),
    uploaded: prepare(`
      UPDATE statuses SET
        state = CASE WHEN state IN ('normalized', 'failed') THEN 'uploaded' ELSE state END,
        url_file = ?, expires_at_ms = ?, ${CHANGED}
      -- The link of a request that may be under way is what the queue is searched for.
      WHERE key = ? AND ${NOT_POSTED} AND state NOT IN ('sending', 'uncertain')`),
    claim: prepare(`
      UPDATE statuses SET state = 'sending', error = NULL,
        url_file = ?, expires_at_ms = ?, run_id = ?, journaled = ?,
        after_look = (SELECT MAX(number) FROM looks WHERE looks.account = statuses.account),
        -- Never the same twice, or two runs could both believe that they had claimed it.
        attempted_at_ms = MAX(?, COALESCE(attempted_at_ms, 0) + 1), ${CHANGED}
      WHERE key = ? AND ${NOT_POSTED} AND attempted_at_ms IS ?
        -- A run that was taken for dead, and lives, has lost its content to another.
        AND NOT EXISTS (
          SELECT 1 FROM leases WHERE leases.content = statuses.content
            AND leases.run_id <> ?)`),
    sent: prepare(`
      UPDATE statuses SET state = 'sent', id_message = ?, error = NULL, ${CHANGED}
      WHERE key = ? AND state <> 'undone'`),
    found: prepare(`
      UPDATE statuses SET state = 'sent', id_message = ?, error = NULL, ${CHANGED}
      WHERE key = ? AND state <> 'undone' AND NOT EXISTS (
        SELECT 1 FROM statuses AS other WHERE other.id_message = ? AND other.key <> statuses.key)`),
    uncertain: prepare(`
      UPDATE statuses SET state = 'uncertain', error = ?,
        journaled = CASE WHEN ? THEN 0 ELSE journaled END, ${CHANGED}
      WHERE key = ? AND ${NOT_POSTED}`),
    failed: prepare(`
      UPDATE statuses SET state = 'failed', error = ?, ${CHANGED}
      WHERE key = ? AND ${NOT_POSTED} AND attempted_at_ms IS ?`),
    notSent: prepare(`
      UPDATE statuses SET state = 'uploaded', error = NULL, ${CHANGED}
      WHERE key = ? AND state IN ('sending', 'uncertain')
        AND attempted_at_ms = COALESCE(?, attempted_at_ms)`),
    undone: prepare(`
      UPDATE statuses SET state = 'undone', ${CHANGED} WHERE key = ? AND state = 'sent'`),
    looked: prepare('INSERT INTO looks (account, at_ms) VALUES (?, ?)'),
    shown: prepare(`
      INSERT INTO shown (id_message, look)
      SELECT value, (SELECT MAX(number) FROM looks) FROM json_each(?)
      -- Which showed it first says most.
      WHERE TRUE ON CONFLICT DO NOTHING`),
    forgetLooks: prepare('DELETE FROM looks WHERE at_ms < ?'),
    forgetShown: prepare(`
      DELETE FROM shown WHERE look < (SELECT COALESCE(MIN(number), 0) FROM looks)`),
    content: prepare(`
      INSERT INTO contents (path, stamp, content) VALUES (?, ?, ?)
      ON CONFLICT (path) DO UPDATE SET stamp = excluded.stamp, content = excluded.content`),
    forget: prepare(`DELETE FROM statuses WHERE key = ? AND state = 'undone'`),
    confirmed: prepare('UPDATE statuses SET confirmation = ? WHERE key = ?'),
  } satisfies Record<string, Query>;
}

const lastRunSchema = z.tuple([z.object({ last: z.number().nullable() })]);

function listRows(store: Store, { account, states, run }: EntryFilter): readonly unknown[] {
  const ofAccount = account === undefined ? [] : [{ sql: 'account = ?', values: [account] }];
  const inStates =
    states === undefined
      ? []
      : [{ sql: `state IN (${states.map(() => '?').join()})`, values: states }];
  const select = (what: string, conditions: readonly Condition[], order = '') =>
    store
      .prepare(
        `SELECT ${what} FROM statuses
        WHERE ${['TRUE', ...conditions.map(({ sql }) => sql)].join(' AND ')} ${order}`,
      )
      .rows(...conditions.flatMap(({ values }) => values));
  const findLast = () => {
    const posted = { sql: `state IN ('sent', 'undone')`, values: [] };
    return lastRunSchema.parse(select('MAX(run_id) AS last', [...ofAccount, posted]))[0].last;
  };
  const ofRun =
    run === undefined ? [] : [{ sql: 'run_id = ?', values: [run === 'last' ? findLast() : run] }];
  return select('*', [...ofAccount, ...inStates, ...ofRun], 'ORDER BY change_number');
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
}
