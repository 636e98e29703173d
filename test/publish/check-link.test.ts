import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { checkLink } from '../../src/publish/check-link.js';
import { failureOf } from '../support/failure.js';
import type { Scope } from '../support/scratch-folder.js';
import { openServer, type Received } from '../support/scripted-server.js';

const NOW_MS = Date.UTC(2025, 2, 7, 12);
const OPTIONS = { timeoutMs: 2000, now: () => NOW_MS } as const;
const DAY_MS = 24 * 60 * 60_000;

/** A server of one file, and its link. */
async function openLink(
  scope: Scope,
  headers: Readonly<Record<string, string>>,
  statusFor: (request: Received) => number = () => 200,
) {
  const server = await openServer(scope, (request, response: ServerResponse) => {
    response.writeHead(statusFor(request), headers).end();
  });
  return { server, link: `${server.url}/7105223344/a.jpg` };
}

describe.concurrent('a link', () => {
  test.for([
    ['image/jpeg', 'image/jpeg'],
    ['image/jpeg', 'Image/PNG; charset=binary'],
    ['video/mp4', 'video/mp4'],
    ['audio/mpeg', 'audio/mp3'],
  ] as const)('of %s that answers with %s is direct', async ([mime, type], scope) => {
    const { server, link } = await openLink(scope, { 'content-type': type });
    expect(await checkLink(link, mime, OPTIONS)).toMatchObject({ type: 'direct' });
    expect(server.received.map(({ verb }) => verb)).toEqual(['HEAD']);
  });

  test.for([
    ['image/jpeg', 'application/octet-stream'],
    ['image/jpeg', 'text/html'],
    ['image/jpeg', 'video/mp4'],
    ['audio/mpeg', 'video/mp4'],
    ['video/mp4', 'binary/octet-stream'],
  ] as const)('of %s that answers with %s is not', async ([mime, type], scope) => {
    const { link } = await openLink(scope, { 'content-type': type });
    const why = expect.stringContaining(type);
    expect(await checkLink(link, mime, OPTIONS)).toEqual({ type: 'not-direct', why });
  });

  test('without a content type is not direct', async (scope) => {
    const { link } = await openLink(scope, {});
    expect(await checkLink(link, 'image/jpeg', OPTIONS)).toMatchObject({ type: 'not-direct' });
  });

  test.for([
    ['attachment', 'not-direct'],
    ['Attachment; filename="a.jpg"', 'not-direct'],
    ['inline; filename="attachment.jpg"', 'direct'],
  ] as const)('with Content-Disposition %s is %s', async ([disposition, type], scope) => {
    const headers = { 'content-type': 'image/jpeg', 'content-disposition': disposition };
    const { link } = await openLink(scope, headers);
    expect(await checkLink(link, 'image/jpeg', OPTIONS)).toMatchObject({ type });
  });

  test.for([
    ['expiry-date="Sat, 22 Mar 2025 00:00:00 GMT", rule-id="x"', Date.UTC(2025, 2, 22)],
    ['rule-id="x", expiry-date="Sat, 08 Mar 2025 06:30:00 GMT"', Date.UTC(2025, 2, 8, 6, 30)],
    ['expiry-date="some day"', NOW_MS + 14 * DAY_MS],
    ['', NOW_MS + 14 * DAY_MS],
    [undefined, NOW_MS + 14 * DAY_MS],
  ] as const)('with X-Amz-Expiration %s lives so long', async ([header, expiresAtMs], scope) => {
    const { link } = await openLink(scope, {
      'content-type': 'image/jpeg',
      ...(header === undefined ? {} : { 'x-amz-expiration': header }),
    });
    const check = await checkLink(link, 'image/jpeg', OPTIONS);
    expect(check).toEqual({ type: 'direct', expiresAtMs });
  });

  test.for([401, 403, 405, 501])(
    'that refuses HEAD with %i is asked for a byte',
    async (no, scope) => {
      const { server, link } = await openLink(
        scope,
        { 'content-type': 'image/jpeg' },
        ({ verb }) => (verb === 'HEAD' ? no : 206),
      );
      expect(await checkLink(link, 'image/jpeg', OPTIONS)).toMatchObject({ type: 'direct' });
      expect(server.received.map(({ verb, headers }) => [verb, headers.range])).toEqual([
        ['HEAD', undefined],
        ['GET', 'bytes=0-0'],
      ]);
    },
  );

  test('of a server that knows no ranges is not read to its end', async (scope) => {
    let written = 0;
    const server = await openServer(scope, ({ verb }, response) => {
      if (verb === 'HEAD') return response.writeHead(405).end();
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 90_000_000 });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', more);
      return more();
    });
    const begunMs = performance.now();
    expect(await checkLink(`${server.url}/a.mp4`, 'video/mp4', OPTIONS)).toMatchObject({
      type: 'direct',
    });
    expect(performance.now() - begunMs).toBeLessThan(1500);
    expect(written).toBeLessThan(20_000_000);
  });

  test.for([404, 410])('that answers %i leads to nothing', async (status, scope) => {
    const { link } = await openLink(scope, {}, () => status);
    const why = `HTTP ${status}`;
    expect(await checkLink(link, 'image/jpeg', OPTIONS)).toEqual({ type: 'not-direct', why });
  });

  test.for([401, 403])('nor does one that answers a byte of it with %i too', async (no, scope) => {
    const { server, link } = await openLink(scope, {}, () => no);
    expect(await checkLink(link, 'image/jpeg', OPTIONS)).toMatchObject({ type: 'not-direct' });
    expect(server.received).toHaveLength(2);
  });

  test('that leads elsewhere is not direct', async (scope) => {
    const { link } = await openLink(scope, { location: '/b.jpg' }, () => 302);
    const why = 'it leads elsewhere';
    expect(await checkLink(link, 'image/jpeg', OPTIONS)).toEqual({ type: 'not-direct', why });
  });

  test.for([500, 503])('that answers %i tells nothing', async (status, scope) => {
    const { link } = await openLink(scope, { 'content-type': 'image/jpeg' }, () => status);
    const failure = await failureOf(checkLink(link, 'image/jpeg', OPTIONS));
    expect(failure.facts).toEqual({ code: 'link-unreachable', why: `HTTP ${status}` });
  });

  test('that does not answer is waited for no longer than was said', async (scope) => {
    const server = await openServer(scope, () => undefined);
    const options = { ...OPTIONS, timeoutMs: 150 };
    const failure = await failureOf(checkLink(`${server.url}/a.jpg`, 'image/jpeg', options));
    const why = 'nothing came within 0.15 s';
    expect(failure.facts).toEqual({ code: 'link-unreachable', why });
  });

  test('that is interrupted says so', async (scope) => {
    const server = await openServer(scope, () => undefined);
    const options = { ...OPTIONS, signal: AbortSignal.timeout(100) };
    const failure = await failureOf(checkLink(`${server.url}/a.jpg`, 'image/jpeg', options));
    expect(failure.facts).toEqual({ code: 'interrupted' });
  });
});
