import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../support/failure.js';
import { connectTo, countRequests, openClient, STATUS } from '../support/sandbox-client.js';
import { makeFile } from '../support/scratch-folder.js';
import { openServer, originOf, replyWith } from '../support/scripted-server.js';

/** The address of a port at which nobody listens any more. */
async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = originOf(server.address());
  server.close();
  await once(server, 'close');
  return url;
}

describe.concurrent('no answer', () => {
  test('to a refused connection: nothing can have happened', async (scope) => {
    const client = connectTo(scope, await closedUrl());
    const { facts } = await failureOf(client.sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: false });
    expect(facts).toHaveProperty('why', expect.stringContaining('ECONNREFUSED'));
  });

  test('from a name that does not resolve: nothing can have happened', async (scope) => {
    const client = connectTo(scope, 'http://nobody.invalid');
    const { facts } = await failureOf(client.sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: false });
  });

  test.for([
    ['answer-lost', 1],
    ['reset', 0],
    ['bad-gateway', 0],
    ['bad-gateway-after', 1],
    ['timeout-after', 1],
    ['server-error', 0],
    ['hang', 0],
  ] as const)(
    'because of %s: it may have happened, and %i did',
    async ([name, carriedOut], scope) => {
      const faults = [{ name, method: 'sendMediaStatus' }] as const;
      const { sandbox, client } = await openClient(scope, { faults }, { sendTimeoutMs: 400 });
      const { facts } = await failureOf(client.sendMediaStatus(STATUS));
      expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: true });
      expect(sandbox.statuses()).toHaveLength(carriedOut);
      expect(countRequests(sandbox, 'sendMediaStatus')).toBe(1);
    },
  );

  test.for([408, 499, 500, 502, 503, 504])(
    'HTTP %i: it may have happened',
    async (status, scope) => {
      const server = await openServer(scope, (_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>nginx</html>');
      });
      const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
      const method = 'sendMediaStatus';
      const why = `HTTP ${status}`;
      expect(facts).toEqual({ code: 'api-no-answer', method, why, mayHaveHappened: true });
    },
  );

  test('HTTP 301: it may have happened, and the address is to be looked at', async (scope) => {
    const server = await openServer(scope, (_, response) => {
      response.writeHead(301, { location: 'https://example.com/' }).end();
    });
    const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: true });
    expect(facts).toHaveProperty('why', expect.stringMatching(/^HTTP 301, .* https/));
  });

  test('a body that breaks off: it may have happened', async (scope) => {
    const server = await openServer(scope, (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"idMessage":"3E', () => response.destroy());
    });
    const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: true });
  });

  test('a body that never ends is given up, however steadily it drips', async (scope) => {
    const server = await openServer(scope, (_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    const client = connectTo(scope, server.url, { apiTimeoutMs: 200 });
    expect(await failureOf(client.getSettings())).toMatchObject({ code: 'api-no-answer' });
  });

  test.for([
    ['a page of HTML', '<html><body>Welcome</body></html>'],
    ['half a JSON', '{"idMessage":"3EB0'],
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['an empty id', '{"idMessage":""}'],
    ['a list', '[]'],
    ['a number for an id', '{"idMessage":7}'],
  ] as const)('200 with %s is an answer in an unknown shape', async ([, body], scope) => {
    const server = await openServer(scope, (_, response) => response.writeHead(200).end(body));
    const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-malformed', method: 'sendMediaStatus' });
  });

  test.for(['getSettings', 'getStateInstance', 'showMessagesQueue'] as const)(
    'a page of HTML is no answer to %s',
    async (method, scope) => {
      const { client } = await openClient(scope, { faults: [{ name: 'html', method }] });
      const { facts } = await failureOf(client[method]());
      expect(facts).toMatchObject({ code: 'api-malformed', method });
    },
  );

  test('a link that is no http address is no answer to uploadFile', async (scope) => {
    const answer = { urlFile: 'javascript:alert(1)' };
    const server = await openServer(scope, (_, response) => replyWith(response, answer));
    const path = await makeFile(scope, Buffer.from('picture'));
    const upload = { path, bytes: 7, mime: 'image/jpeg', asciiName: 'a.jpg' };
    const { facts } = await failureOf(connectTo(scope, server.url).uploadFile(upload));
    expect(facts).toMatchObject({ code: 'api-malformed', method: 'uploadFile' });
  });
});

describe.concurrent('waiting for an answer', () => {
  test.for([
    ['apiTimeoutMs', 'getSettings'],
    ['sendTimeoutMs', 'sendMediaStatus'],
  ] as const)('%s bounds %s, and no other does', async ([name, method], scope) => {
    const others = { apiTimeoutMs: 60_000, sendTimeoutMs: 60_000, uploadTimeoutMs: 60_000 };
    const faults = [{ name: 'hang', method }] as const;
    const { client } = await openClient(scope, { faults }, { ...others, [name]: 250 });
    const begunMs = performance.now();
    const call = method === 'getSettings' ? client.getSettings() : client.sendMediaStatus(STATUS);
    const { message } = await failureOf(call);
    expect(message).toContain('nothing came within 0.25 s');
    const tookMs = performance.now() - begunMs;
    expect(tookMs).toBeGreaterThan(240);
    expect(tookMs).toBeLessThan(2000);
  });

  test('an answer that comes in time is taken, however slow', async (scope) => {
    const slow = { name: 'slow', method: 'getSettings', delayMs: 300 } as const;
    const { client } = await openClient(scope, { faults: [slow] }, { apiTimeoutMs: 3000 });
    expect(await client.getSettings()).toMatchObject({ outgoingWebhook: true });
  });

  test('its signal ends it at once, as an interruption', async (scope) => {
    const faults = [{ name: 'hang', method: 'getSettings' }] as const;
    const { client } = await openClient(scope, { faults });
    const begunMs = performance.now();
    const failure = await failureOf(client.getSettings({ signal: AbortSignal.timeout(100) }));
    expect(failure.facts).toEqual({ code: 'interrupted' });
    expect(performance.now() - begunMs).toBeLessThan(2000);
  });

  test('a signal that has fired before lets no request leave', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const failure = await failureOf(client.getSettings({ signal: AbortSignal.abort() }));
    expect(failure.facts).toEqual({ code: 'interrupted' });
    expect(sandbox.requests()).toEqual([]);
  });
});

/** The same codes as where no connection comes about. */
test.for(['EHOSTUNREACH', 'ENETUNREACH'])(
  'a connection that ends with %s once the request has left: it may have happened',
  async (code, scope) => {
    const server = await openServer(scope, () => undefined);
    // As the system ends it when a router says so.
    const breakOff = (message: unknown) => {
      const socket: unknown = Object(message).socket;
      const isOurs = socket instanceof Socket && server.url.endsWith(`:${socket.remotePort}`);
      const error = Object.assign(new Error(`read ${code}`), { code, syscall: 'read' });
      if (isOurs) socket.destroy(error);
    };
    subscribe('undici:client:sendHeaders', breakOff);
    scope.onTestFinished(() => void unsubscribe('undici:client:sendHeaders', breakOff));
    const { facts } = await failureOf(connectTo(scope, server.url).sendMediaStatus(STATUS));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: true });
    expect(facts).toHaveProperty('why', expect.stringContaining(code));
  },
);
