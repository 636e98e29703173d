import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import type * as z from 'zod';
import { messageOf, StatuscastError, type Refusal } from '../errors.js';
import { refusalSchema } from './answers.js';
import type { Credentials } from './credentials.js';
import { createRedact } from './redact.js';
import { createServerClock, type ServerClock } from './server-clock.js';

/** One call of one method. */
export interface Call<Answer> {
  readonly method: string;
  readonly host: string;
  readonly verb: 'GET' | 'POST';
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly answer: z.ZodType<Answer>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type CallApi = <Answer>(call: Call<Answer>) => Promise<Answer>;

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 15_000;
/** Of an answer that is not understood, in UTF-16 units. */
const EXCERPT_LENGTH = 200;

/**
 * The one place where a URL with the token in it exists. What is thrown from here names neither
 * the URL nor the token, nor carries an error that does.
 */
export function openCalls(credentials: Credentials): {
  readonly call: CallApi;
  readonly serverNow: ServerClock['now'];
  /** Whether the last call of the API's own host to end came back without an answer. */
  readonly isSilent: () => boolean;
  readonly close: () => Promise<void>;
} {
  // No connection is used twice: one that the server has just closed would lose a send unheard.
  const agent = new Agent({ pipelining: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });
  const { idInstance, apiTokenInstance } = credentials;
  const clock = createServerClock();
  const redact = createRedact(credentials);
  // Cut only after: half a token would not be known for one.
  const excerpt = (text: string) => redact(text).slice(0, EXCERPT_LENGTH);

  let isSilent = false;
  const note = ({ host }: Call<unknown>, isAnswered: boolean) => {
    if (host === credentials.apiUrl) isSilent = !isAnswered;
  };

  async function call<Answer>(one: Call<Answer>): Promise<Answer> {
    const { status, headers, text } = await ask(one);
    const body = parseJson(text);
    const refusal = refusalOf(one.method, { status, headers, body }, () => excerpt(text));
    note(one, refusal !== null || (status >= 200 && status <= 299));
    if (refusal !== null) {
      const message = redact(refusal.message);
      throw new StatuscastError({ ...refusal, message, method: one.method });
    }
    if (status < 200 || status > 299) {
      const isMoved = status >= 300 && status <= 399;
      const hint = isMoved ? ', which leads elsewhere (see that both URLs begin with https)' : '';
      throw noAnswer(one.method, `HTTP ${status}${hint}`, true);
    }
    const parsed = one.answer.safeParse(body);
    if (parsed.success) return parsed.data;
    const why = `HTTP ${status} with ${excerpt(text) || 'an empty body'}`;
    throw new StatuscastError({ code: 'api-malformed', method: one.method, why });
  }

  async function ask(one: Call<unknown>) {
    const url = new URL(`${one.host}/waInstance${idInstance}/${one.method}/${apiTokenInstance}`);
    for (const [name, value] of Object.entries(one.query ?? {})) {
      url.searchParams.set(name, String(value));
    }
    const deadline = AbortSignal.timeout(one.timeoutMs);
    try {
      const response = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: one.verb,
        headers: { accept: 'application/json', ...one.headers },
        body: one.body ?? null,
        signal: one.signal === undefined ? deadline : AbortSignal.any([one.signal, deadline]),
        headersTimeout: one.timeoutMs,
        bodyTimeout: one.timeoutMs,
      });
      // The media host may go by another clock than the one that keeps the journal.
      if (one.host === credentials.apiUrl) clock.read(String(response.headers.date));
      const text = await readText(response);
      return { status: response.statusCode, headers: response.headers, text };
    } catch (thrown) {
      if (one.signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
      // The file to upload failed, not the network.
      if (thrown instanceof StatuscastError) throw thrown;
      note(one, false);
      const why = deadline.aborted
        ? `nothing came within ${one.timeoutMs / 1000} s`
        : redact(nameOf(thrown));
      throw noAnswer(one.method, why, !failedBeforeItLeft(thrown));
    }
  }

  return { call, serverNow: clock.now, isSilent: () => isSilent, close: () => agent.destroy() };
}

