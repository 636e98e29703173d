import { createHash } from 'node:crypto';
import { readFile, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { publish } from '../../src/publish/publish.js';
import { failureOf } from '../support/failure.js';
import { openDesk } from '../support/publishing.js';
import { connectClient, countRequests, unlimited, until } from '../support/sandbox-client.js';

const WEEK_MS = 7 * 24 * 60 * 60_000;

describe.concurrent('a file is published', () => {
  test('by upload, link check and one send, each in the ledger before the next', async (scope) => {
    const slowly = { name: 'slow', method: 'sendMediaStatus', delayMs: 300 } as const;
    const desk = await openDesk(scope, {
      sandbox: { faults: [slowly] },
      settings: { caption: 'hello', participants: ['70000001234'] },
    });
    const publication = await desk.prepare();
    const { key, message } = publication;
    const { fileName } = message;
    const states: string[] = [];
    const note = async () => states.push((await desk.entryOf(key)).state);
    const publishing = publish(publication, {
      ...desk.publisher,
      inUploadLane: async (work) => {
        await note();
        return work();
      },
      inSendLane: async (work) => {
        await note();
        return work();
      },
    });
    await until(() => countRequests(desk.sandbox, 'sendMediaStatus') === 1);
    await note();
    expect(desk.sandbox.statuses()).toEqual([]);
    const ending = await publishing;
    await note();

    const [status] = desk.sandbox.statuses();
    const { idMessage, urlFile } = status ?? {};
    expect(ending).toEqual({ outcome: 'sent', idMessage, urlFile });
    expect(states).toEqual(['normalized', 'uploaded', 'sending', 'sent']);
    expect(desk.stages).toEqual(['upload', 'send']);
    expect(await desk.entryOf(key)).toMatchObject({ idMessage, link: { urlFile } });
    const participants = ['70000001234@c.us'];
    expect(status).toMatchObject({ fileName, caption: 'hello', participants, kind: 'image' });
  });

  test('as the bytes it was normalized to, under an ASCII name', async (scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare('video');
    await publish(publication, desk.publisher);
    const { path, mime } = publication.output;
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    expect(desk.sandbox.uploads()).toMatchObject([{ sha256, contentType: mime }]);
    expect(desk.sandbox.uploads()[0]?.gaFileName).toMatch(/^[\x20-\x7e]+\.mp4$/);
  });

  test.for([
    ['media', 'sendMediaStatus', 'hello'],
    ['voice', 'sendVoiceStatus', null],
  ] as const)('as %s when sound is to be that', async ([audioAs, viaMethod, caption], scope) => {
    const desk = await openDesk(scope, { settings: { audioAs, caption: 'hello' } });
    await publish(await desk.prepare('audio'), desk.publisher);
    expect(desk.sandbox.statuses()).toMatchObject([{ viaMethod, caption, kind: 'audio' }]);
  });

  test('as media when it is a picture, whatever sound is to be', async (scope) => {
    const desk = await openDesk(scope, { settings: { audioAs: 'voice' } });
    await publish(await desk.prepare(), desk.publisher);
    expect(desk.sandbox.statuses()).toMatchObject([{ viaMethod: 'sendMediaStatus' }]);
  });

  test('with a new link where the wait for its turn outlasted the first', async (scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare();
    const { output, key } = publication;
    const { urlFile } = await desk.client.uploadFile({ ...output, asciiName: 'a.jpg' });
    const link = { urlFile, expiresAtMs: Date.now() + 300 };
    await desk.ledger.recordUploaded(key, link);
    const client = connectClient(scope, desk.sandbox.credentials, {
      limitRate: async (method, call, options) => {
        if (method === 'sendMediaStatus') await sleep(400);
        return unlimited(method, call, options);
      },
    });
    const again = await desk.readAgain(publication);
    const ending = await publish(again, { ...desk.publisher, client });
    expect(ending).toMatchObject({ outcome: 'sent' });
    const [status] = desk.sandbox.statuses();
    expect(status?.urlFile).not.toBe(urlFile);
    expect(desk.sandbox.uploads()).toHaveLength(2);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
  });

  test.for([-20, 20])('whatever a clock that is %i days off says of links', async (days, scope) => {
    const desk = await openDesk(scope);
    const now = () => Date.now() + days * 24 * 60 * 60 * 1000;
    const ending = await publish(await desk.prepare(), { ...desk.publisher, now });
    expect(ending).toMatchObject({ outcome: 'sent' });
    expect(desk.sandbox.uploads().length).toBeLessThanOrEqual(2);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
  });

  test('with the live link that an earlier run left, without a second upload', async (scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare();
    const { output, key } = publication;
    const upload = { ...output, asciiName: 'a.jpg' };
    const { urlFile } = await desk.client.uploadFile(upload);
    await desk.ledger.recordUploaded(key, { urlFile, expiresAtMs: Date.now() + WEEK_MS });
    const ending = await publish(await desk.readAgain(publication), desk.publisher);
    expect(ending).toMatchObject({ outcome: 'sent', urlFile });
    expect(desk.sandbox.uploads()).toHaveLength(1);
    expect(desk.stages).toEqual(['send']);
  });

  test.for([
    ['is gone', WEEK_MS, true],
    ['is about to end', 60_000, false],
    ['has run out', -1, false],
  ] as const)('with a new upload where the old link %s', async ([, livesMs, gone], scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare();
    const upload = { ...publication.output, asciiName: 'a.jpg' };
    const { urlFile } = await desk.client.uploadFile(upload);
    const link = { urlFile, expiresAtMs: Date.now() + livesMs };
    await desk.ledger.recordUploaded(publication.key, link);
    if (gone) desk.sandbox.addFault({ name: 'link-gone', method: 'file-link' });
    await publish(await desk.readAgain(publication), desk.publisher);
    expect(desk.sandbox.uploads()).toHaveLength(2);
    const [status] = desk.sandbox.statuses();
    expect(status?.urlFile).toBe(desk.sandbox.uploads()[1]?.urlFile);
    expect((await desk.entryOf(publication.key)).link?.urlFile).toBe(status?.urlFile);
  });

  test('again after it had failed', async (scope) => {
    const desk = await openDesk(scope, {
      sandbox: { faults: [{ name: 'quota', method: 'sendMediaStatus' }] },
    });
    const publication = await desk.prepare();
    await failureOf(publish(publication, desk.publisher));
    expect(await desk.entryOf(publication.key)).toMatchObject({
      state: 'failed',
      error: { code: 'api-refused' },
    });
    const again = await desk.readAgain(publication);
    expect(await publish(again, desk.publisher)).toMatchObject({ outcome: 'sent' });
    expect(desk.sandbox.uploads()).toHaveLength(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });
});

describe.concurrent('nothing is sent', () => {
  test('of a file whose link is never direct', async (scope) => {
    const fault = { name: 'download-link', method: 'uploadFile', times: Infinity } as const;
    const desk = await openDesk(scope, { sandbox: { faults: [fault] } });
    const publication = await desk.prepare();
    const failure = await failureOf(publish(publication, desk.publisher));
    expect(failure.code).toBe('link-not-direct');
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(0);
    expect((await desk.entryOf(publication.key)).state).toBe('normalized');
  });

  test('of a file that changed since it was measured', async (scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare();
    await truncate(publication.output.path, 3);
    const failure = await failureOf(publish(publication, desk.publisher));
    expect(failure.code).toBe('file-changed');
    expect(desk.sandbox.requests()).toHaveLength(1);
    expect(desk.sandbox.uploads()).toEqual([]);
  });

  test('by a run that has been interrupted', async (scope) => {
    const desk = await openDesk(scope, { signal: AbortSignal.abort() });
    const publication = await desk.prepare();
    await expect(publish(publication, desk.publisher)).rejects.toThrow('aborted');
    expect(desk.sandbox.requests()).toEqual([]);
    expect((await desk.entryOf(publication.key)).state).toBe('normalized');
  });

  test('by a run that is interrupted while it looks whether it is still to be sent', async (scope) => {
    const ending = new AbortController();
    const desk = await openDesk(scope, { signal: ending.signal });
    const publication = await desk.prepare();
    const beforeSend = async () => ending.abort();
    await expect(publish(publication, { ...desk.publisher, beforeSend })).rejects.toThrow();
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(0);
    // Nothing that a later run had to find out.
    expect((await desk.entryOf(publication.key)).state).toBe('uploaded');
  });

  test('by a run that is killed while it waits to repeat a refused send', async (scope) => {
    const fault = { name: 'too-fast', method: 'sendMediaStatus' } as const;
    const desk = await openDesk(scope, { sandbox: { faults: [fault] } });
    const publication = await desk.prepare();
    const states: Promise<string>[] = [];
    const onWaiting = () =>
      void states.push(desk.entryOf(publication.key).then(({ state }) => state));
    const ending = await publish(publication, { ...desk.publisher, onWaiting });
    expect(ending).toMatchObject({ outcome: 'sent' });
    // What it would leave: not `sending`, of which nobody could tell what became of it.
    expect(await Promise.all(states)).toEqual(states.map(() => 'uploaded'));
    expect(states.length).toBeGreaterThan(0);
  });

  test('by a run that is interrupted while it waits to repeat a refused send', async (scope) => {
    const ending = new AbortController();
    const fault = { name: 'too-fast', method: 'sendMediaStatus', times: Infinity } as const;
    const { signal } = ending;
    const desk = await openDesk(scope, { signal, sandbox: { faults: [fault] } });
    const publication = await desk.prepare();
    const onWaiting = () => ending.abort();
    const failure = await failureOf(publish(publication, { ...desk.publisher, onWaiting }));
    expect(failure.code).toBe('interrupted');
    expect(desk.sandbox.statuses()).toEqual([]);
    expect(await desk.entryOf(publication.key)).toMatchObject({
      state: 'failed',
      error: { code: 'interrupted' },
    });
  });
});
