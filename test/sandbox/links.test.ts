import { expect, test } from 'vitest';
import { ask, postFile, upload } from './client.js';
import { open } from './open.js';

test.each([
  ['a.jpg', 'image/jpeg'],
  ['a.jpeg', 'image/jpeg'],
  ['a.png', 'image/png'],
  ['a.webp', 'image/webp'],
  ['a.mp4', 'video/mp4'],
  ['a.mp3', 'audio/mpeg'],
  ['a.m4a', 'audio/mp4'],
  ['a.ogg', 'audio/ogg'],
])('the link of %s is a direct one of type %s', async (gaFileName, contentType) => {
  const sandbox = await open();
  const { status, headers, text } = await ask('HEAD', await upload(sandbox, gaFileName));
  expect(status).toBe(200);
  expect(headers['content-type']).toBe(contentType);
  expect(headers['content-length']).toBe('11');
  expect(headers['content-disposition']).toBeUndefined();
  expect(text).toBe('');
});

test('a link says until when it lives: 15 days', async () => {
  const sandbox = await open();
  const { headers } = await ask('HEAD', await upload(sandbox));
  const value = String(headers['x-amz-expiration']);
  const expiry = /^expiry-date="(\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT)", rule-id="x"$/;
  const expiresAt = Date.parse(expiry.exec(value)?.[1] ?? '');
  const days = (expiresAt - (sandbox.uploads()[0]?.receivedAt ?? 0)) / 86_400_000;
  expect(days).toBeCloseTo(15, 3);
});

test('GET gives the bytes, or the range asked for', async () => {
  const sandbox = await open();
  const link = await upload(sandbox);
  expect(await ask('GET', link)).toMatchObject({ status: 200, text: 'image bytes' });

  const first = await ask('GET', link, { headers: { range: 'bytes=0-0' } });
  expect(first).toMatchObject({ status: 206, text: 'i' });
  expect(first.headers).toMatchObject({
    'content-length': '1',
    'content-range': 'bytes 0-0/11',
    'content-type': 'image/jpeg',
  });
  const rest = await ask('GET', link, { headers: { range: 'bytes=6-' } });
  expect(rest).toMatchObject({ status: 206, text: 'bytes' });
  expect((await ask('GET', link, { headers: { range: 'bytes=11-' } })).status).toBe(416);
});

test('a whole film can be read back', async () => {
  const sandbox = await open();
  const bytes = Buffer.alloc(3_000_000, 'film');
  await postFile(sandbox, 'a.mp4', bytes);
  const { text } = await ask('GET', sandbox.uploads()[0]?.urlFile ?? '');
  expect(text).toBe(bytes.toString());
});

test('a file of unknown type gets a link that downloads', async () => {
  const sandbox = await open();
  const { headers } = await ask('HEAD', await upload(sandbox, 'a.heic'));
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
  });
});

test('a link to nothing is 404', async () => {
  const sandbox = await open();
  const link = await upload(sandbox);
  expect((await ask('HEAD', link.replace(/[^/]+$/, 'x.jpg'))).status).toBe(404);
  expect((await ask('HEAD', link.replace('1101000001', '2'))).status).toBe(404);
});