function noAnswer(method: string, why: string, mayHaveHappened: boolean): StatuscastError {
  return new StatuscastError({ code: 'api-no-answer', method, why, mayHaveHappened });
}

async function readText(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of over ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Answered {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: unknown;
}

type Refused = Omit<Extract<StatuscastError['facts'], { code: 'api-refused' }>, 'method'>;

/** The no in an answer, if it is one; some come as 200 with a code in the body. */
function refusalOf(
  method: string,
  { status: httpStatus, headers, body }: Answered,
  excerpt: () => string,
): Refused | null {
  const said = refusalSchema.safeParse(body).data;
  const isCodeInside = httpStatus === 200 && said?.code !== undefined && said.code >= 400;
  const status = isCodeInside ? (said.code ?? httpStatus) : httpStatus;
  if (status < 400) return null;
  const told = said?.message ?? said?.description ?? said?.invokeStatus?.description;
  const words = told ?? wordsOf(headers, excerpt());
  const refusal = classify(status, words, method);
  if (refusal === null) return null;
  const retryAfterMs = retryAfterOf(String(headers['retry-after'] ?? ''), String(headers.date));
  const message = words.trim().replace(/\.$/, '') || 'no reason was given';
  return { code: 'api-refused', status, refusal, message, retryAfterMs };
}

/** What stands in front of the API answers with pages for browsers. */
function wordsOf(headers: Dispatcher.ResponseData['headers'], excerpt: string): string {
  const isPage =
    String(headers['content-type']).includes('html') || /^\s*<(!doctype|html)/i.test(excerpt);
  return isPage ? 'a web page came in place of an answer' : excerpt;
}

/** Seconds, or a date by the server's own clock. */
function retryAfterOf(header: string, date: string): number | null {
  const toldMs = Date.parse(date);
  const nowMs = Number.isNaN(toldMs) ? Date.now() : toldMs;
  const waitMs = /^[\d.]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** Without these nothing can be posted: one of them that is not there says so of all the others. */
const NEEDED: readonly string[] = [
  ...['getStateInstance', 'uploadFile', 'sendMediaStatus', 'sendVoiceStatus'],
];

function classify(status: number, words: string, method: string): Refusal | null {
  if (status === 413 || /exceeded max upload size/i.test(words)) return 'too-large';
  switch (status) {
    case 400:
      // They repeat what they do not understand: a caption, for one.
      if (/^(validation failed|unexpected token)/i.test(words)) return 'invalid';
      if (/starting/i.test(words)) return 'starting';
      if (/expired|deleted/i.test(words)) return 'ended';
      return /not authorized/i.test(words) ? 'not-authorized' : 'invalid';
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return NEEDED.includes(method) ? 'forbidden' : 'invalid';
    case 429:
      return 'too-fast';
    case 466:
      return 'quota';
    case 408:
    case 499:
      return null;
    default:
      return status > 400 && status < 500 ? 'invalid' : null;
  }
}

/**
 * Nothing of the request can have arrived: there was no connection. One that breaks later may have
 * the same code, by another call of the system.
 */
function failedBeforeItLeft(thrown: unknown): boolean {
  const { code, syscall } = faultOf(thrown);
  return NOT_CONNECTED.has(code) && (syscall === null || CONNECTING.includes(syscall));
}

const CONNECTING: readonly string[] = ['connect', 'getaddrinfo'];

const NOT_CONNECTED: ReadonlySet<string> = new Set([
  ...['UND_ERR_CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EMFILE', 'ENOENT', 'EACCES'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);

/** What the system says of a failure, as far as it does. */
function faultOf(thrown: unknown): { readonly code: string; readonly syscall: string | null } {
  if (thrown instanceof AggregateError) return faultOf(thrown.errors[0]);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const syscall = thrown instanceof Error && 'syscall' in thrown ? String(thrown.syscall) : null;
  return { code, syscall };
}

function nameOf(thrown: unknown): string {
  const { code } = faultOf(thrown);
  const message = messageOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
  return message.includes(code) ? message : `${message} (${code})`;
}
