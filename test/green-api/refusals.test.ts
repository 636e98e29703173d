import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../src/errors.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { connectTo, openClient, STATUS } from '../support/sandbox-client.js';
import { openServer, replyWith } from '../support/scripted-server.js';

interface Case {
  readonly status: number;
  readonly body: unknown;
  readonly refusal: Refusal;
  readonly said?: number;
}

const CASES: readonly Case[] = [
  { status: 400, body: 'instance in starting process try later', refusal: 'starting' },
  {
    status: 400,
    body: { message: 'instance in starting process try later' },
    refusal: 'starting',
  },
  { status: 400, body: 'Instance account not authorized', refusal: 'not-authorized' },
  { status: 400, body: { message: 'instance is expired' }, refusal: 'ended' },
  { status: 400, body: { message: 'Instance is deleted' }, refusal: 'ended' },
  {
    status: 400,
    body: { message: "Validation failed. Details: 'Starting over: deleted scenes' is too long" },
    refusal: 'invalid',
  },
  {
    status: 400,
    body: { statusCode: 400, message: "Validation failed. Details: 'fileName' is required" },
    refusal: 'invalid',
  },
  { status: 400, body: { message: 'Unexpected token } in JSON' }, refusal: 'invalid' },
  { status: 401, body: { message: 'Unauthorized' }, refusal: 'unauthorized' },
  { status: 401, body: '', refusal: 'unauthorized' },
  { status: 403, body: { message: 'Forbidden' }, refusal: 'forbidden' },
  { status: 404, body: { message: 'Cannot POST' }, refusal: 'forbidden' },
  { status: 413, body: '<html>Request Entity Too Large</html>', refusal: 'too-large' },
  {
    status: 500,
    body: { message: 'File exceeded max upload size. Size: 120mb Limit: 100mb' },
    refusal: 'too-large',
  },
  { status: 429, body: { message: 'Too Many Requests' }, refusal: 'too-fast' },
  { status: 466, body: { invokeStatus: { status: 'QUOTE_EXCEEDED' } }, refusal: 'quota' },
  { status: 200, body: { code: 401, message: 'Unauthorized' }, refusal: 'unauthorized', said: 401 },
  { status: 200, body: { code: 403, description: 'No' }, refusal: 'forbidden', said: 403 },
  { status: 200, body: { code: 466, message: 'Quota' }, refusal: 'quota', said: 466 },
];

describe.concurrent('a refusal', () => {
  test.for(CASES)(
    'HTTP $status with $body is $refusal',
    async ({ status, body, refusal, said = status }, scope) => {
      const server = await openServer(scope, (_, response) => {
        if (typeof body === 'string') response.writeHead(status).end(body);
        else replyWith(response, body, status);
      });
      const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
      const method = 'sendMediaStatus';
      expect(facts).toMatchObject({ code: 'api-refused', status: said, refusal, method });
      expect(server.received).toHaveLength(1);
    },
  );

  test.for<[FaultName, Refusal]>([
    ['starting', 'starting'],
    ['not-authorized', 'not-authorized'],
    ['blocked', 'not-authorized'],
    ['suspended', 'not-authorized'],
    ['unauthorized', 'unauthorized'],
    ['forbidden', 'forbidden'],
    ['quota', 'quota'],
    ['too-fast', 'too-fast'],
    ['code-in-200', 'unauthorized'],
  ])('%s of the sandbox is %s', async ([name, refusal], scope) => {
    const faults = [{ name, method: 'sendMediaStatus' }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const { facts } = await failureOf(client.sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-refused', refusal });
    expect(sandbox.statuses()).toEqual([]);
  });

  test('for a used up quota names no phone number', async (scope) => {
    const faults = [{ name: 'quota', method: 'sendMediaStatus' }] as const;
    const { client } = await openClient(scope, { faults });
    const { message } = await failureOf(client.sendMediaStatus(STATUS));
    expect(message).toContain('Monthly quota has been exceeded');
    expect(message).toContain('<number>@c.us');
    expect(message).not.toMatch(/\d{7}/);
  });

  test.for([
    ['1', 1000],
    ['0', 0],
    ['2.5', 2500],
    ['Sat, 22 Mar 2025 00:00:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ] as const)('with Retry-After %s asks for %s ms', async ([header, retryAfterMs], scope) => {
    const server = await openServer(scope, (_, response) => {
      if (header !== undefined) response.setHeader('retry-after', header);
      replyWith(response, { message: 'Too Many Requests' }, 429);
    });
    const { facts } = await failureOf(connectTo(scope, server.url).getSettings());
    expect(facts).toMatchObject({ refusal: 'too-fast', retryAfterMs });
  });

  test('with Retry-After as a date is counted by the clock of the server', async (scope) => {
    const server = await openServer(scope, (_, response) => {
      response.setHeader('date', 'Sat, 22 Mar 2025 00:00:00 GMT');
      response.setHeader('retry-after', 'Sat, 22 Mar 2025 00:00:07 GMT');
      replyWith(response, { message: 'Too Many Requests' }, 429);
    });
    const { facts } = await failureOf(connectTo(scope, server.url).getSettings());
    expect(facts).toMatchObject({ refusal: 'too-fast', retryAfterMs: 7000 });
  });

  test('that is a web page is told of in words, not in tags', async (scope) => {
    const page = '<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>';
    const server = await openServer(scope, (_, response) => {
      response.writeHead(413, { 'content-type': 'text/html' }).end(page);
    });
    const { message } = await failureOf(connectTo(scope, server.url).getSettings());
    expect(message).toBe(
      'GREEN-API refused getSettings (HTTP 413): a web page came in place of an answer. ' +
        'The file is larger than GREEN-API takes.',
    );
  });

  test('says what to do about it', async (scope) => {
    const faults = [{ name: 'forbidden', method: 'sendMediaStatus' }] as const;
    const { client } = await openClient(scope, { faults });
    const { message } = await failureOf(client.sendMediaStatus(STATUS));
    expect(message).toContain('GREEN-API refused sendMediaStatus (HTTP 403): Forbidden. ');
    expect(message).toContain('ask GREEN-API support for access');
  });
});
