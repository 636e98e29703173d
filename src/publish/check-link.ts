import type { Agent } from 'undici';
import { messageOf, StatuscastError } from '../errors.js';
import { redactNumbers } from '../green-api/redact.js';
import { LINK_LIFETIME_DAYS, LINK_LIFETIME_MARGIN_DAYS } from '../limits.js';

/** Whether a link leads straight to the file. A download link is taken by the API and never shown. */
export type LinkCheck =
  | { readonly type: 'direct'; readonly expiresAtMs: number }
  | { readonly type: 'not-direct'; readonly why: string };

export interface LinkCheckOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => number;
}

const GONE: readonly number[] = [404, 410];
/** What a link that was withdrawn answers where its server tells nobody what there is. */
const FORBIDDEN: readonly number[] = [401, 403];

/** Of what a server says, in UTF-16 units. */
const EXCERPT_LENGTH = 100;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Asks for the head of a link, or for one byte where HEAD is refused.
 * @param mime what was uploaded
 * @throws StatuscastError `link-unreachable` when there is no clear answer, `interrupted`
 */
export async function checkLink(
  urlFile: string,
  mime: string,
  options: LinkCheckOptions,
): Promise<LinkCheck> {
  const head = await ask(urlFile, 'HEAD', options);
  const isRefused = head.status >= 400 && !GONE.includes(head.status);
  const { status, headers } = isRefused ? await ask(urlFile, 'GET', options) : head;
  if (status >= 300 && status < 400) return { type: 'not-direct', why: 'it leads elsewhere' };
  if ([...FORBIDDEN, ...GONE].includes(status)) {
    return { type: 'not-direct', why: `HTTP ${status}` };
  }
  if (status !== 200 && status !== 206) {
    throw new StatuscastError({ code: 'link-unreachable', why: `HTTP ${status}` });
  }
  const type = String(headers['content-type'] ?? 'no content type').toLowerCase();
  const family = `${mime.split('/', 1)[0] ?? mime}/`;
  if (!type.startsWith(family)) {
    const told = redactNumbers(type).slice(0, EXCERPT_LENGTH);
    return { type: 'not-direct', why: `it answers with ${told}, not with ${mime}` };
  }
  if (/^\s*attachment/i.test(String(headers['content-disposition'] ?? ''))) {
    return { type: 'not-direct', why: 'it is offered as a download' };
  }
  const now = options.now ?? Date.now;
  return { type: 'direct', expiresAtMs: expiryOf(headers['x-amz-expiration'], now()) };
}

/** Kept from link to link, as they lead to the same host. */
let connections: Promise<Agent> | undefined;

async function ask(urlFile: string, method: 'HEAD' | 'GET', options: LinkCheckOptions) {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const { signal } = options;
  try {
    const { origin, pathname, search } = new URL(urlFile);
    connections ??= import('undici').then(({ Agent }) => new Agent());
    const response = await (
      await connections
    ).request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: method === 'GET' ? { range: 'bytes=0-0' } : {},
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    // A server that knows no ranges would send the whole file.
    await response.body.dump({ limit: 1024 }).catch(() => undefined);
    return { status: response.statusCode, headers: response.headers };
  } catch (thrown) {
    if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
    const why = deadline.aborted
      ? `nothing came within ${options.timeoutMs / 1000} s`
      : redactNumbers(messageOf(thrown).replaceAll(urlFile, 'the link'));
    throw new StatuscastError({ code: 'link-unreachable', why });
  }
}

/** From `X-Amz-Expiration`, else the documented lifetime less a day. */
function expiryOf(header: string | string[] | undefined, nowMs: number): number {
  const date = /expiry-date="([^"]+)"/.exec(String(header ?? ''))?.[1];
  const told = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(told)
    ? nowMs + (LINK_LIFETIME_DAYS - LINK_LIFETIME_MARGIN_DAYS) * DAY_MS
    : told;
}
