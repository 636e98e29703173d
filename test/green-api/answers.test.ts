import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectTo, openClient } from '../support/sandbox-client.js';
import { makeFile } from '../support/scratch-folder.js';
import { openServer, replyWith } from '../support/scripted-server.js';

describe.concurrent('what the client makes of each answer', () => {
  test('an upload gives its link, a send its id, and the queue shows both', async (scope) => {
    const { sandbox, client } = await openClient(scope, { sendDelayMs: 60_000 });
    const path = await makeFile(scope, Buffer.from('picture'));
    const upload = { path, bytes: 7, mime: 'image/jpeg', asciiName: 'a.jpg' };

    const { urlFile } = await client.uploadFile(upload);
    expect(urlFile).toBe(sandbox.uploads()[0]?.urlFile);
    const status = { urlFile, fileName: 'a.jpg', caption: '', participants: [] };
    const { idMessage } = await client.sendMediaStatus(status);
    expect(idMessage).toBe(sandbox.statuses()[0]?.idMessage);
    expect(await client.showMessagesQueue()).toEqual([
      { idMessage, type: 'sendMediaStatus', urlFile },
    ]);
  });

  test('the journal gives id, time in milliseconds, type, state and caption', async (scope) => {
    const { sandbox, client } = await openClient(scope, { sendDelayMs: 0 });
    const path = await makeFile(scope, Buffer.from('film'));
    const upload = { path, bytes: 4, mime: 'video/mp4', asciiName: 'a.mp4' };
    const { urlFile } = await client.uploadFile(upload);
    const participants = ['70000001234@c.us'];
    const status = { urlFile, fileName: 'a.mp4', caption: 'Zwölf', participants };
    const { idMessage } = await client.sendMediaStatus(status);
    const [accepted] = sandbox.statuses();
    const atMs = Math.floor((accepted?.acceptedAt ?? 0) / 1000) * 1000;

    expect(await client.showMessagesQueue()).toEqual([]);
    expect(await client.getOutgoingStatuses({ minutes: 5 })).toMatchObject([
      { idMessage, atMs, type: 'videoMessage', status: 'sent', caption: 'Zwölf' },
    ]);
    expect(await client.getStatusStatistic({ idMessage })).toEqual([
      { timestamp: atMs / 1000, participant: '70000001234@c.us', status: 'sent' },
    ]);
  });

  test('the minutes asked for bound the journal', async (scope) => {
    const { client } = await openClient(scope, { sendDelayMs: 0 });
    const status = { urlFile: 'https://example.com/a.jpg', fileName: 'a.jpg' };
    await client.sendMediaStatus({ ...status, caption: '', participants: [] });
    await wait(5);
    expect(await client.getOutgoingStatuses({ minutes: 0 })).toEqual([]);
  });

  test('deleteStatus answers with an empty body, and the status is taken back', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const status = { urlFile: 'https://example.com/a.mp3', fileName: 'a.mp3', participants: [] };
    const { idMessage } = await client.sendVoiceStatus(status);
    expect(await client.deleteStatus({ idMessage })).toBeUndefined();
    expect(sandbox.statuses()).toMatchObject([{ viaMethod: 'sendVoiceStatus', state: 'deleted' }]);
  });

  test.for(['yes', 'no'] as const)('outgoingWebhook %s is a yes or a no', async (told, scope) => {
    const { client } = await openClient(scope, { outgoingWebhook: told, sendDelayMs: 1500 });
    const outgoingWebhook = told === 'yes';
    expect(await client.getSettings()).toEqual({ outgoingWebhook, delaySendMessagesMs: 1500 });
  });

  test.for([
    ['an instance that works', { stateInstance: 'authorized' }, 'authorized'],
    ['a state that nobody has heard of', { stateInstance: 'dreaming' }, 'dreaming'],
    ['an instance that is being created', null, null],
    ['an instance that has no state yet', { stateInstance: null }, null],
  ] as const)('the state of %s', async ([, body, state], scope) => {
    const server = await openServer(scope, (_, response) => replyWith(response, body));
    expect(await connectTo(scope, server.url).getStateInstance()).toBe(state);
  });

  test('settings that are told as text, or not at all, are understood', async (scope) => {
    const bodies = [{ delaySendMessagesMilliseconds: '15000' }, {}];
    const server = await openServer(scope, (_, response) => replyWith(response, bodies.shift()));
    const client = connectTo(scope, server.url);
    const outgoingWebhook = false;
    expect(await client.getSettings()).toEqual({ outgoingWebhook, delaySendMessagesMs: 15_000 });
    expect(await client.getSettings()).toEqual({ outgoingWebhook, delaySendMessagesMs: null });
  });

  test('chat messages in the queue are no fault of it', async (scope) => {
    const queue = [
      { messageID: 'BAE5', type: 'sendMessage', body: { chatId: '1@c.us', message: 'hello' } },
      { type: 'sendPoll' },
      { messageID: '3EB0', type: 'sendMediaStatus', body: { urlFile: 'https://a.b/c.jpg' } },
    ];
    const server = await openServer(scope, (_, response) => replyWith(response, queue));
    expect(await connectTo(scope, server.url).showMessagesQueue()).toEqual([
      { idMessage: 'BAE5', type: 'sendMessage', urlFile: null },
      { idMessage: null, type: 'sendPoll', urlFile: null },
      { idMessage: '3EB0', type: 'sendMediaStatus', urlFile: 'https://a.b/c.jpg' },
    ]);
  });

  test('a caption that speaks of sizes is no refusal', async (scope) => {
    const caption = 'File exceeded max upload size';
    const entry = { idMessage: '3EB0', timestamp: 1, typeMessage: 'imageMessage', caption };
    const server = await openServer(scope, (_, response) => replyWith(response, [entry]));
    const journal = await connectTo(scope, server.url).getOutgoingStatuses({ minutes: 1 });
    expect(journal).toMatchObject([{ caption, atMs: 1000, status: null }]);
  });
});
