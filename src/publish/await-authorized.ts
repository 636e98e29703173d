import { setTimeout as sleep } from 'node:timers/promises';
import { StatuscastError } from '../errors.js';
import type { GreenApiClient } from '../green-api/client.js';
import { STARTING_MAX_MS } from '../limits.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

const POLL_MS = 5000;

/**
 * Waits until the instance can send; one that is starting is given five minutes.
 * @throws StatuscastError `instance-cannot-send`, and what the client throws
 */
export async function awaitAuthorized(
  client: GreenApiClient,
  options: RetryOptions,
): Promise<void> {
  const { signal, onWaiting } = options;
  const deadlineMs = performance.now() + STARTING_MAX_MS;
  for (;;) {
    const state = await retry(() => client.getStateInstance({ signal }), isTransient, options);
    if (state === 'authorized') return;
    if ((state !== 'starting' && state !== null) || performance.now() > deadlineMs) {
      throw new StatuscastError({ code: 'instance-cannot-send', why: adviceForState(state) });
    }
    onWaiting?.('the GREEN-API instance is starting', POLL_MS);
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new StatuscastError({ code: 'interrupted' });
    });
  }
}

/** What is the matter with an instance in that state, and what to do. */
export function adviceForState(state: string | null): string {
  switch (state) {
    case 'notAuthorized':
      return 'it is not linked to a phone; scan the QR code in the GREEN-API console';
    case 'blocked':
      return 'WhatsApp has blocked the account; ask WhatsApp support';
    case 'suspended':
    case 'yellowCard':
      return 'WhatsApp has suspended sending for a while; wait, and send less at once';
    case 'starting':
    case null:
      return `it has been starting for ${STARTING_MAX_MS / 60_000} minutes; restart it in the GREEN-API console`;
    default:
      return `its state is ${state}; look at it in the GREEN-API console`;
  }
}
