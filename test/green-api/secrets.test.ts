import { describe, expect, test } from 'vitest';
import type { GreenApiClient } from '../../src/green-api/client.js';
import { uploadFile } from '../../src/publish/upload-file.js';
import { FAULT_NAMES, type FaultName } from '../../src/sandbox/faults.js';
import { ACCOUNT, connectTo, openClient } from '../support/sandbox-client.js';
import { makeFile, type Scope } from '../support/scratch-folder.js';
import { openServer } from '../support/scripted-server.js';
import { secretsIn } from '../support/secrets.js';

const STATUS = {
  urlFile: 'https://example.com/a.jpg',
  fileName: 'a.jpg',
  caption: '',
  participants: [],
} as const;

type ClientCall = (client: GreenApiClient, path: string) => Promise<unknown>;

const CALLS: Readonly<Record<string, ClientCall>> = {
  uploadFile: (client, path) =>
    client.uploadFile({ path, bytes: 7, mime: 'image/jpeg', asciiName: 'a.jpg' }),
  sendMediaStatus: (client) => client.sendMediaStatus(STATUS),
  sendVoiceStatus: (client) => client.sendVoiceStatus({ ...STATUS, fileName: 'a.mp3' }),
  getStateInstance: (client) => client.getStateInstance(),
  getSettings: (client) => client.getSettings(),
  showMessagesQueue: (client) => client.showMessagesQueue(),
  getOutgoingStatuses: (client) => client.getOutgoingStatuses({ minutes: 1 }),
  getStatusStatistic: (client) => client.getStatusStatistic({ idMessage: '3EB0' }),
};

/** Not a StatuscastError alone: whatever is thrown must not hold them. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
}

/** Publishes under a fault and gives what was thrown; null for a fault that only slows or alters. */
async function failUnder(name: FaultName, scope: Scope): Promise<unknown> {
  const timeouts = { apiTimeoutMs: 200, sendTimeoutMs: 200, uploadTimeoutMs: 200 };
  const { sandbox, client } = await openClient(scope, {}, timeouts);
  const onLink = name === 'link-gone' || name === 'link-forbids-head';
  if (onLink || name === 'download-link') {
    const method = onLink ? 'file-link' : 'uploadFile';
    sandbox.addFault({ name, method, times: Infinity });
    const path = await makeFile(scope, Buffer.from('picture'));
    const output = { path, bytes: 7, mime: 'image/jpeg' } as const;
    return thrownBy(uploadFile(client, output, 'a.jpg', { retries: 0, linkTimeoutMs: 200 }));
  }
  sandbox.addFault({ name, method: 'sendMediaStatus', delayMs: 1000 });
  return thrownBy(client.sendMediaStatus(STATUS));
}

describe.concurrent('neither token nor idInstance shows', () => {
  test.for(FAULT_NAMES)('in what is thrown under %s', async (name, scope) => {
    const thrown = await failUnder(name, scope);
    expect(thrown instanceof Error).toBe(name !== 'link-forbids-head');
    expect(secretsIn(thrown)).toEqual([]);
  });

  test('in a client, open or closed', async (scope) => {
    const { client } = await openClient(scope);
    expect(secretsIn(client)).toEqual([]);
    await client.close();
    const thrown = await thrownBy(client.getSettings());
    expect(thrown).toBeInstanceOf(Error);
    expect(secretsIn(thrown)).toEqual([]);
  });

  test('where nobody listens', async (scope) => {
    const thrown = await thrownBy(connectTo(scope, 'http://127.0.0.1:1').getSettings());
    expect(thrown).toBeInstanceOf(Error);
    expect(secretsIn(thrown)).toEqual([]);
  });

  test.for(Object.keys(CALLS).flatMap((method) => [200, 400, 404, 502].map((s) => [method, s])))(
    'where %s is answered %i by a server that repeats the address',
    async ([method, status], scope) => {
      const server = await openServer(scope, (request, response) => {
        const address = `http://${request.headers.host}${request.url}`;
        response.setHeader('location', address);
        response.writeHead(Number(status)).end(`Cannot ${request.verb} ${address} :-(`);
      });
      const path = await makeFile(scope, Buffer.from('picture'));
      const call = CALLS[String(method)]?.(connectTo(scope, server.url), path);
      const thrown = await thrownBy(Promise.resolve(call));
      expect(thrown).toBeInstanceOf(Error);
      expect(secretsIn(thrown)).toEqual([]);
    },
  );

  test('where a long answer is cut in the middle of either', async (scope) => {
    const secrets = Object.values(ACCOUNT).join('/');
    for (const status of [200, 401]) {
      for (let before = 120; before <= 210; before += 5) {
        const server = await openServer(scope, (_, response) =>
          response.writeHead(status).end('x'.repeat(before) + secrets),
        );
        const thrown = await thrownBy(connectTo(scope, server.url).getSettings());
        expect(thrown).toBeInstanceOf(Error);
        expect(secretsIn(thrown)).toEqual([]);
      }
    }
  });

  test('where the answer is JSON that holds the address', async (scope) => {
    const server = await openServer(scope, ({ url }, response) => {
      response.writeHead(400).end(JSON.stringify({ path: url, message: `No: ${url}` }));
    });
    const thrown = await thrownBy(connectTo(scope, server.url).getSettings());
    expect(String(thrown)).toContain('<token>');
    expect(secretsIn(thrown)).toEqual([]);
  });
});

test('what looks for them finds a piece of either', () => {
  const { apiTokenInstance, idInstance } = ACCOUNT;
  expect(secretsIn(new Error('no', { cause: new Error(apiTokenInstance) }))).not.toEqual([]);
  expect(secretsIn({ deep: { hidden: new Set([idInstance]) } })).not.toEqual([]);
  expect(secretsIn(apiTokenInstance.slice(3, 12))).not.toEqual([]);
  expect(secretsIn('a harmless text')).toEqual([]);
});
