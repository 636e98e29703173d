import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { ask, postFile, until, upload, uploadPath } from './client.js';
import { open } from './open.js';

test('30 MB arrive as they were sent', async () => {
  const sandbox = await open();
  const bytes = randomBytes(30_000_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect((await postFile(sandbox, 'film.mp4', bytes)).status).toBe(200);

  const [received] = sandbox.uploads();
  expect(received).toMatchObject({
    bytes: 30_000_000,
    contentLength: 30_000_000,
    contentType: 'image/jpeg',
    gaFileName: 'film.mp4',
    sha256,
  });
  const onDisk = readFileSync(received?.path ?? '');
  expect(createHash('sha256').update(onDisk).digest('hex')).toBe(sha256);
});

test.each([
  ['photo.JPG', '.jpg'],
  ['photo.jpeg', '.jpeg'],
  ['song.mp3', '.mp3'],
  ['../../escape.png', '.png'],
  ['page.heic', '.bin'],
])('of the name %s only the extension survives: %s', async (gaFileName, extension) => {
  const sandbox = await open();
  const link = await upload(sandbox, gaFileName);
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\/1101000001\/[0-9a-f-]{36}\.[a-z0-9]+$/);
  expect(link.endsWith(extension)).toBe(true);
});

const REFUSED: readonly [string, Record<string, string>][] = [
  ['no GA-Filename', { 'content-type': 'image/png' }],
  ['a GA-Filename without extension', { 'content-type': 'image/png', 'ga-filename': 'photo' }],
  ['a GA-Filename that is not ASCII', { 'content-type': 'image/png', 'ga-filename': 'é.png' }],
  ['no Content-Type', { 'ga-filename': 'a.png' }],
  ['a form', { 'content-type': 'multipart/form-data; boundary=b', 'ga-filename': 'a.png' }],
];

test.each(REFUSED)('an upload with %s is refused', async (_, headers) => {
  const sandbox = await open();
  const answer = await ask('POST', uploadPath(sandbox), { headers, body: 'bytes' });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('Validation failed');
  expect(sandbox.uploads()).toEqual([]);
});

test('an empty file is refused', async () => {
  const sandbox = await open();
  expect((await postFile(sandbox, 'a.jpg', Buffer.alloc(0))).status).toBe(400);
});

test('an upload of unknown length is refused', async () => {
  const sandbox = await open();
  const { statusCode, body } = await request(uploadPath(sandbox), {
    method: 'POST',
    headers: { 'content-type': 'image/png', 'ga-filename': 'a.png' },
    body: Readable.from([Buffer.from('by'), Buffer.from('tes')]),
  });
  await body.dump();
  expect(statusCode).toBe(411);
});

test('more than 100 MB are refused before they are sent', async () => {
  const sandbox = await open();
  const { socket, received } = beginUpload(sandbox, 100_000_001, '');
  await until(() => received().includes('\r\n\r\n'));
  expect(received()).toMatch(/^HTTP\/1\.1 413 /);
  expect(received()).toContain('exceeded max upload size');
  socket.destroy();
});

test('of an upload that broke off nothing is kept', async () => {
  const sandbox = await open();
  await postFile(sandbox);
  const folder = dirname(sandbox.uploads()[0]?.path ?? '');
  const { socket } = beginUpload(sandbox, 1_000_000, 'x'.repeat(400_000));
  await until(() => readdirSync(folder).length === 2);
  socket.destroy();
  await until(() => readdirSync(folder).length === 1);
  expect(sandbox.uploads()).toHaveLength(1);
  expect(sandbox.requests()).toMatchObject([{ status: 200 }, { status: null }]);
});

/** Writes the head of an upload and some of its body by hand. */
function beginUpload(
  sandbox: Parameters<typeof uploadPath>[0],
  contentLength: number,
  body: string,
) {
  const url = new URL(uploadPath(sandbox));
  const socket = connect(Number(url.port), url.hostname);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.write(
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: image/jpeg\r\n` +
      `GA-Filename: a.jpg\r\nContent-Length: ${contentLength}\r\n\r\n${body}`,
  );
  return { socket, received: () => text };
}
