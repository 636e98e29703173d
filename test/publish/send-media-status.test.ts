import { describe, expect, test } from 'vitest';
import { sendMediaStatus } from '../../src/publish/send-media-status.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { connectTo, countRequests, openClient } from '../support/sandbox-client.js';
import { openServer, replyWith } from '../support/scripted-server.js';

const STATUS = {
  urlFile: 'https://example.com/a.jpg',
  fileName: 'a.jpg',
  caption: 'hello',
  participants: [],
} as const;

const VOICE = { ...STATUS, fileName: 'a.mp3' } as const;

describe.concurrent('a status', () => {
  test('is sent once', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const result = await sendMediaStatus(client, STATUS, { retries: 5 });
    expect(sandbox.requests()).toHaveLength(1);
    expect(sandbox.statuses()).toMatchObject([{ viaMethod: 'sendMediaStatus', caption: 'hello' }]);
    expect(result).toEqual({ type: 'sent', idMessage: sandbox.statuses()[0]?.idMessage });
  });

  test('that is a voice goes by SendVoiceStatus, without its caption', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const result = await sendMediaStatus(client, VOICE, { retries: 5, as: 'voice' });
    expect(result.type).toBe('sent');
    expect(sandbox.statuses()).toMatchObject([{ viaMethod: 'sendVoiceStatus', caption: null }]);
  });

  test.for<FaultName>(['too-fast', 'too-fast-retry-after', 'starting'])(
    'that was refused as %s is sent again, once',
    async (name, scope) => {
      const faults = [{ name, method: 'sendMediaStatus' }] as const;
      const { sandbox, client } = await openClient(scope, { faults });
      const result = await sendMediaStatus(client, STATUS, { retries: 2 });
      expect(result.type).toBe('sent');
      expect(countRequests(sandbox, 'sendMediaStatus')).toBe(2);
      expect(sandbox.statuses()).toHaveLength(1);
    },
  );

  test('whose connection never came about is tried again', async (scope) => {
    const client = connectTo(scope, 'http://127.0.0.1:1');
    const waits: number[] = [];
    const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
    const options = { retries: 2, onWaiting };
    const { facts } = await failureOf(sendMediaStatus(client, STATUS, options));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: false });
    expect(waits).toHaveLength(2);
  });

  test.for([
    ['answer-lost', 1],
    ['reset', 0],
    ['bad-gateway', 0],
    ['bad-gateway-after', 1],
    ['timeout-after', 1],
    ['server-error', 0],
    ['hang', 0],
    ['empty', 0],
    ['html', 0],
  ] as const)(
    'whose answer is %s is of unknown outcome, and not sent again',
    async ([name, carriedOut], scope) => {
      const faults = [{ name, method: 'sendMediaStatus' }] as const;
      const { sandbox, client } = await openClient(scope, { faults }, { sendTimeoutMs: 300 });
      const result = await sendMediaStatus(client, STATUS, { retries: 5 });
      expect(result).toEqual({ type: 'unknown', why: expect.stringContaining('GREEN-API') });
      expect(sandbox.requests()).toHaveLength(1);
      expect(sandbox.statuses()).toHaveLength(carriedOut);
    },
  );

  test('that waited for its turn and then lost its answer is of unknown outcome', async (scope) => {
    const faults = [
      { name: 'too-fast', method: 'sendMediaStatus' },
      { name: 'answer-lost', method: 'sendMediaStatus', from: 2 },
    ] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const result = await sendMediaStatus(client, STATUS, { retries: 5 });
    expect(result.type).toBe('unknown');
    expect(sandbox.requests()).toHaveLength(2);
    expect(sandbox.statuses()).toHaveLength(1);
  });

  test.for<FaultName>(['unauthorized', 'forbidden', 'quota', 'not-authorized', 'code-in-200'])(
    'that was refused as %s is not sent again',
    async (name, scope) => {
      const faults = [{ name, method: 'sendMediaStatus' }] as const;
      const { sandbox, client } = await openClient(scope, { faults });
      const failure = await failureOf(sendMediaStatus(client, STATUS, { retries: 5 }));
      expect(failure.code).toBe('api-refused');
      expect(sandbox.requests()).toHaveLength(1);
    },
  );
});

describe.concurrent('the signal of a send', () => {
  test('ends its waiting', async (scope) => {
    const faults = [{ name: 'too-fast', method: 'sendMediaStatus', times: Infinity }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const options = { retries: 50, signal: AbortSignal.timeout(100) };
    const { facts } = await failureOf(sendMediaStatus(client, STATUS, options));
    expect(facts).toEqual({ code: 'interrupted' });
    expect(sandbox.statuses()).toEqual([]);
  });

  test('does not end a request that has left, nor lose its answer', async (scope) => {
    const slow = { name: 'slow', method: 'sendMediaStatus', delayMs: 400 } as const;
    const { sandbox, client } = await openClient(scope, { faults: [slow] });
    const options = { retries: 5, signal: AbortSignal.timeout(100) };
    const result = await sendMediaStatus(client, STATUS, options);
    expect(result).toEqual({ type: 'sent', idMessage: sandbox.statuses()[0]?.idMessage });
  });

  test('does not make a lost answer look as if nothing had been sent', async (scope) => {
    const faults = [{ name: 'hang', method: 'sendMediaStatus' }] as const;
    const { sandbox, client } = await openClient(scope, { faults }, { sendTimeoutMs: 400 });
    const options = { retries: 5, signal: AbortSignal.timeout(100) };
    expect(await sendMediaStatus(client, STATUS, options)).toMatchObject({ type: 'unknown' });
    expect(sandbox.requests()).toHaveLength(1);
  });
});

test('an id that is no text is no proof of anything', async (scope) => {
  const server = await openServer(scope, (_, response) => replyWith(response, { idMessage: 7 }));
  const result = await sendMediaStatus(connectTo(scope, server.url), STATUS, { retries: 5 });
  expect(result.type).toBe('unknown');
  expect(server.received).toHaveLength(1);
});
