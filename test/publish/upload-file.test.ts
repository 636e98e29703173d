import { truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { UPLOAD_MAX_BYTES } from '../../src/limits.js';
import { isLinkAlive, uploadFile } from '../../src/publish/upload-file.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { countRequests, openClient } from '../support/sandbox-client.js';
import { makeFile, type Scope } from '../support/scratch-folder.js';

const OPTIONS = { retries: 2, linkTimeoutMs: 2000 } as const;
const DAY_MS = 24 * 60 * 60_000;

async function makeOutput(scope: Scope) {
  const path = await makeFile(scope, Buffer.from('picture'));
  return { path, bytes: 7, mime: 'image/jpeg' } as const;
}

describe.concurrent('an upload', () => {
  test('gives a direct link, looked at once, and when it ends', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const link = await uploadFile(client, await makeOutput(scope), 'a.jpg', OPTIONS);
    const [upload] = sandbox.uploads();
    expect(link.urlFile).toBe(upload?.urlFile);
    const livesMs = link.expiresAtMs - (upload?.receivedAt ?? 0);
    // The header counts in seconds.
    expect(Math.abs(livesMs - 15 * DAY_MS)).toBeLessThan(1000);
    expect(sandbox.requests().map(({ method }) => method)).toEqual(['uploadFile', 'file-link']);
  });

  test.for([
    'праздник 海 🎉.jpg',
    '-dash %03d #1.jpg',
    'Übergrößenträger.jpg',
    '🎉.jpg',
    '..jpg',
    `${'long'.repeat(60)}.jpg`,
    'quote" and \r\n break.jpg',
  ])('of %j travels under an ASCII name of the same extension', async (fileName, scope) => {
    const { sandbox, client } = await openClient(scope);
    await uploadFile(client, await makeOutput(scope), fileName, OPTIONS);
    expect(sandbox.uploads()[0]?.gaFileName).toMatch(/^[\x21-\x7e]+\.jpg$/);
    expect(sandbox.uploads()[0]?.gaFileName.length).toBeLessThanOrEqual(110);
  });

  test('whose link only downloads is made once more', async (scope) => {
    const faults = [{ name: 'download-link', method: 'uploadFile' }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const link = await uploadFile(client, await makeOutput(scope), 'a.jpg', OPTIONS);
    expect(sandbox.uploads()).toHaveLength(2);
    expect(link.urlFile).toBe(sandbox.uploads()[1]?.urlFile);
  });

  test('whose link only downloads twice is given up', async (scope) => {
    const fault = { name: 'download-link', method: 'uploadFile', times: Infinity } as const;
    const { sandbox, client } = await openClient(scope, { faults: [fault] });
    const output = await makeOutput(scope);
    const failure = await failureOf(uploadFile(client, output, 'a.jpg', OPTIONS));
    const why = 'it answers with application/octet-stream, not with image/jpeg';
    expect(failure.facts).toEqual({ code: 'link-not-direct', why });
    expect(sandbox.uploads()).toHaveLength(2);
  });

  test('of an unknown extension makes a download link, and is given up', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const output = await makeOutput(scope);
    const failure = await failureOf(uploadFile(client, output, 'a.heic', OPTIONS));
    expect(failure.code).toBe('link-not-direct');
    expect(sandbox.uploads()).toHaveLength(2);
  });

  test('whose link forbids HEAD is looked at by a byte', async (scope) => {
    const forbids = { name: 'link-forbids-head', method: 'file-link', times: Infinity } as const;
    const { sandbox, client } = await openClient(scope, { faults: [forbids] });
    await uploadFile(client, await makeOutput(scope), 'a.jpg', OPTIONS);
    expect(sandbox.uploads()).toHaveLength(1);
    expect(countRequests(sandbox, 'file-link')).toBe(2);
  });

  test.for<FaultName>([
    'bad-gateway',
    'timeout-after',
    'reset',
    'answer-lost',
    'too-fast',
    'html',
    'empty',
  ])('is repeated after %s', async (name, scope) => {
    const faults = [{ name, method: 'uploadFile' }] as const;
    const { sandbox, client } = await openClient(scope, { faults });
    const told: number[] = [];
    const onProgress = (bytes: number) => told.push(bytes);
    const options = { ...OPTIONS, onProgress };
    const link = await uploadFile(client, await makeOutput(scope), 'a.jpg', options);
    expect(countRequests(sandbox, 'uploadFile')).toBe(2);
    expect(link.urlFile).toBe(sandbox.uploads().at(-1)?.urlFile);
    expect(told.at(-1)).toBe(7);
  });

  test.for<FaultName>(['unauthorized', 'quota', 'code-in-200'])(
    'is not repeated after %s',
    async (name, scope) => {
      const faults = [{ name, method: 'uploadFile' }] as const;
      const { sandbox, client } = await openClient(scope, { faults });
      await failureOf(uploadFile(client, await makeOutput(scope), 'a.jpg', OPTIONS));
      expect(sandbox.requests()).toHaveLength(1);
    },
  );

  test('of over 100 MB is refused without a request', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const path = await makeFile(scope, Buffer.alloc(0), 'large.mp4');
    const bytes = UPLOAD_MAX_BYTES + 1;
    await truncate(path, bytes);
    const output = { path, bytes, mime: 'video/mp4' } as const;
    const failure = await failureOf(uploadFile(client, output, 'large.mp4', OPTIONS));
    expect(failure.facts).toMatchObject({ code: 'too-large', file: path });
    expect(failure.message).toContain('100000001 bytes');
    expect(sandbox.requests()).toEqual([]);
  });

  test('of 100 MB to the byte is taken', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const path = await makeFile(scope, Buffer.alloc(0), 'large.mp4');
    await truncate(path, UPLOAD_MAX_BYTES);
    const output = { path, bytes: UPLOAD_MAX_BYTES, mime: 'video/mp4' } as const;
    await uploadFile(client, output, 'large.mp4', OPTIONS);
    expect(sandbox.uploads()).toMatchObject([{ bytes: UPLOAD_MAX_BYTES }]);
  });
});

