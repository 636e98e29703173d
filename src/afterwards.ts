import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { StatuscastError, toStatuscastError } from './errors.js';
import type { StatusRecord } from './events.js';
import type { Credentials } from './green-api/credentials.js';
import type { JobError } from './job.js';
import type { LedgerEntry, LedgerState } from './ledger/ledger.js';
import { readLedger } from './ledger/read-ledger.js';
import { confirm, postedOf } from './publish/confirm.js';
import { openAccount, type Account } from './publish/open-account.js';
import { readSettings } from './publish/read-settings.js';
import { isTransient, retry, stopsRun, type RetryOptions } from './publish/retry.js';
import { settle, type Settling } from './publish/settle.js';
import { createSettings } from './resolve-settings.js';
import type { Settings, SettingsInput } from './settings.js';

/** What is done about statuses once they are posted, or may have been. */
export interface AfterwardsOptions {
  readonly credentials: Credentials;
  /** Those of the runs that posted them; `state` says where. */
  readonly settings?: SettingsInput;
  readonly signal?: AbortSignal;
  /** Told before each wait. */
  readonly onWaiting?: (why: string, waitMs: number) => void;
}

/** Which statuses. */
export interface Named {
  /**
   * Files as they were found, file names, or message ids. Default: those of the last run; for
   * `listStatuses` all.
   */
  readonly names?: readonly string[];
}

/**
 * What the ledger of a state directory knows, of every account, in the order in which it changed.
 * @throws StatuscastError `ledger-unusable`, also where there is none; `bad-settings` for names that
 * nothing is known of
 */
export async function listStatuses(
  options: Named & { readonly settings?: SettingsInput } = {},
): Promise<readonly StatusRecord[]> {
  const stateDir = path.resolve(createSettings(options.settings).state);
  const ledger = await readLedger(stateDir, { idInstance: null });
  if (ledger === null) throw noLedger(stateDir);
  try {
    return named(await ledger.list({}), options.names ?? []).map((entry) => recordOf(entry));
  } finally {
    await ledger.close();
  }
}

/**
 * Finds out what became of the sends that nobody knows the outcome of. What was not sent is sent by
 * the next run.
 * @throws StatuscastError `ledger-unusable`, what stops a run, `interrupted`
 */
export async function* reconcile(
  options: AfterwardsOptions,
): AsyncGenerator<StatusRecord, void, void> {
  const call = await openCall(options);
  const { client, journal, ledger, hash, settings, retrying } = call;
  const { signal, onWaiting } = retrying;
  try {
    for (const entry of await ledger.list({ account: hash, states: ['sending', 'uncertain'] })) {
      const { key, kind, link, attemptedAtMs } = entry;
      if (link === null || attemptedAtMs === null) continue;
      refuseWhenAborted(signal);
      // Of format 1 the caption is not known: what the settings say now.
      const message = entry.message ?? { caption: settings.caption };
      const times = { attemptedAtMs, lostAtMs: attemptedAtMs + settings.sendTimeoutMs };
      const now = client.serverNow;
      const settling = { client, journal, ledger, settings, signal, onWaiting, now };
      const { ending } = await settle({ key, kind, message }, link, times, settling);
      if (ending === 'not-sent') await ledger.recordNotSent(key, attemptedAtMs);
      else if (ending.outcome !== 'uncertain') {
        await rm(entry.output.path, { force: true }).catch(() => undefined);
      }
      yield recordOf((await ledger.find([key])) ?? entry);
    }
  } finally {
    await call.close();
  }
}

/**
 * Says of each status whether it has appeared and how many have seen it. Without a confirmation: the
 * journal did not show it in time.
 * @throws StatuscastError `journal-off` where nothing can be confirmed, `ledger-unusable`,
 * `bad-settings` for names that nothing is known of, `interrupted`, and what the client throws
 */
export async function* confirmPosted(
  options: AfterwardsOptions & Named,
): AsyncGenerator<StatusRecord, void, void> {
  const call = await openCall(options);
  const { client, settings, retrying } = call;
  try {
    const posted = postedOf(await listOf(call, ['sent'], options));
    if (posted.length === 0) return;
    const { outgoingWebhook } = await readSettings(client, retrying);
    if (!outgoingWebhook) throw new StatuscastError({ code: 'journal-off' });
    const waiting = { ...retrying, waitMs: settings.confirmWaitMs };
    for await (const { entry, confirmation, error } of confirm(call, posted, waiting)) {
      yield recordOf({ ...entry, confirmation, error });
    }
  } finally {
    await call.close();
  }
}

export interface UndoOptions extends AfterwardsOptions, Named {
  /** Shown what would be deleted; nothing is where it says no. */
  readonly approve: (statuses: readonly StatusRecord[]) => Promise<boolean>;
  /**
   * Let a later run send the same files again; of those that were undone before, the ones that are
   * named. Default: they are never sent again by themselves.
   */
  readonly forget?: boolean;
}

