import { describe, expect, test } from 'vitest';
import { StatuscastError } from '../../src/errors.js';
import { isTransient, retry, stopsRun } from '../../src/publish/retry.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { countRequests, openClient } from '../support/sandbox-client.js';

const METHOD = 'getSettings';

describe.concurrent('a call that may be repeated', () => {
  test.for<FaultName>(['bad-gateway', 'reset', 'server-error', 'answer-lost', 'html'])(
    'is repeated after %s until it succeeds',
    async (name, scope) => {
      const faults = [{ name, method: METHOD, times: 2 }] as const;
      const { sandbox, client } = await openClient(scope, { faults });
      const waits: number[] = [];
      const answer = await retry(() => client.getSettings(), isTransient, {
        retries: 3,
        onWaiting: (_, waitMs) => waits.push(waitMs),
      });
      expect(answer).toMatchObject({ outgoingWebhook: true });
      expect(countRequests(sandbox, METHOD)).toBe(3);
      expect(waits).toHaveLength(2);
      expect(waits[0]).toBeGreaterThanOrEqual(250);
      expect(waits[0]).toBeLessThanOrEqual(750);
      expect(waits[1]).toBeGreaterThanOrEqual(500);
      expect(waits[1]).toBeLessThanOrEqual(1500);
    },
  );

  test('waits as long as Retry-After asks', async (scope) => {
    const faults = [{ name: 'too-fast-retry-after', method: METHOD, times: 2 }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    await retry(() => client.getSettings(), isTransient, { retries: 5 });
    const [first = 0, second = 0, third = 0] = sandbox.requests().map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(999);
    expect(third - second).toBeGreaterThanOrEqual(999);
    expect(third - first).toBeLessThan(4000);
  });

  test.for<FaultName>(['not-authorized', 'unauthorized', 'forbidden', 'quota', 'code-in-200'])(
    'is not repeated after %s',
    async (name, scope) => {
      const method = 'getStateInstance';
      const inAnyState = name === 'not-authorized' ? METHOD : method;
      const { sandbox, client } = await openClient(scope, {
        faults: [{ name, method: inAnyState }],
      });
      const call = async (): Promise<unknown> =>
        inAnyState === METHOD ? client.getSettings() : client.getStateInstance();
      const waits: number[] = [];
      const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
      await failureOf(retry(call, isTransient, { retries: 5, onWaiting }));
      expect(sandbox.requests()).toHaveLength(1);
      expect(waits).toEqual([]);
    },
  );

  test.for([0, 1, 2])('%i retries are made, and then the last error told', async (n, scope) => {
    const faults = [
      { name: 'bad-gateway', method: METHOD, times: n === 0 ? 1 : n },
      { name: 'timeout-after', method: METHOD, from: n + 1 },
    ] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const failure = await failureOf(retry(() => client.getSettings(), isTransient, { retries: n }));
    expect(failure.facts).toMatchObject({ why: n === 0 ? 'HTTP 502' : 'HTTP 504' });
    expect(sandbox.requests()).toHaveLength(n + 1);
  });

  test('that was too fast is waited out, and costs no retry', async (scope) => {
    const faults = [{ name: 'too-fast', method: METHOD, times: 2 }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const waits: number[] = [];
    const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
    await retry(() => client.getSettings(), isTransient, { retries: 0, onWaiting });
    expect(waits).toEqual([1000, 1000]);
    expect(sandbox.requests()).toHaveLength(3);
  });

  test('that is too fast for a quarter of an hour on end is given up', async () => {
    const minutes = [0, 0, 14, 14, 16, 16, 16, 29, 29, 31, 31, 31];
    const monotonicMs = () => (minutes.shift() ?? 60) * 60_000;
    const facts = { code: 'api-refused', status: 429, message: '', retryAfterMs: 1 } as const;
    const tooFast = new StatuscastError({ ...facts, method: METHOD, refusal: 'too-fast' });
    let calls = 0;
    const call = async () => {
      calls++;
      throw tooFast;
    };
    expect(await failureOf(retry(call, isTransient, { retries: 0, monotonicMs }))).toBe(tooFast);
    expect(calls).toBe(3);
  });

  test('is repeated only if its caller allows', async (scope) => {
    const faults = [{ name: 'bad-gateway', method: METHOD }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    await failureOf(
      retry(
        () => client.getSettings(),
        () => false,
        { retries: 5 },
      ),
    );
    expect(sandbox.requests()).toHaveLength(1);
  });

  test('an instance that is starting is waited for, and costs no retry', async (scope) => {
    const faults = [{ name: 'starting', method: METHOD }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const waits: number[] = [];
    const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
    await retry(() => client.getSettings(), isTransient, { retries: 0, onWaiting });
    expect(waits).toEqual([5000]);
    expect(sandbox.requests()).toHaveLength(2);
  });
});

describe.concurrent('a signal', () => {
  test('ends a wait at once', async (scope) => {
    const faults = [{ name: 'bad-gateway', method: METHOD, times: Infinity }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const ending = new AbortController();
    const { signal } = ending;
    let abortedMs = Infinity;
    const onWaiting = () => {
      setTimeout(() => {
        abortedMs = performance.now();
        ending.abort();
      }, 20);
    };
    const options = { retries: 9, signal, onWaiting };
    const failure = await failureOf(retry(() => client.getSettings(), isTransient, options));
    expect(failure.facts).toEqual({ code: 'interrupted' });
    expect(performance.now() - abortedMs).toBeLessThan(200);
    expect(sandbox.requests()).toHaveLength(1);
  });

  test('that has fired before lets no call be made', async () => {
    let calls = 0;
    const options = { retries: 9, signal: AbortSignal.abort() };
    const failure = await failureOf(retry(async () => calls++, isTransient, options));
    expect(failure.facts).toEqual({ code: 'interrupted' });
    expect(calls).toBe(0);
  });

  test('does not take away an answer that has come', async () => {
    const ending = new AbortController();
    const options = { retries: 9, signal: ending.signal };
    const call = async () => {
      ending.abort();
      return 7;
    };
    expect(await retry(call, isTransient, options)).toBe(7);
  });

  test('does not take away an error that may not be repeated', async () => {
    const ending = new AbortController();
    const options = { retries: 9, signal: ending.signal };
    const quota = new StatuscastError({ code: 'file-empty', file: 'a' });
    const call = async () => {
      ending.abort();
      throw quota;
    };
    expect(await failureOf(retry(call, isTransient, options))).toBe(quota);
  });
});

test.each([
  ['starting', false],
  ['not-authorized', true],
  ['unauthorized', true],
  ['forbidden', true],
  ['quota', true],
  ['too-fast', false],
  ['too-large', false],
  ['invalid', false],
] as const)('%s stops the run: %s', (refusal, stops) => {
  const method = 'sendMediaStatus';
  const facts = { code: 'api-refused', status: 400, message: '', retryAfterMs: null } as const;
  expect(stopsRun(new StatuscastError({ ...facts, method, refusal }))).toBe(stops);
});
