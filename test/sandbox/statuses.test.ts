import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { ask, apiPath, get, post, send, until, upload } from './client.js';
import { open } from './open.js';

const journal = z.array(
  z.object({ idMessage: z.string(), timestamp: z.number(), downloadUrl: z.string() }),
);
const messages = z.array(z.object({ messageID: z.string() }));

test('a status is accepted, queued under its own link, and then in the journal', async () => {
  const sandbox = await open({ sendDelayMs: 1500 });
  const urlFile = await upload(sandbox);
  const body = {
    urlFile,
    fileName: 'Ünïcode.jpg',
    caption: 'Hallo',
    participants: ['70000001234@c.us'],
  };
  const idMessage = await send(sandbox, body);
  expect(idMessage).toMatch(/^3EB0[0-9A-F]{16}$/);

  const queue = await get(sandbox, 'showMessagesQueue');
  expect(JSON.parse(queue.text)).toEqual([{ messageID: idMessage, type: 'sendMediaStatus', body }]);
  expect(JSON.parse((await get(sandbox, 'getMessagesCount')).text)).toEqual({ count: 1 });
  expect((await get(sandbox, 'getOutgoingStatuses')).text).toBe('[]');
  expect((await get(sandbox, 'getStatusStatistic', `?idMessage=${idMessage}`)).text).toBe('[]');

  const [upload0] = sandbox.uploads();
  expect(sandbox.statuses()).toEqual([
    {
      ...body,
      idMessage,
      kind: 'image',
      acceptedAt: expect.any(Number),
      viaMethod: 'sendMediaStatus',
      state: 'pending',
      file: upload0,
    },
  ]);
  expect(upload0?.sha256).toBe(createHash('sha256').update('image bytes').digest('hex'));

  await until(() => sandbox.statuses()[0]?.state === 'sent');
  expect((await get(sandbox, 'showMessagesQueue')).text).toBe('[]');
  expect(JSON.parse((await get(sandbox, 'getMessagesCount')).text)).toEqual({ count: 0 });
  const { text } = await get(sandbox, 'getOutgoingStatuses', '?minutes=5');
  expect(JSON.parse(text)).toEqual([
    {
      type: 'outgoing',
      idMessage,
      timestamp: expect.any(Number),
      typeMessage: 'imageMessage',
      chatId: 'status@broadcast',
      participants: ['70000001234@c.us'],
      downloadUrl: expect.any(String),
      caption: 'Hallo',
      fileName: expect.stringMatching(/^[0-9a-f-]{36}\.jpg$/),
      mimeType: 'image/jpeg',
      statusMessage: 'sent',
      sendByApi: true,
    },
  ]);
  const statistic = await get(sandbox, 'getStatusStatistic', `?idMessage=${idMessage}`);
  expect(JSON.parse(statistic.text)).toEqual([
    { timestamp: expect.any(Number), participant: '70000001234@c.us', status: 'sent' },
  ]);
});

test("the journal's link is another one, of the same file, and its time is that of the sending", async () => {
  const sandbox = await open({ sendDelayMs: 1100 });
  const urlFile = await upload(sandbox);
  await send(sandbox, { urlFile, fileName: 'a.jpg' });
  const { acceptedAt } = sandbox.statuses()[0] ?? { acceptedAt: NaN };
  await until(() => sandbox.statuses()[0]?.state === 'sent');
  const [entry] = journal.parse(JSON.parse((await get(sandbox, 'getOutgoingStatuses')).text));
  expect(entry?.downloadUrl).not.toBe(urlFile);
  expect((await ask('GET', entry?.downloadUrl ?? '')).text).toBe('image bytes');
  expect(entry?.timestamp).toBe(Math.floor((acceptedAt + 1100) / 1000));
});

test('statuses leave the queue in order, one delay apart', async () => {
  const sandbox = await open({ sendDelayMs: 300 });
  const urlFile = await upload(sandbox);
  const ids = [];
  for (const fileName of ['1.jpg', '2.jpg', '3.jpg']) {
    ids.push(await send(sandbox, { urlFile, fileName }));
  }
  const states = () => sandbox.statuses().map(({ state }) => state);
  expect(states()).toEqual(['pending', 'pending', 'pending']);
  await until(() => states()[0] === 'sent');
  expect(states()).toEqual(['sent', 'pending', 'pending']);
  const queue = messages.parse(JSON.parse((await get(sandbox, 'showMessagesQueue')).text));
  expect(queue.map(({ messageID }) => messageID)).toEqual(ids.slice(1));
  const startedAt = sandbox.statuses()[0]?.acceptedAt ?? NaN;
  await until(() => states()[2] === 'sent');
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(900);
  const entries = journal.parse(JSON.parse((await get(sandbox, 'getOutgoingStatuses')).text));
  expect(entries.map(({ idMessage }) => idMessage)).toEqual(ids.toReversed());
});