/**
 * Deletes statuses. One that could not be deleted comes with the error, and stays as it is.
 * @throws StatuscastError what stops a run, `ledger-unusable`, `interrupted`, `bad-settings` for names
 * that nothing is known of
 */
export async function* undo(options: UndoOptions): AsyncGenerator<StatusRecord, void, void> {
  const call = await openCall(options);
  const { ledger, retrying } = call;
  try {
    // Of what was undone before, only that is forgotten which is named: it may be meant to stay away.
    const isNamed = options.names !== undefined && options.names.length > 0;
    const states: readonly LedgerState[] =
      options.forget === true && isNamed ? ['sent', 'undone'] : ['sent'];
    const entries = await listOf(call, states, options);
    if (!(await options.approve(entries.map((entry) => recordOf(entry))))) return;
    for (const entry of entries) {
      refuseWhenAborted(retrying.signal);
      const error = entry.state === 'undone' ? null : await deleteStatus(call, entry);
      if (error !== null) {
        yield recordOf({ ...entry, error });
        continue;
      }
      await ledger.recordUndone(entry.key);
      const undone = (await ledger.find([entry.key])) ?? entry;
      if (options.forget === true) await ledger.forget(entry.key);
      yield recordOf(undone);
    }
  } finally {
    await call.close();
  }
}

function refuseWhenAborted({ aborted }: AbortSignal): void {
  if (aborted) throw new StatuscastError({ code: 'interrupted' });
}

async function deleteStatus(
  { client, retrying }: Call,
  { idMessage, input }: LedgerEntry,
): Promise<JobError | null> {
  const { signal } = retrying;
  try {
    if (idMessage === null) throw new StatuscastError({ code: 'status-unknown', file: input });
    await retry(() => client.deleteStatus({ idMessage }, { signal }), isTransient, retrying);
    return null;
  } catch (thrown) {
    const error = toStatuscastError(thrown);
    if (stopsRun(error) || error.code === 'interrupted') throw error;
    return { code: error.code, message: error.message };
  }
}

interface Call extends Account {
  readonly settings: Settings;
  readonly retrying: RetryOptions & Pick<Settling, 'signal' | 'onWaiting'>;
}

async function openCall(options: AfterwardsOptions): Promise<Call> {
  const { credentials, signal = new AbortController().signal } = options;
  const { onWaiting = () => undefined } = options;
  const settings = createSettings(options.settings);
  await expectLedger(settings);
  const account = await openAccount(credentials, settings);
  return { ...account, settings, retrying: { signal, onWaiting, retries: settings.retries } };
}

/** Where nothing was ever posted from, no ledger is made to say so. */
async function expectLedger({ state }: Settings): Promise<void> {
  const stateDir = path.resolve(state);
  await access(path.join(stateDir, 'ledger.db')).catch((cause: unknown) => {
    throw noLedger(stateDir, cause);
  });
}

function noLedger(stateDir: string, cause?: unknown): StatuscastError {
  const why = 'there is none; name the state directory of the runs that posted with --state';
  const file = path.join(stateDir, 'ledger.db');
  return new StatuscastError({ code: 'ledger-unusable', path: file, why }, { cause });
}

/** Those that are named; where none is, those of the last run. */
async function listOf(
  { ledger, hash: account }: Call,
  states: readonly LedgerState[],
  { names = [] }: Named,
): Promise<readonly LedgerEntry[]> {
  if (names.length === 0) return ledger.list({ account, states, run: 'last' });
  const entries = named(await ledger.list({ account }), names);
  return entries.filter(({ state }) => states.includes(state));
}

/** @throws StatuscastError `bad-settings` for names that nothing is known of */
function named(entries: readonly LedgerEntry[], names: readonly string[]): readonly LedgerEntry[] {
  if (names.length === 0) return entries;
  // As a walk writes them: without `./` before, and with the separators of the system.
  const wanted = new Map(names.map((name) => [path.normalize(name), name]));
  const met = new Set<string>();
  const found = entries.filter(({ input, idMessage }) => {
    const known = [path.normalize(input), path.basename(input), idMessage ?? ''];
    const fitting = known.filter((name) => wanted.has(name));
    for (const name of fitting) met.add(name);
    return fitting.length > 0;
  });
  const faults = [...wanted].flatMap(([name, given]) =>
    met.has(name) ? [] : [`nothing is known here of "${given}"`],
  );
  if (faults.length === 0) return found;
  throw new StatuscastError({ code: 'bad-settings', faults, of: 'statuses' });
}

function recordOf(entry: LedgerEntry): StatusRecord {
  const { input, kind, state, idMessage, runId, confirmation, error } = entry;
  return {
    ...{ type: 'status', input, kind, state, idMessage },
    caption: entry.message?.caption ?? null,
    participants: entry.message?.participants ?? null,
    run: runId,
    changedAt: new Date(entry.changedAtMs).toISOString(),
    confirmation:
      confirmation === null
        ? null
        : {
            ...{ status: confirmation.status, delivered: confirmation.delivered },
            ...{ read: confirmation.read, at: new Date(confirmation.atMs).toISOString() },
          },
    error,
  };
}
