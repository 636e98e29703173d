import { setTimeout as wait } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import * as z from 'zod';
import type { Sandbox } from '../../src/sandbox/sandbox.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A GET of one of apiUrl's methods; `query` begins with its question mark. */
export function get(sandbox: Sandbox, method: string, query = ''): Promise<Answer> {
  return ask('GET', apiPath(sandbox, method) + query);
}

export function post(
  sandbox: Sandbox,
  method: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  return ask('POST', apiPath(sandbox, method), {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

export function apiPath({ credentials }: Sandbox, method: string): string {
  const { apiUrl, idInstance, apiTokenInstance } = credentials;
  return `${apiUrl}/waInstance${idInstance}/${method}/${apiTokenInstance}`;
}

export function uploadPath({ credentials }: Sandbox): string {
  const { mediaUrl, idInstance, apiTokenInstance } = credentials;
  return `${mediaUrl}/waInstance${idInstance}/uploadFile/${apiTokenInstance}`;
}

export function postFile(
  sandbox: Sandbox,
  gaFileName = 'a.jpg',
  bytes: Uint8Array = Buffer.from('image bytes'),
): Promise<Answer> {
  return ask('POST', uploadPath(sandbox), {
    headers: { 'content-type': 'image/jpeg', 'ga-filename': gaFileName },
    body: bytes,
  });
}

/** Uploads a file and gives its link. */
export async function upload(sandbox: Sandbox, gaFileName?: string): Promise<string> {
  const { text } = await postFile(sandbox, gaFileName);
  return z.object({ urlFile: z.string() }).parse(JSON.parse(text)).urlFile;
}

/** Sends a status and gives its id. */
export async function send(sandbox: Sandbox, body: unknown): Promise<string> {
  const { text } = await post(sandbox, 'sendMediaStatus', body);
  return z.object({ idMessage: z.string() }).parse(JSON.parse(text)).idMessage;
}

/** Rejects when no answer comes. */
export async function ask(
  verb: Dispatcher.HttpMethod,
  url: string,
  options: {
    readonly headers?: Record<string, string>;
    readonly body?: Uint8Array | string;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, { method: verb, ...options });
  return { status: statusCode, headers, text: await body.text() };
}

/** Waits until `condition` holds, 5 seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs >= 5000) throw new Error('It did not come to pass within 5 s.');
    await wait(5);
  }
}
