import { StatuscastError } from '../errors.js';
import type { InstanceSettings } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import { STATUS_LIFETIME_MS } from '../limits.js';
import { awaitAuthorized } from './await-authorized.js';
import type { Journal } from './journal.js';
import { readSettings } from './read-settings.js';
import type { RetryOptions } from './retry.js';

/** What is asked beside the state is good to know, and not worth a long wait once that is told. */
const RETRIES = 2;
const PATIENCE_MS = 15_000;

const NO_ACCESS: readonly number[] = [401, 403];

/**
 * Makes sure that the instance can send, before anything costs time: its state, its settings and
 * its access to the status methods, asked for at the same time.
 * @returns the instance's settings; null where it did not tell them, which is no reason to stop
 * @throws StatuscastError `instance-cannot-send`, and what `getStateInstance` throws
 */
export async function checkInstance(
  client: GreenApiClient,
  journal: Journal,
  options: RetryOptions,
): Promise<InstanceSettings | null> {
  const ending = new AbortController();
  const signals = [ending.signal, ...(options.signal === undefined ? [] : [options.signal])];
  // Nothing is told of their waits: the state alone is waited for.
  const beside = { signal: AbortSignal.any(signals), retries: RETRIES };
  const settings = readSettings(client, beside).catch(() => null);
  const access = hasAccess(journal, beside);
  let patience: NodeJS.Timeout | undefined;
  try {
    await awaitAuthorized(client, options);
    patience = setTimeout(() => ending.abort(), PATIENCE_MS);
    // In an outage both may have come to nothing before the state was told.
    const [known, mayUse] = await Promise.all([
      settings.then((told) => told ?? readSettings(client, beside).catch(() => null)),
      access.then((told) => told ?? hasAccess(journal, beside)),
    ]);
    if (mayUse ?? true) return known;
    const why =
      'it has no access to the status methods, which are in beta; ask GREEN-API support for it';
    throw new StatuscastError({ code: 'instance-cannot-send', why });
  } finally {
    clearTimeout(patience);
    ending.abort();
    await Promise.all([settings, access]);
  }
}

/**
 * Looks as far back as a status lives: what is there now comes of nothing that this run sends. Null
 * where it did not say.
 */
async function hasAccess(journal: Journal, options: RetryOptions): Promise<boolean | null> {
  try {
    await journal.read(STATUS_LIFETIME_MS / 60_000, options);
    return true;
  } catch (thrown) {
    return isNoAccess(thrown) ? false : null;
  }
}

/**
 * Access to the status methods is given apart: an answer from `getOutgoingStatuses` proves it, and
 * one of these denies it.
 */
export function isNoAccess(thrown: unknown): boolean {
  if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'api-refused') return false;
  return NO_ACCESS.includes(thrown.facts.status);
}
