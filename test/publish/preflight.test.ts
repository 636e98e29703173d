import { describe, expect, test } from 'vitest';
import { checkInstance } from '../../src/publish/preflight.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import type { GreenApiClient } from '../../src/green-api/client.js';
import { createJournal } from '../../src/publish/journal.js';
import type { RetryOptions } from '../../src/publish/retry.js';
import { failureOf } from '../support/failure.js';
import { connectTo, countRequests, openClient } from '../support/sandbox-client.js';
import { openServer, replyWith } from '../support/scripted-server.js';

const METHODS = ['getOutgoingStatuses', 'getSettings', 'getStateInstance'] as const;

function checkIt(client: GreenApiClient, options: RetryOptions) {
  return checkInstance(client, createJournal(client), options);
}

describe.concurrent('before the first file', () => {
  test('three calls are made at once, each of them once', async (scope) => {
    const faults = METHODS.map((method) => ({ name: 'slow', method, delayMs: 1000 }) as const);
    const { sandbox, client } = await openClient(scope, { faults, sendDelayMs: 1500 });
    const settings = await checkIt(client, { retries: 0 });
    expect(settings).toEqual({ outgoingWebhook: true, delaySendMessagesMs: 1500 });
    const requests = sandbox.requests();
    expect(requests.map(({ method }) => method).toSorted()).toEqual(METHODS);
    const times = requests.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(900);
  });

  test.for<[number, object | string]>([
    [401, { message: 'Unauthorized' }],
    [403, { message: 'Forbidden' }],
    [200, { code: 403, message: 'Forbidden' }],
  ])('no access to the status methods (%i) stops the run', async ([status, body], scope) => {
    const server = await openServer(scope, ({ method }, response) => {
      if (method === 'getOutgoingStatuses') replyWith(response, body, status);
      else replyWith(response, { stateInstance: 'authorized', outgoingWebhook: 'yes' });
    });
    const failure = await failureOf(checkIt(connectTo(scope, server.url), { retries: 0 }));
    expect(failure.code).toBe('instance-cannot-send');
    expect(failure.message).toContain('ask GREEN-API support');
  });

  test.for<FaultName>([
    'bad-gateway',
    'server-error',
    'reset',
    'html',
    'code-in-200',
    'too-fast',
    'hang',
  ])('%s is no reason to stop where it befalls what is only good to know', async (name, scope) => {
    const { client, sandbox } = await openClient(scope, {
      faults: [{ name, method: 'getSettings', times: Infinity }],
    });
    const begunMs = performance.now();
    expect(await checkIt(client, { retries: 0 })).toBeNull();
    expect(performance.now() - begunMs).toBeLessThan(20_000);
    expect(countRequests(sandbox, 'getStateInstance')).toBe(1);
  });

  test.for([
    [400, { message: 'outgoingWebhook is off' }],
    [404, { message: 'Cannot GET' }],
    [500, { message: 'Internal server error' }],
    [200, { not: 'a list' }],
  ] as const)('a journal that answers %i is no reason to stop', async ([status, body], scope) => {
    const server = await openServer(scope, ({ method }, response) => {
      if (method === 'getOutgoingStatuses') replyWith(response, body, status);
      else replyWith(response, { stateInstance: 'authorized', outgoingWebhook: 'no' });
    });
    expect(await checkIt(connectTo(scope, server.url), { retries: 0 })).toEqual({
      ...{ outgoingWebhook: false, delaySendMessagesMs: null },
    });
  });

  test('an instance that cannot send says so, whatever hangs beside it', async (scope) => {
    const server = await openServer(scope, ({ method }, response) => {
      if (method === 'getStateInstance') replyWith(response, { stateInstance: 'notAuthorized' });
    });
    const begunMs = performance.now();
    const failure = await failureOf(checkIt(connectTo(scope, server.url), { retries: 5 }));
    expect(failure.code).toBe('instance-cannot-send');
    expect(performance.now() - begunMs).toBeLessThan(10_000);
  });

  test('a wrong token stops the run with what to check', async (scope) => {
    const { client } = await openClient(scope, {
      faults: [{ name: 'unauthorized', method: 'getStateInstance' }],
    });
    const failure = await failureOf(checkIt(client, { retries: 5 }));
    expect(failure.message).toContain('Check GREEN_API_ID_INSTANCE and GREEN_API_TOKEN');
  });
});
