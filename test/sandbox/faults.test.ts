import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { FAULT_NAMES } from '../../src/sandbox/faults.js';
import { type FaultName, type FaultTarget, type Sandbox } from '../../src/sandbox/sandbox.js';
import {
  apiPath,
  ask,
  get,
  post,
  postFile,
  until,
  upload,
  uploadPath,
  type Answer,
} from './client.js';
import { open } from './open.js';

interface Expected {
  readonly on: FaultTarget;
  /** HTTP status, or null for no answer. */
  readonly status: number | null;
  readonly text?: RegExp;
  readonly headers?: Readonly<Record<string, string>>;
  readonly carriedOut: boolean;
}

const EXPECTED: Readonly<Record<FaultName, Expected>> = {
  'answer-lost': { on: 'sendMediaStatus', status: null, carriedOut: true },
  reset: { on: 'sendMediaStatus', status: null, carriedOut: false },
  'bad-gateway': { on: 'sendMediaStatus', status: 502, text: /<html>/, carriedOut: false },
  'bad-gateway-after': { on: 'sendMediaStatus', status: 502, carriedOut: true },
  'timeout-after': { on: 'sendMediaStatus', status: 504, carriedOut: true },
  'too-fast': { on: 'sendMediaStatus', status: 429, carriedOut: false },
  'too-fast-retry-after': {
    on: 'sendMediaStatus',
    status: 429,
    headers: { 'retry-after': '1' },
    carriedOut: false,
  },
  'server-error': { on: 'sendMediaStatus', status: 500, carriedOut: false },
  'download-link': { on: 'uploadFile', status: 200, text: /"urlFile"/, carriedOut: true },
  starting: {
    on: 'sendMediaStatus',
    status: 400,
    text: /^{"message":"instance in starting process try later"}$/,
    carriedOut: false,
  },
  'not-authorized': {
    on: 'sendMediaStatus',
    status: 400,
    text: /^Instance account not authorized$/,
    carriedOut: false,
  },
  blocked: { on: 'uploadFile', status: 400, text: /not authorized/, carriedOut: false },
  suspended: { on: 'sendVoiceStatus', status: 400, text: /not authorized/, carriedOut: false },
  'yellow-card': { on: 'uploadFile', status: 400, text: /not authorized/, carriedOut: false },
  creating: { on: 'sendMediaStatus', status: 400, text: /in starting process/, carriedOut: false },
  unauthorized: { on: 'sendMediaStatus', status: 401, carriedOut: false },
  forbidden: { on: 'sendMediaStatus', status: 403, carriedOut: false },
  quota: {
    on: 'sendMediaStatus',
    status: 466,
    text: /"invokeStatus":{.*"status":"QUOTE_EXCEEDED".*12345678901@c\.us/,
    carriedOut: false,
  },
  slow: { on: 'sendMediaStatus', status: 200, text: /"idMessage"/, carriedOut: true },
  hang: { on: 'sendMediaStatus', status: null, carriedOut: false },
  'code-in-200': {
    on: 'sendMediaStatus',
    status: 200,
    text: /^{"code":401,"message":".+"}$/,
    carriedOut: false,
  },
  empty: { on: 'sendMediaStatus', status: 200, text: /^{}$/, carriedOut: false },
  html: { on: 'sendMediaStatus', status: 200, text: /<html>/, carriedOut: false },
  'link-forbids-head': { on: 'file-link', status: 405, carriedOut: false },
  'link-gone': { on: 'file-link', status: 404, carriedOut: false },
};

const CASES = FAULT_NAMES.map((name) => ({ name, ...EXPECTED[name] }));

test.each(CASES)(
  '$name on $on answers $status, and the request is carried out: $carriedOut',
  async ({ name, on, status, text, headers, carriedOut }) => {
    const sandbox = await open();
    const link = await upload(sandbox);
    sandbox.addFault({ name, method: on, delayMs: 50 });
    const answer = await attempt(sandbox, on, link, AbortSignal.timeout(300)).catch(() => null);

    expect(answer?.status ?? null).toBe(status);
    if (text !== undefined) expect(answer?.text).toMatch(text);
    if (headers !== undefined) expect(answer?.headers).toMatchObject(headers);
    const received = sandbox.statuses().length + sandbox.uploads().length - 1;
    expect(received).toBe(carriedOut ? 1 : 0);
    expect(sandbox.requests().at(-1)?.status).toBe(status);
    expect((await attempt(sandbox, on, link)).status).toBe(200);
  },
);

function attempt(
  sandbox: Sandbox,
  on: FaultTarget,
  link: string,
  signal?: AbortSignal,
): Promise<Answer> {
  if (on === 'uploadFile') return postFile(sandbox);
  if (on === 'file-link') return ask('HEAD', link);
  return post(sandbox, on, { urlFile: link, fileName: 'a.mp3' }, signal);
}

test.each([
  ['starting', 'starting'],
  ['not-authorized', 'notAuthorized'],
  ['blocked', 'blocked'],
  ['suspended', 'suspended'],
  ['yellow-card', 'yellowCard'],
] as const)('%s is what getStateInstance tells as %s', async (name, stateInstance) => {
  const sandbox = await open({ faults: [{ name, method: 'getStateInstance' }] });
  const answer = await get(sandbox, 'getStateInstance');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual({ stateInstance });
});

test('an instance that is being created has no state at all', async () => {
  const sandbox = await open({ faults: [{ name: 'creating', method: 'getStateInstance' }] });
  const answer = await get(sandbox, 'getStateInstance');
  expect([answer.status, answer.text]).toEqual([200, 'null']);
});

test.each(['answer-lost', 'reset'] as const)('%s sends not a single byte', async (name) => {
  const sandbox = await open({ faults: [{ name, method: 'getSettings' }] });
  const url = new URL(apiPath(sandbox, 'getSettings'));
  const socket = connect(Number(url.port), url.hostname);
  let bytes = 0;
  let error: unknown = null;
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.on('error', (reason) => (error = reason));
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  await once(socket, 'close').catch(() => undefined);
  await until(() => socket.destroyed);
  expect(bytes).toBe(0);
  if (name === 'reset') expect(error).toMatchObject({ code: 'ECONNRESET' });
  else expect(error).toBeNull();
});

test.each(['bad-gateway', 'reset', 'hang', 'too-fast'] as const)(
  '%s in the middle of a large upload keeps nothing of it',
  async (name) => {
    const sandbox = await open({ faults: [{ name, method: 'uploadFile' }] });
    const headers = { 'content-type': 'video/mp4', 'ga-filename': 'a.mp4' };
    const body = Buffer.alloc(5_000_000);
    const signal = AbortSignal.timeout(300);
    await ask('POST', uploadPath(sandbox), { headers, body, signal }).catch(() => undefined);
    expect(sandbox.uploads()).toEqual([]);
    expect((await postFile(sandbox)).status).toBe(200);
  },
);

test('a lost answer of a large upload leaves the file received', async () => {
  const sandbox = await open({ faults: [{ name: 'answer-lost', method: 'uploadFile' }] });
  await expect(postFile(sandbox, 'a.mp4', Buffer.alloc(5_000_000))).rejects.toThrow();
  expect(sandbox.uploads()).toMatchObject([{ bytes: 5_000_000 }]);
});

test('the link made under download-link downloads, and a status of it never appears', async () => {
  const sandbox = await open({ faults: [{ name: 'download-link', method: 'uploadFile' }] });
  const link = await upload(sandbox);
  expect(link.endsWith('.jpg')).toBe(true);
  expect((await ask('HEAD', link)).headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
  });
  expect((await post(sandbox, 'sendMediaStatus', statusOf(link))).status).toBe(200);
  expect(sandbox.statuses()).toMatchObject([{ state: 'never', file: { gaFileName: 'a.jpg' } }]);
});

test('a link that forbids HEAD gives a one-byte range', async () => {
  const sandbox = await open({
    faults: [{ name: 'link-forbids-head', method: 'file-link', times: Infinity }],
  });
  const link = await upload(sandbox);
  expect((await ask('HEAD', link)).status).toBe(405);
  expect(await ask('GET', link, { headers: { range: 'bytes=0-0' } })).toMatchObject({
    status: 206,
    text: 'i',
  });
});

test('a slow request is carried out even when the client has given up on it', async () => {
  const sandbox = await open({
    faults: [{ name: 'slow', method: 'sendMediaStatus', delayMs: 200 }],
  });
  const link = await upload(sandbox);
  const given = post(sandbox, 'sendMediaStatus', statusOf(link), AbortSignal.timeout(50));
  await expect(given).rejects.toThrow();
  expect(sandbox.statuses()).toEqual([]);
  await until(() => sandbox.statuses().length === 1);
  expect(sandbox.requests().at(-1)).toMatchObject({ method: 'sendMediaStatus', status: null });
});

function statusOf(urlFile: string) {
  return { urlFile, fileName: 'a.jpg' };
}
