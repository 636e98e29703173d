import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../../src/green-api/rates.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { mostWithin } from '../support/most-within.js';
import { connectClient, countRequests, openClient, STATUS } from '../support/sandbox-client.js';

/**
 * Both ends run here, on a machine that may be busy: an arrival is noted late when it is, and so
 * nearer to the next. What a fixed window lets through, twice the rate at once, is far from it.
 */
const WINDOW_MS = 600;

function arrivalsOf(sandbox: Sandbox, method: string): readonly number[] {
  return sandbox.requests().flatMap((request) => (request.method === method ? [request.at] : []));
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

  test('of 5 a second is what arrives, and not much less', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    // What is slow once is slow before it counts.
    await client.showMessagesQueue();
    const count = 16;
    await Promise.all(Array.from({ length: count }, () => client.sendMediaStatus(STATUS)));
    const arrivals = arrivalsOf(sandbox, 'sendMediaStatus');
    expect(arrivals).toHaveLength(count);
    expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(5);
    const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000;
    expect((count - 1) / seconds).toBeGreaterThanOrEqual(4);
  });

  test('is kept when sends come one after the other', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    await client.showMessagesQueue();
    for (let sends = 0; sends < 11; sends++) await client.sendMediaStatus(STATUS);
    const arrivals = arrivalsOf(sandbox, 'sendMediaStatus');
    expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(5);
  });

  test('is one a second for all else, each method on its own', async (scope) => {
    const limitRate = createRateLimiter();
    const { sandbox, client } = await openClient(scope, {}, { limitRate });
    await client.showMessagesQueue();
    const settings = [client.getSettings(), client.getSettings(), client.getSettings()];
    const states = [client.getStateInstance(), client.getStateInstance()];
    await Promise.all([...settings, ...states]);
    for (const [method, count] of [['getSettings', 3] as const, ['getStateInstance', 2] as const]) {
      const arrivals = arrivalsOf(sandbox, method);
      expect(arrivals).toHaveLength(count);
      expect(mostWithin(WINDOW_MS, arrivals)).toBeLessThanOrEqual(1);
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
    await client.showMessagesQueue();
    const calls = [client, other, client, other].map((one) => one.getSettings());
    await Promise.all(calls);
    const arrivals = arrivalsOf(sandbox, 'getSettings');
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

  test('has the two ways to send in one lane, with the gap between them', async () => {
    let gapMs = 0;
    const limitRate = createRateLimiter({ sendMediaStatus: 0 }, { gapMs: () => gapMs });
    const call = async () => performance.now();
    const first = await limitRate('sendMediaStatus', call);
    expect((await limitRate('sendVoiceStatus', call)) - first).toBeLessThan(400);
    // It may be learnt only then.
    gapMs = 700;
    const second = await limitRate('sendMediaStatus', call);
    const third = await limitRate('sendVoiceStatus', call);
    expect(third - second).toBeGreaterThanOrEqual(695);
    const begunMs = performance.now();
    await limitRate('getSettings', call);
    expect(performance.now() - begunMs).toBeLessThan(400);
  });

  test('asks just before a call leaves, and takes no start for one that does not', async () => {
    const limitRate = createRateLimiter({}, { gapMs: () => 600 });
    const call = async () => performance.now();
    await limitRate('sendMediaStatus', call);
    const asked: number[] = [];
    const no = new Error('no');
    const beforeLeaving = async () => {
      asked.push(performance.now());
      if (asked.length === 1) throw no;
    };
    await expect(limitRate('sendMediaStatus', call, { beforeLeaving })).rejects.toBe(no);
    const left = await limitRate('sendMediaStatus', call, { beforeLeaving });
    expect(asked).toHaveLength(2);
    // Not a gap later.
    expect(left - (asked[0] ?? 0)).toBeLessThan(500);
  });

  test('measures from when the call leaves, not from when its turn came', async () => {
    const limitRate = createRateLimiter({}, { gapMs: () => 500 });
    const call = async () => performance.now();
    const beforeLeaving = () => wait(300);
    const first = await limitRate('sendMediaStatus', call, { beforeLeaving });
    expect((await limitRate('sendMediaStatus', call)) - first).toBeGreaterThanOrEqual(495);
  });

  test('tells of a long wait, which its signal ends', async () => {
    const limitRate = createRateLimiter({}, { gapMs: () => 3_600_000 });
    await limitRate('sendMediaStatus', async () => undefined);
    const ending = new AbortController();
    const told: number[] = [];
    const onWaiting = (_: string, waitMs: number) => {
      told.push(waitMs);
      ending.abort();
    };
    let calls = 0;
    const call = async () => calls++;
    const waiting = limitRate('sendMediaStatus', call, { signal: ending.signal, onWaiting });
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    expect(told[0]).toBeGreaterThan(3_500_000);
    expect(calls).toBe(0);
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