test('a link that downloads, a dead one and a foreign one are accepted and never appear', async () => {
  const sandbox = await open({ sendDelayMs: 0 });
  const download = await upload(sandbox, 'a.heic');
  const dead = download.replace(/[^/]+$/, 'gone.jpg');
  for (const urlFile of [download, dead, 'https://example.com/a.jpg']) {
    await send(sandbox, { urlFile, fileName: 'a.jpg' });
  }
  expect(sandbox.statuses().map(({ state }) => state)).toEqual(['never', 'never', 'never']);
  expect(sandbox.statuses().map(({ file }) => file?.gaFileName)).toEqual([
    'a.heic',
    undefined,
    undefined,
  ]);
  expect((await get(sandbox, 'getOutgoingStatuses')).text).toBe('[]');
});

test('without outgoingWebhook both journals are empty', async () => {
  const sandbox = await open({ sendDelayMs: 0, outgoingWebhook: 'no' });
  const urlFile = await upload(sandbox);
  const participants = ['70000001234@c.us'];
  const idMessage = await send(sandbox, { urlFile, fileName: 'a.jpg', participants });
  expect(sandbox.statuses()[0]?.state).toBe('sent');
  expect((await get(sandbox, 'getOutgoingStatuses')).text).toBe('[]');
  expect((await get(sandbox, 'getStatusStatistic', `?idMessage=${idMessage}`)).text).toBe('[]');
});

test('deleteStatus answers with nothing, and the status is in no journal', async () => {
  const sandbox = await open({ sendDelayMs: 0 });
  const idMessage = await send(sandbox, { urlFile: await upload(sandbox), fileName: 'a.jpg' });
  expect(await post(sandbox, 'deleteStatus', { idMessage })).toMatchObject({
    status: 200,
    text: '',
  });
  expect(sandbox.statuses()[0]?.state).toBe('deleted');
  expect((await get(sandbox, 'getOutgoingStatuses')).text).toBe('[]');
});

test('sendVoiceStatus sends audio, and only that', async () => {
  const sandbox = await open({ sendDelayMs: 0 });
  const urlFile = await upload(sandbox, 'a.mp3');
  const body = { urlFile, fileName: 'a.mp3', backgroundColor: '#228B22' };
  expect((await post(sandbox, 'sendVoiceStatus', body)).status).toBe(200);
  expect(sandbox.statuses()).toMatchObject([
    { viaMethod: 'sendVoiceStatus', kind: 'audio', caption: null, state: 'sent' },
  ]);
  const { text } = await get(sandbox, 'getOutgoingStatuses');
  expect(JSON.parse(text)).toMatchObject([{ typeMessage: 'audioMessage', caption: '' }]);
  for (const refused of [
    { ...body, caption: 'no' },
    { ...body, fileName: 'a.jpg' },
  ]) {
    expect((await post(sandbox, 'sendVoiceStatus', refused)).status).toBe(400);
  }
});

const good = { urlFile: 'https://example.com/a.jpg', fileName: 'a.jpg' };

test.each([
  ['no link', { fileName: 'a.jpg' }],
  ['a link that is no URL', { ...good, urlFile: '/a.jpg' }],
  ['a link that is no string', { ...good, urlFile: 1 }],
  ['no file name', { urlFile: good.urlFile }],
  ['a file name without extension', { ...good, fileName: 'a' }],
  ['a file name with the extension of no media', { ...good, fileName: 'a.pdf' }],
  ['a byte order mark before the file name', { ...good, fileName: '\uFEFFa.jpg' }],
  ['a caption of 1025 UTF-16 units', { ...good, caption: 'a'.repeat(1025) }],
  ['a caption of 513 emoji', { ...good, caption: '😀'.repeat(513) }],
  ['a caption that is null', { ...good, caption: null }],
  ['a participant without @c.us', { ...good, participants: ['70000001234'] }],
  ['participants as a string', { ...good, participants: '70000001234@c.us' }],
  ['an unknown field', { ...good, captoin: 'typo' }],
  ['a list for a body', [good]],
])('a status with %s is refused', async (_, body) => {
  const sandbox = await open();
  const answer = await post(sandbox, 'sendMediaStatus', body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('Validation failed');
  expect(sandbox.statuses()).toEqual([]);
});

test('a caption of 1024 UTF-16 units and an empty list of participants are taken', async () => {
  const sandbox = await open();
  const body = { ...good, caption: '😀'.repeat(512), participants: [] };
  expect((await post(sandbox, 'sendMediaStatus', body)).status).toBe(200);
});

test.each([
  ['broken JSON', '{"urlFile":', 'Unexpected token'],
  ['a byte order mark', `\uFEFF${JSON.stringify(good)}`, 'Unexpected token'],
])('%s is refused', async (_, body, message) => {
  const sandbox = await open();
  const headers = { 'content-type': 'application/json' };
  const answer = await ask('POST', apiPath(sandbox, 'sendMediaStatus'), { headers, body });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(message);
});

test('JSON that is not declared as such is not read', async () => {
  const sandbox = await open();
  const body = JSON.stringify(good);
  const answer = await ask('POST', apiPath(sandbox, 'sendMediaStatus'), { body });
  expect(answer.status).toBe(400);
});

test('the journals refuse what they cannot look up', async () => {
  const sandbox = await open();
  expect((await get(sandbox, 'getOutgoingStatuses', '?minutes=soon')).status).toBe(400);
  expect((await get(sandbox, 'getStatusStatistic')).status).toBe(400);
  expect((await post(sandbox, 'deleteStatus', {})).status).toBe(400);
});
