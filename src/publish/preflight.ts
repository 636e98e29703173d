import { StatuscastError } from '../errors.js';
import type { InstanceSettings } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import { awaitAuthorized } from './await-authorized.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** What is asked beside the state is good to know, and not worth a long wait once that is told. */
const RETRIES = 2;
const PATIENCE_MS = 15_000;
/** Of what is older nothing more is heard: a status is to be seen for 24 h. */
const JOURNAL_MINUTES = 25 * 60;

/** Access to the status methods is given apart: an answer from this one proves it. */
const NO_ACCESS: readonly number[] = [401, 403];

export interface PreflightOptions extends RetryOptions {
  /** Told the ids of what the journal shows before anything is sent. */
  readonly onJournal?: ((idMessages: readonly string[]) => void) | undefined;
}

/**
 * Makes sure that the instance can send, before anything costs time: its state, its settings and
 * its access to the status methods, asked for at the same time.
 * @returns the instance's settings; null where it did not tell them, which is no reason to stop
 * @throws StatuscastError `instance-cannot-send`, and what `getStateInstance` throws
 */
export async function checkInstance(
  client: GreenApiClient,
  options: PreflightOptions,
): Promise<InstanceSettings | null> {
  const ending = new AbortController();
  const signals = [ending.signal, ...(options.signal === undefined ? [] : [options.signal])];
  // Nothing is told of their waits: the state alone is waited for.
  const beside = { signal: AbortSignal.any(signals), retries: RETRIES };
  const settings = readSettings(client, beside);
  const access = hasAccess(client, { ...beside, onJournal: options.onJournal });
  let patience: NodeJS.Timeout | undefined;
  try {
    await awaitAuthorized(client, options);
    patience = setTimeout(() => ending.abort(), PATIENCE_MS);
    if (await access) return await settings;
    const why =
      'it has no access to the status methods, which are in beta; ask GREEN-API support for it';
    throw new StatuscastError({ code: 'instance-cannot-send', why });
  } finally {
    clearTimeout(patience);
    ending.abort();
    await Promise.all([settings, access]);
  }
}

function readSettings(
  client: GreenApiClient,
  options: RetryOptions,
): Promise<InstanceSettings | null> {
  const { signal } = options;
  return retry(() => client.getSettings({ signal }), isTransient, options).catch(() => null);
}

async function hasAccess(
  client: GreenApiClient,
  { onJournal, ...options }: PreflightOptions,
): Promise<boolean> {
  const { signal } = options;
  const minutes = JOURNAL_MINUTES;
  try {
    const journal = await retry(
      () => client.getOutgoingStatuses({ minutes }, { signal }),
      isTransient,
      options,
    );
    onJournal?.(journal.map(({ idMessage }) => idMessage));
    return true;
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'api-refused') return true;
    return !NO_ACCESS.includes(thrown.facts.status);
  }
}
