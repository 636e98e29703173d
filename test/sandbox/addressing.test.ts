import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import { apiPath, ask, get, post, postFile, upload, uploadPath } from './client.js';
import { open } from './open.js';

test('a wrong token is 401, a wrong instance is 403', async () => {
  const sandbox = await open();
  const path = apiPath(sandbox, 'getStateInstance');
  expect((await ask('GET', `${path}x`)).status).toBe(401);
  expect((await ask('GET', path.replace('1101000001', '1101000002'))).status).toBe(403);
  expect((await ask('POST', `${uploadPath(sandbox)}x`, { body: 'bytes' })).status).toBe(401);
});

test('each of the two hosts knows only its own methods', async () => {
  const sandbox = await open();
  const toApi = await ask('POST', uploadPath(sandbox).replace('/media/', '/api/'), { body: 'x' });
  const toMedia = await ask(
    'GET',
    apiPath(sandbox, 'getStateInstance').replace('/api/', '/media/'),
  );
  expect([toApi.status, toMedia.status]).toEqual([404, 404]);
});

test('an unknown method, a wrong verb and a stray path are 404', async () => {
  const sandbox = await open();
  const answers = await Promise.all([
    get(sandbox, 'clearMessagesQueue'),
    get(sandbox, 'sendMediaStatus'),
    post(sandbox, 'getStateInstance', {}),
    ask('GET', sandbox.credentials.apiUrl),
    ask('GET', apiPath(sandbox, 'getStateInstance').replace('waInstance', '')),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test('a refusal repeats the path in its body, token and all, as GREEN-API does', async () => {
  const sandbox = await open();
  const { text } = await post(sandbox, 'sendMediaStatus', {});
  expect(JSON.parse(text)).toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('Validation failed'),
    path: expect.stringContaining(sandbox.credentials.apiTokenInstance),
  });
});

test('every request is kept in order, with what it was answered', async () => {
  const sandbox = await open({
    faults: [{ name: 'reset', method: 'getSettings' }],
  });
  const link = await upload(sandbox);
  await ask('HEAD', link);
  await get(sandbox, 'getSettings').catch(() => undefined);
  await get(sandbox, 'getSetting');
  await ask('GET', `${sandbox.credentials.apiUrl}/x`);
  expect(sandbox.requests().map(({ method, status }) => [method, status])).toEqual([
    ['uploadFile', 200],
    ['file-link', 200],
    ['getSettings', null],
    ['getSetting', 404],
    ['unknown', 404],
  ]);
});

test('the instance is authorized, and its settings say yes and no in words', async () => {
  const sandbox = await open({ sendDelayMs: 700, outgoingWebhook: 'no' });
  const state = await get(sandbox, 'getStateInstance');
  expect(JSON.parse(state.text)).toEqual({ stateInstance: 'authorized' });
  const settings = await get(sandbox, 'getSettings');
  expect(JSON.parse(settings.text)).toMatchObject({
    outgoingWebhook: 'no',
    delaySendMessagesMilliseconds: 700,
  });
});

test('close breaks open connections at once and removes the temporary folder', async () => {
  const sandbox = await openSandbox({ faults: [{ name: 'hang', method: 'getSettings' }] });
  await postFile(sandbox);
  const folder = dirname(dirname(sandbox.uploads()[0]?.path ?? ''));
  const idle = connect(Number(new URL(sandbox.credentials.apiUrl).port), '127.0.0.1');
  idle.on('error', () => undefined);
  const idleClosed = new Promise((resolve) => idle.once('close', resolve));
  const hanging = get(sandbox, 'getSettings');
  hanging.catch(() => undefined); // looked at below, once it has been refused
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(existsSync(folder)).toBe(true);
  await sandbox.close();
  await expect(hanging).rejects.toThrow();
  await idleClosed;
  expect(existsSync(folder)).toBe(false);
});

test('a port that is taken is said in words', async () => {
  const { credentials } = await open();
  const port = Number(new URL(credentials.apiUrl).port);
  await expect(openSandbox({ port })).rejects.toThrow(`Cannot open the sandbox on port ${port}`);
});
