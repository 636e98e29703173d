import { describe, expect, test } from 'vitest';
import type { GreenApiClient } from '../../src/green-api/client.js';
import { redactNumbers } from '../../src/green-api/redact.js';
import { createMask } from '../../src/ledger/mask.js';
import { checkLink } from '../../src/publish/check-link.js';
import { uploadFile } from '../../src/publish/upload-file.js';
import { FAULT_NAMES, type FaultName } from '../../src/sandbox/faults.js';
import { ACCOUNT, connectTo, openClient, STATUS } from '../support/sandbox-client.js';
import { makeFile, type Scope } from '../support/scratch-folder.js';
import { openServer } from '../support/scripted-server.js';
import { secretsIn } from '../support/secrets.js';

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
  const timeouts = { apiTimeoutMs: 200, sendTimeoutMs: 200 };
  const { sandbox, client } = await openClient(scope, {}, timeouts);
  const onLink = name === 'link-gone' || name === 'link-forbids-head';
  if (onLink || name === 'download-link') {
    const method = onLink ? 'file-link' : 'uploadFile';
    sandbox.addFault({ name, method, times: Infinity });
    const path = await makeFile(scope, Buffer.from('picture'));
    const output = { path, bytes: 7, mime: 'image/jpeg' } as const;
    return thrownBy(uploadFile(client, output, 'a.jpg', { retries: 0, linkTimeoutMs: 5000 }));
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

  test('where the address comes back in capital letters', async (scope) => {
    const server = await openServer(scope, ({ url }, response) => {
      response.writeHead(400).end(`No: ${url.toUpperCase()}`);
    });
    const thrown = await thrownBy(connectTo(scope, server.url).getSettings());
    expect(thrown).toBeInstanceOf(Error);
    expect(secretsIn(thrown)).toEqual([]);
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

describe.concurrent('no phone number shows', () => {
  test.for([
    '79001234567@c.us',
    '+79001234567',
    '+7 900 123-45-67',
    '+7 (900) 123 45 67',
    '7-900-123-45-67',
    '7\u2011900\u2011123\u201145\u201167',
    '7\u00a0900\u00a0123\u00a045\u00a067',
  ])('that is written as %s', async (number, scope) => {
    for (const status of [200, 400, 466]) {
      const description = `You can only send to these numbers: ${number}, ${number}. Ask for more.`;
      const server = await openServer(scope, (_, response) => {
        response.writeHead(status).end(JSON.stringify({ invokeStatus: { description } }));
      });
      const thrown = await thrownBy(connectTo(scope, server.url).sendMediaStatus(STATUS));
      expect(String(thrown)).toContain('<number>');
      expect(String(thrown)).not.toMatch(/900|123/);
      expect(String(thrown)).toContain('You can only send to these numbers');
    }
  });

  test('nor anything of the idInstance in a link that cannot be read', async (scope) => {
    const server = await openServer(scope, (_, response) => {
      response.writeHead(200, { 'content-type': `text/html; of=${ACCOUNT.idInstance}` }).end();
    });
    const link = `${server.url}/${ACCOUNT.idInstance}/a.jpg`;
    const check = await checkLink(link, 'image/jpeg', { timeoutMs: 2000 });
    expect(check.type).toBe('not-direct');
    expect(secretsIn(check)).toEqual([]);
    const gone = `http://127.0.0.1:1/${ACCOUNT.idInstance}/a.jpg`;
    const thrown = await thrownBy(checkLink(gone, 'image/jpeg', { timeoutMs: 2000 }));
    expect(thrown).toBeInstanceOf(Error);
    expect(secretsIn(thrown)).toEqual([]);
  });
});

test('numbers that are no phone numbers are left as they are', () => {
  const text = 'HTTP 429 on 127.0.0.1:8080: Size: 120mb Limit: 100mb, 2 of 5000';
  expect(redactNumbers(text)).toBe(text);
});

test('a masked link tells nobody the idInstance, and holds all else', () => {
  const { idInstance } = ACCOUNT;
  const link = `https://7105.media.greenapi.com/${idInstance}/6c851c2c-8514.jpg`;
  const masked = createMask(idInstance).hide(link);
  expect(masked).toBe('https://7105.media.greenapi.com/{idInstance}/6c851c2c-8514.jpg');
  expect(masked.replaceAll('{idInstance}', idInstance)).toBe(link);
});

test('what looks for them finds a piece of either', () => {
  const { apiTokenInstance, idInstance } = ACCOUNT;
  expect(secretsIn(new Error('no', { cause: new Error(apiTokenInstance) }))).not.toEqual([]);
  expect(secretsIn({ deep: { hidden: new Set([idInstance]) } })).not.toEqual([]);
  expect(secretsIn(apiTokenInstance.slice(3, 12))).not.toEqual([]);
  expect(secretsIn('a harmless text')).toEqual([]);
});
