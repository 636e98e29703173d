import { StatuscastError } from '../errors.js';
import type { InstanceSettings } from '../green-api/answers.js';
import type { GreenApiClient } from '../green-api/client.js';
import { awaitAuthorized } from './await-authorized.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** What it asks beside the state is good to know, and not worth a long wait. */
const RETRIES = 1;

/** Access to the status methods is given apart: an answer from this one proves it. */
const NO_ACCESS: readonly number[] = [401, 403];

/**
 * Makes sure that the instance can send, before anything costs time: its state, its settings and
 * its access to the status methods, asked for at the same time.
 * @returns the instance's settings; null where it did not tell them, which is no reason to stop
 * @throws StatuscastError `instance-cannot-send`, and what `getStateInstance` throws
 */
export async function checkInstance(
  client: GreenApiClient,
  options: RetryOptions,
): Promise<InstanceSettings | null> {
  const given = options.signal === undefined ? [] : [options.signal];
  const stop = new AbortController();
  const signal = AbortSignal.any([...given, stop.signal]);
  // The state alone tells what is waited for.
  const beside = { signal, retries: Math.min(RETRIES, options.retries ?? RETRIES) };
  const settings = readSettings(client, beside);
  const access = hasAccess(client, beside);
  try {
    await awaitAuthorized(client, options);
  } catch (thrown) {
    stop.abort();
    await Promise.all([settings, access]);
    throw thrown;
  }
  if (!(await access)) {
    const why =
      'it has no access to the status methods, which are in beta; ask GREEN-API support for it';
    stop.abort();
    await settings;
    throw new StatuscastError({ code: 'instance-cannot-send', why });
  }
  return settings;
}

function readSettings(
  client: GreenApiClient,
  options: RetryOptions,
): Promise<InstanceSettings | null> {
  const { signal } = options;
  return retry(() => client.getSettings({ signal }), isTransient, options).catch(() => null);
}

async function hasAccess(client: GreenApiClient, options: RetryOptions): Promise<boolean> {
  const { signal } = options;
  try {
    await retry(() => client.getOutgoingStatuses({ minutes: 1 }, { signal }), isTransient, options);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'api-refused') return true;
    return !NO_ACCESS.includes(thrown.facts.status);
  }
}
