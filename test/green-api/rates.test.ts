import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../../src/green-api/rates.js';
import { connectClient, countRequests, openClient } from '../support/sandbox-client.js';

const STATUS = {
  urlFile: 'https://example.com/a.jpg',
  fileName: 'a.jpg',
  caption: '',
  participants: [],
} as const;

/**
 * Both ends run here, on a machine that may be busy: an arrival is noted late when it is, and so
 * nearer to the next. What a fixed window lets through, twice the rate at once, is far from it.
 */
const WINDOW_MS = 800;

/** The most moments that any window of that length holds. */
function mostWithin(windowMs: number, moments: readonly number[]): number {
  return Math.max(
    ...moments.map((start) => moments.filter((at) => at >= start && at < start + windowMs).length),
  );
}

describe.concurrent('a rate', () => {
  test.for([
    ['sendMediaStatus', 5, 17],
    ['deleteStatus', 10, 21],
    ['getSettings', 1, 3],
  ] as const)('%s starts no more than %i times in any second', async ([method, rate, count]) => {
    const limitRate = createRateLimiter();
    const starts: number[] = [];
    const call = async () => starts.push(performance.now());
    await Promise.all(Array.from({ length: count }, () => limitRate(method, call)));
    expect(starts).toHaveLength(count);
    expect(mostWithin(1000, starts)).toBe(rate);
  });

  test('holds for every second, not for those that begin with the first call', async () => {
    const limitRate = createRateLimiter({ quick: 5 });
    const starts: number[] = [];
    const call = async () => starts.push(performance.now());
    await limitRate('quick', call);
    await wait(800);
    await Promise.all(Array.from({ length: 14 }, () => limitRate('quick', call)));
    expect(mostWithin(1000, starts)).toBe(5);
  });

  test('of 5 a second is what arrives, and at least 4.5 do', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    const count = 16;
    await Promise.all(Array.from({ length: count }, () => client.sendMediaStatus(STATUS)));
    const arrivals = sandbox.requests().map(({ at }) => at);
    expect(arrivals).toHaveLength(count);
    expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(5);
    const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000;
    expect((count - 1) / seconds).toBeGreaterThanOrEqual(4.5);
  });

  test('is kept when sends come one after the other', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    for (let sends = 0; sends < 11; sends++) await client.sendMediaStatus(STATUS);
    const arrivals = sandbox.requests().map(({ at }) => at);
    expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(5);
  });

  test('is one a second for all else, each method on its own', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    const settings = [client.getSettings(), client.getSettings(), client.getSettings()];
    const states = [client.getStateInstance(), client.getStateInstance()];
    await Promise.all([...settings, ...states]);
    for (const [method, count] of [['getSettings', 3] as const, ['getStateInstance', 2] as const]) {
      const arrivals = sandbox.requests().filter((request) => request.method === method);
      expect(arrivals).toHaveLength(count);
      const moments = arrivals.map(({ at }) => at);
      expect(mostWithin(WINDOW_MS, moments)).toBeLessThanOrEqual(1);
    }
  });

  test('of 0 is no limit', async (scope) => {
    const limitRate = createRateLimiter({ sendMediaStatus: 0, getSettings: 0 });
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    const begunMs = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => client.sendMediaStatus(STATUS)));
    await Promise.all(Array.from({ length: 5 }, () => client.getSettings()));
    expect(performance.now() - begunMs).toBeLessThan(3000);
    expect(countRequests(sandbox, 'sendMediaStatus')).toBe(20);
  });

  test('is shared by the clients of one account that are given one limiter', async (scope) => {
    const limitRate = createRateLimiter({ getSettings: 2 });
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    const other = connectClient(scope, sandbox.credentials, { limitRate });
    const calls = [client, other, client, other].map((one) => one.getSettings());
    await Promise.all(calls);
    const arrivals = sandbox.requests().map(({ at }) => at);
    expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(2);
  });

  test('holds up no method but its own', async () => {
    const limitRate = createRateLimiter({ slow: 1, quick: 1 });
    const begunMs = performance.now();
    const slow = [1, 2, 3].map(() => limitRate('slow', async () => undefined));
    await limitRate('quick', async () => undefined);
    expect(performance.now() - begunMs).toBeLessThan(500);
    await Promise.all(slow);
    expect(performance.now() - begunMs).toBeGreaterThan(2000);
  });

  test('does not wait for the answer before', async () => {
    const limitRate = createRateLimiter({ quick: 5 });
    const never = limitRate('quick', () => new Promise<string>(() => undefined));
    const begunMs = performance.now();
    await limitRate('quick', async () => undefined);
    expect(performance.now() - begunMs).toBeLessThan(500);
    await expect(Promise.race([never, Promise.resolve('waiting')])).resolves.toBe('waiting');
  });

  test('with a failing call goes on to the next', async () => {
    const limitRate = createRateLimiter({ quick: 5 });
    await expect(
      limitRate('quick', async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await limitRate('quick', async () => 7)).toBe(7);
  });
});
