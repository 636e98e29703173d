import { describe, expect, test } from 'vitest';
import { StatuscastError } from '../../src/errors.js';
import { createRateLimiter } from '../../src/green-api/rates.js';
import { isTransient, retry } from '../../src/publish/retry.js';
import { sendMediaStatus } from '../../src/publish/send-media-status.js';
import type { Fault } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { openClient, STATUS } from '../support/sandbox-client.js';
import type { Scope } from '../support/scratch-folder.js';

/** A client whose lanes have no rate, and stand still when the API says so. */
function openSlowing(scope: Scope, ...faults: readonly Fault[]) {
  const limitRate = createRateLimiter({ sendMediaStatus: 0, getSettings: 0, uploadFile: 0 });
  return openClient(scope, { faults }, { limitRate });
}

describe.concurrent('a lane that was too fast', () => {
  test('stands still for every file, as long as Retry-After says', async (scope) => {
    const fault = { name: 'too-fast-retry-after', method: 'sendMediaStatus' } as const;
    const { sandbox, client } = await openSlowing(scope, fault);
    const { facts } = await failureOf(client.sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ refusal: 'too-fast', retryAfterMs: 1000 });
    const refusedMs = performance.now();
    await Promise.all([client.sendMediaStatus(STATUS), client.sendMediaStatus(STATUS)]);
    expect(performance.now() - refusedMs).toBeGreaterThanOrEqual(900);
    expect(sandbox.statuses()).toHaveLength(2);
  });

  test('holds up no other method', async (scope) => {
    const fault = { name: 'too-fast-retry-after', method: 'sendMediaStatus' } as const;
    const { client } = await openSlowing(scope, fault);
    await failureOf(client.sendMediaStatus(STATUS));
    const begunMs = performance.now();
    await client.getSettings();
    expect(performance.now() - begunMs).toBeLessThan(800);
  });

  test('stands still for twice as long each time, and a success begins anew', async (scope) => {
    const { client } = await openSlowing(
      scope,
      { name: 'too-fast', method: 'getSettings', times: 3 },
      { name: 'too-fast', method: 'getSettings', from: 5 },
    );
    const waits: number[] = [];
    const options = { retries: 0, onWaiting: (_: string, waitMs: number) => waits.push(waitMs) };
    await retry(() => client.getSettings(), isTransient, options);
    await retry(() => client.getSettings(), isTransient, options);
    const [first = 0, second = 0, third = 0, fourth = 0] = waits;
    expect(waits).toHaveLength(4);
    for (const [waitMs, atLeast] of [
      [first, 1000],
      [second, 2000],
      [third, 4000],
      [fourth, 1000],
    ] as const) {
      expect(waitMs).toBeGreaterThanOrEqual(atLeast);
      expect(waitMs).toBeLessThanOrEqual(atLeast * 1.25);
    }
  });

  test('counts refusals of calls that were under way together as one', async (scope) => {
    const fault = { name: 'too-fast', method: 'getSettings', times: 4 } as const;
    const { client } = await openSlowing(scope, fault);
    const calls = [1, 2, 3, 4].map(() => failureOf(client.getSettings()));
    for (const { facts } of await Promise.all(calls)) {
      expect(facts).toMatchObject({ refusal: 'too-fast' });
      expect('retryAfterMs' in facts && (facts.retryAfterMs ?? Infinity)).toBeLessThanOrEqual(1250);
    }
  });

  test('is not waited for longer than a call that is too fast is repeated', async () => {
    const limitRate = createRateLimiter();
    const facts = { code: 'api-refused', status: 429, message: '', refusal: 'too-fast' } as const;
    const retryAfterMs = 24 * 60 * 60_000;
    const tooFast = new StatuscastError({ ...facts, method: 'getSettings', retryAfterMs });
    const refused = limitRate('getSettings', () => Promise.reject(tooFast));
    expect((await failureOf(refused)).facts).toMatchObject({ retryAfterMs: 15 * 60_000 });
  });

  test('fails no file: each is sent once, though there are no retries', async (scope) => {
    const fault = { name: 'too-fast', method: 'sendMediaStatus', times: 2 } as const;
    const { sandbox, client } = await openSlowing(scope, fault);
    const claims: number[] = [];
    const claim = async () => claims.push(performance.now()) > 0;
    const sends = [1, 2, 3].map(() => sendMediaStatus(client, STATUS, { retries: 0, claim }));
    for (const { type } of await Promise.all(sends)) expect(type).toBe('sent');
    expect(sandbox.statuses()).toHaveLength(3);
    // Just before each request, not before the wait for it.
    const requests = sandbox.requests();
    expect(claims).toHaveLength(requests.length);
  });
});
