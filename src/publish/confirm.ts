import { setTimeout as sleep } from 'node:timers/promises';
import { StatuscastError, toStatuscastError } from '../errors.js';
import type { StatusReceipt } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { JobError } from '../job.js';
import type { Confirmation, Ledger, LedgerEntry } from '../ledger/ledger.js';
import { isTransient, retry, stopsRun, type RetryOptions } from './retry.js';

/** A status that was sent, and that the journal can be asked for. */
export interface Posted {
  readonly entry: LedgerEntry;
  readonly idMessage: string;
  /** When it was sent, by the server's clock. */
  readonly attemptedAtMs: number;
}

/** Those of entries that have an id. */
export function postedOf(entries: readonly LedgerEntry[]): readonly Posted[] {
  return entries.flatMap((entry) => {
    const { idMessage, attemptedAtMs } = entry;
    return idMessage === null || attemptedAtMs === null
      ? []
      : [{ entry, idMessage, attemptedAtMs }];
  });
}

export interface Confirmed extends Posted {
  /** What the journal and the statistic say; null: the journal does not show it. */
  readonly confirmation: Confirmation | null;
  /** Why nobody can tell who has seen it, though the journal shows it. */
  readonly error: JobError | null;
}

export interface ConfirmOptions extends RetryOptions {
  /** How long a status may take to show and to leave `pending`. */
  readonly waitMs: number;
}

const POLL_MS = 2000;
const MINUTE_MS = 60_000;
/** Our clock and the server's may differ by as much. */
const SPARE_MINUTES = 10;

/**
 * Asks the journal until each status shows and has left `pending`, then who it was delivered to and
 * who has read it, and keeps that in the ledger. In the order in which they show; what does not show
 * in time comes last.
 * @throws StatuscastError as the client does, `ledger-unusable`, `interrupted`
 */
export async function* confirm(
  { client, ledger }: { readonly client: GreenApiClient; readonly ledger: Ledger },
  posted: readonly Posted[],
  options: ConfirmOptions,
): AsyncGenerator<Confirmed, void, void> {
  const { signal, waitMs, onWaiting } = options;
  const deadlineMs = performance.now() + waitMs;
  let open = posted;
  while (open.length > 0) {
    const shown = await readJournal(client, open, options);
    const isOver = performance.now() >= deadlineMs;
    const isDone = ({ idMessage }: Posted) =>
      isOver || (shown.get(idMessage) ?? 'pending') !== 'pending';
    for (const status of open.filter(isDone)) {
      const { entry, idMessage } = status;
      const said = shown.get(idMessage) ?? null;
      const confirmation =
        said === null ? null : await tryReceipts(client, idMessage, said, options);
      if (confirmation instanceof StatuscastError) {
        const { code, message } = confirmation;
        yield { ...status, confirmation: null, error: { code, message } };
        continue;
      }
      if (confirmation !== null) await ledger.recordConfirmation(entry.key, confirmation);
      yield { ...status, confirmation, error: null };
    }
    open = open.filter((status) => !isDone(status));
    if (open.length === 0) return;
    onWaiting?.(`${open.length} not shown in the journal yet`, POLL_MS);
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new StatuscastError({ code: 'interrupted' });
    });
  }
}

/** What the journal says of each, by its id. */
async function readJournal(
  client: GreenApiClient,
  open: readonly Posted[],
  options: RetryOptions,
): Promise<ReadonlyMap<string, string>> {
  const { signal } = options;
  const firstMs = open.reduce(
    (first, { attemptedAtMs }) => Math.min(first, attemptedAtMs),
    Infinity,
  );
  const ageMs = Math.max(0, client.serverNow() - firstMs);
  const minutes = Math.ceil(ageMs / MINUTE_MS) + SPARE_MINUTES;
  const journal = await retry(
    () => client.getOutgoingStatuses({ minutes }, { signal }),
    isTransient,
    options,
  );
  return new Map(journal.map(({ idMessage, status }) => [idMessage, status ?? 'sent']));
}

/** The receipts, or why the API refuses those of this one. */
function tryReceipts(
  ...asked: Parameters<typeof readReceipts>
): Promise<Confirmation | StatuscastError> {
  return readReceipts(...asked).catch((thrown: unknown) => {
    const error = toStatuscastError(thrown);
    const isOfThisOne = error.code === 'api-refused' && !stopsRun(error) && !isTransient(error);
    if (!isOfThisOne) throw error;
    return error;
  });
}

async function readReceipts(
  client: GreenApiClient,
  idMessage: string,
  status: string,
  options: RetryOptions,
): Promise<Confirmation> {
  const { signal } = options;
  const receipts = await retry(
    () => client.getStatusStatistic({ idMessage }, { signal }),
    isTransient,
    options,
  );
  const read = countContacts(receipts, ['read']);
  const delivered = countContacts(receipts, ['delivered', 'read']);
  return { status, delivered, read, atMs: client.serverNow() };
}

/** What was read was delivered before, whether or not it says so. */
function countContacts(receipts: readonly StatusReceipt[], states: readonly string[]): number {
  const contacts = receipts.filter(({ status }) => states.includes(status));
  return new Set(contacts.map(({ participant }) => participant)).size;
}