describe.concurrent('a link of an earlier run', () => {
  async function makeLink(scope: Scope) {
    const { sandbox, client } = await openClient(scope);
    const link = await uploadFile(client, await makeOutput(scope), 'a.jpg', OPTIONS);
    return { sandbox, link };
  }

  test('is alive while it answers', async (scope) => {
    const { link } = await makeLink(scope);
    expect(await isLinkAlive(link, 'image/jpeg', Date.now(), OPTIONS)).toBe(true);
  });

  test('that has run out is not asked for', async (scope) => {
    const { sandbox, link } = await makeLink(scope);
    const asked = sandbox.requests().length;
    expect(await isLinkAlive(link, 'image/jpeg', link.expiresAtMs, OPTIONS)).toBe(false);
    expect(sandbox.requests()).toHaveLength(asked);
  });

  test('that is gone is dead', async (scope) => {
    const { sandbox, link } = await makeLink(scope);
    sandbox.addFault({ name: 'link-gone', method: 'file-link' });
    expect(await isLinkAlive(link, 'image/jpeg', Date.now(), OPTIONS)).toBe(false);
  });

  test('whose server cannot be reached is dead', async (scope) => {
    const { sandbox, link } = await makeLink(scope);
    await sandbox.close();
    expect(await isLinkAlive(link, 'image/jpeg', Date.now(), OPTIONS)).toBe(false);
  });

  test('of another type is dead', async (scope) => {
    const { link } = await makeLink(scope);
    expect(await isLinkAlive(link, 'video/mp4', Date.now(), OPTIONS)).toBe(false);
  });

  test('is not given up as dead because the run was interrupted', async (scope) => {
    const { sandbox, link } = await makeLink(scope);
    sandbox.addFault({ name: 'hang', method: 'file-link' });
    const options = { ...OPTIONS, signal: AbortSignal.timeout(100) };
    const failure = await failureOf(isLinkAlive(link, 'image/jpeg', Date.now(), options));
    expect(failure.facts).toEqual({ code: 'interrupted' });
  });
});
