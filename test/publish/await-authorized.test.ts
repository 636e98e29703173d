import { describe, expect, test } from 'vitest';
import { awaitAuthorized } from '../../src/publish/await-authorized.js';
import { failureOf } from '../support/failure.js';
import { connectTo, openClient } from '../support/sandbox-client.js';
import { openServer, replyWith } from '../support/scripted-server.js';

describe.concurrent('an instance', () => {
  test('that is authorized can send at once', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    await awaitAuthorized(client, { retries: 0 });
    expect(sandbox.requests()).toMatchObject([{ method: 'getStateInstance', status: 200 }]);
  });

  test.for([
    ['notAuthorized', 'scan the QR code'],
    ['blocked', 'WhatsApp has blocked the account'],
    ['suspended', 'wait, and send less'],
    ['yellowCard', 'wait, and send less'],
    ['sleepMode', 'its state is sleepMode'],
    ['dreaming', 'its state is dreaming'],
  ] as const)('that is %s cannot: %s', async ([stateInstance, advice], scope) => {
    const server = await openServer(scope, (_, response) => replyWith(response, { stateInstance }));
    const options = { retries: 3 };
    const failure = await failureOf(awaitAuthorized(connectTo(scope, server.url), options));
    expect(failure.code).toBe('instance-cannot-send');
    expect(failure.message).toContain(advice);
    expect(server.received).toHaveLength(1);
  });

  test.for([
    ['starting', { stateInstance: 'starting' }],
    ['still being created', null],
  ] as const)('that is %s is waited for', async ([, body], scope) => {
    const bodies = [body, { stateInstance: 'authorized' }];
    const server = await openServer(scope, (_, response) => replyWith(response, bodies.shift()));
    const waits: number[] = [];
    const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
    await awaitAuthorized(connectTo(scope, server.url), { retries: 0, onWaiting });
    expect(server.received).toHaveLength(2);
    expect(waits).toEqual([5000]);
  });

  test('that is starting is not waited for once the run is interrupted', async (scope) => {
    const fault = { name: 'starting', method: 'getStateInstance', times: Infinity } as const;
    const { sandbox, client } = await openClient(scope, { faults: [fault] });
    const begunMs = performance.now();
    const options = { retries: 3, signal: AbortSignal.timeout(150) };
    const failure = await failureOf(awaitAuthorized(client, options));
    expect(failure.facts).toEqual({ code: 'interrupted' });
    expect(performance.now() - begunMs).toBeLessThan(1500);
    expect(sandbox.requests()).toHaveLength(1);
  });

  test.for(['unauthorized', 'forbidden'] as const)(
    'that answers %s is not asked again',
    async (name, scope) => {
      const { sandbox, client } = await openClient(scope, {
        faults: [{ name, method: 'getStateInstance' }],
      });
      const failure = await failureOf(awaitAuthorized(client, { retries: 3 }));
      expect(failure.facts).toMatchObject({ code: 'api-refused', refusal: name });
      expect(sandbox.requests()).toHaveLength(1);
    },
  );

  test('that is hard to reach is asked again', async (scope) => {
    const faults = [{ name: 'bad-gateway', method: 'getStateInstance', times: 2 }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    await awaitAuthorized(client, { retries: 2 });
    expect(sandbox.requests()).toHaveLength(3);
  });
});
