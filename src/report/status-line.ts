import type { ConfirmationEvent, StatusRecord } from '../events.js';

/** A status as a line for people, its name last: that may be of any length. */
export function statusLine(status: StatusRecord): string {
  const { input, kind, state, idMessage, changedAt } = status;
  const when = new Date(changedAt).toLocaleString('sv-SE', WHEN);
  const columns = [when, state.padEnd(10), kind.padEnd(5), (idMessage ?? '-').padEnd(20)];
  return [...columns, [input, ...notesOf(status)].join(': ')].join('  ');
}

/** Such as `2026-03-22 09:30`, by the clock of whoever reads it. */
const WHEN = { dateStyle: 'short', timeStyle: 'short' } as const;

function notesOf({ state, confirmation, error }: StatusRecord): readonly string[] {
  if (error !== null) return [error.message];
  return state !== 'sent' || confirmation === null ? [] : [describeConfirmation(confirmation)];
}

/** What WhatsApp has told of a status: `delivered to 5, read by 3`. */
export function describeConfirmation({
  status,
  delivered,
  read,
}: Pick<ConfirmationEvent, 'status' | 'delivered' | 'read'>): string {
  const seen = [
    ...(delivered > 0 ? [`delivered to ${delivered}`] : []),
    ...(read > 0 ? [`read by ${read}`] : []),
  ];
  return seen.length === 0 ? (WORDS.get(status) ?? status) : seen.join(', ');
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['unknown', 'not in the journal yet'],
  ['pending', 'waits to be sent by the phone'],
  ['sent', 'posted, nobody has it yet'],
]);
