import type { Confirmation, LedgerEntry } from '../ledger/ledger.js';

/** A status as the ledger knows it, for `--json`: one object a line. */
export function statusRecord(entry: LedgerEntry) {
  const { input, kind, state, idMessage, message, confirmation, error, changedAtMs } = entry;
  return {
    type: 'status',
    ...{ input, kind, state, idMessage },
    caption: message?.caption ?? null,
    participants: message?.participants ?? null,
    run: entry.runId,
    changedAt: new Date(changedAtMs).toISOString(),
    confirmation:
      confirmation === null
        ? null
        : {
            status: confirmation.status,
            ...{ delivered: confirmation.delivered, read: confirmation.read },
            at: new Date(confirmation.atMs).toISOString(),
          },
    error,
  } as const;
}

/** The same as a line for people, the name last: it may be of any length. */
export function statusLine(entry: LedgerEntry): string {
  const { input, kind, state, idMessage, changedAtMs } = entry;
  const when = new Date(changedAtMs).toLocaleString('sv-SE', WHEN);
  const columns = [when, state.padEnd(10), kind.padEnd(5), (idMessage ?? '-').padEnd(20)];
  return [...columns, [input, ...notesOf(entry)].join(': ')].join('  ');
}

/** Such as `2026-03-22 09:30`, by the clock of whoever reads it. */
const WHEN = { dateStyle: 'short', timeStyle: 'short' } as const;

function notesOf({ confirmation, error }: LedgerEntry): readonly string[] {
  if (error !== null) return [error.message];
  if (confirmation === null) return [];
  return [describeConfirmation(confirmation)];
}

/** What WhatsApp has told of a status: `read by 3`. */
export function describeConfirmation({
  status,
  delivered,
  read,
}: Pick<Confirmation, 'status' | 'delivered' | 'read'>): string {
  const seen = [
    ...(delivered > 0 ? [`delivered to ${delivered}`] : []),
    ...(read > 0 ? [`read by ${read}`] : []),
  ];
  return seen.length === 0 ? status : seen.join(', ');
}
