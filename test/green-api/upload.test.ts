import { createHash, randomBytes } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../support/failure.js';
import { connectTo, countRequests, openClient } from '../support/sandbox-client.js';
import { makeFile } from '../support/scratch-folder.js';
import { openServer, replyWith } from '../support/scripted-server.js';

const BYTES = randomBytes(3_000_001);

describe.concurrent('uploadFile', () => {
  test('sends the raw bytes with their length, type and an ASCII name', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const path = await makeFile(scope, BYTES);
    const { length: bytes } = BYTES;
    await client.uploadFile({ path, bytes, mime: 'video/mp4', asciiName: 'clip.mp4' });
    const sha256 = createHash('sha256').update(BYTES).digest('hex');
    const upload = { bytes, contentLength: bytes, contentType: 'video/mp4', sha256 };
    expect(sandbox.uploads()).toMatchObject([{ ...upload, gaFileName: 'clip.mp4' }]);
  });

  test('is neither chunked nor a form, and goes to the media host alone', async (scope) => {
    const answer = { urlFile: 'https://example.com/a.jpg' };
    const server = await openServer(scope, (_, response) => replyWith(response, answer));
    const path = await makeFile(scope, Buffer.from('picture'));
    const client = connectTo(scope, server.url);
    await client.uploadFile({ path, bytes: 7, mime: 'image/jpeg', asciiName: 'a.jpg' });
    const [request] = server.received;
    expect(request).toMatchObject({ verb: 'POST', method: 'uploadFile' });
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    expect(request?.headers).toMatchObject({
      'content-length': '7',
      'content-type': 'image/jpeg',
      'ga-filename': 'a.jpg',
    });
    expect(request?.body.toString()).toBe('picture');
  });

  test('tells its progress up to the size', async (scope) => {
    const { client } = await openClient(scope);
    const path = await makeFile(scope, BYTES);
    const told: number[] = [];
    await client.uploadFile({
      ...{ path, bytes: BYTES.length, mime: 'video/mp4', asciiName: 'a.mp4' },
      onProgress: (bytes) => told.push(bytes),
    });
    expect(told.length).toBeGreaterThan(10);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(new Set(told).size).toBe(told.length);
    expect(told.at(-1)).toBe(BYTES.length);
  });

  test.for([
    ['shorter', 1_000_000],
    ['longer', 4_000_000],
  ] as const)('of a file that has become %s is not accepted', async ([, length], scope) => {
    const { sandbox, client } = await openClient(scope);
    const path = await makeFile(scope, BYTES);
    await truncate(path, length);
    const upload = { path, bytes: BYTES.length, mime: 'video/mp4', asciiName: 'a.mp4' };
    const { facts } = await failureOf(client.uploadFile(upload));
    expect(facts).toEqual({ code: 'file-changed', file: path });
    expect(sandbox.uploads()).toEqual([]);
  });

  test('of a file that is not there says which file, not that the network is down', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const path = `${await makeFile(scope, BYTES)}.gone`;
    const upload = { path, bytes: 7, mime: 'image/jpeg', asciiName: 'a.jpg' };
    const { facts } = await failureOf(client.uploadFile(upload));
    expect(facts).toMatchObject({ code: 'file-unreadable', file: path });
    expect(sandbox.uploads()).toEqual([]);
  });

  test('is stopped by its signal in the middle', async (scope) => {
    const hang = { name: 'hang', method: 'uploadFile' } as const;
    const { sandbox, client } = await openClient(scope, { faults: [hang] });
    const path = await makeFile(scope, BYTES);
    const upload = { path, bytes: BYTES.length, mime: 'video/mp4', asciiName: 'a.mp4' };
    const signal = AbortSignal.timeout(100);
    expect(await failureOf(client.uploadFile(upload, { signal }))).toMatchObject({
      code: 'interrupted',
    });
    expect(countRequests(sandbox, 'uploadFile')).toBe(1);
    expect(sandbox.uploads()).toEqual([]);
  });

  test('is given up after uploadTimeoutMs', async (scope) => {
    const hang = { name: 'hang', method: 'uploadFile' } as const;
    const { client } = await openClient(scope, { faults: [hang] }, { uploadTimeoutMs: 150 });
    const path = await makeFile(scope, BYTES);
    const upload = { path, bytes: BYTES.length, mime: 'video/mp4', asciiName: 'a.mp4' };
    const { facts, message } = await failureOf(client.uploadFile(upload));
    expect(facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: true });
    expect(message).toContain('nothing came within 0.15 s');
  });
});
