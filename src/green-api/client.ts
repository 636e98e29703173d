import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type * as z from 'zod';
import { StatuscastError, systemReason } from '../errors.js';
import {
  journalSchema,
  nothingSchema,
  queuedSchema,
  queueSchema,
  settingsSchema,
  stateSchema,
  statisticSchema,
  uploadedSchema,
  type InstanceSettings,
  type OutgoingStatus,
  type QueuedMessage,
  type StatusReceipt,
} from './answers.js';
import { openCalls, type Call } from './call.js';
import { checkCredentials, type Credentials } from './credentials.js';
import { createRateLimiter, type RateLimiter, type StartOptions } from './rates.js';

/** Of one call. */
export interface CallOptions {
  /** Ends the call, or the wait for its turn. */
  readonly signal?: AbortSignal | undefined;
}

/** Of a send: its signal ends the wait for its turn, never a request that has left. */
export type SendCallOptions = StartOptions;

/** A file to upload. */
export interface Upload {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** Its real type: it decides whether the link is a direct one. */
  readonly mime: string;
  /** Name with an extension, in ASCII, since it travels in a header; only the extension survives. */
  readonly asciiName: string;
  /** Bytes handed over so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** A status to send. */
export interface MediaStatus {
  /** A direct link. */
  readonly urlFile: string;
  /** Name with an extension, in any script; the extension decides how WhatsApp treats the file. */
  readonly fileName: string;
  /** At most 1024 UTF-16 units; empty for none. */
  readonly caption: string;
  /** Like `70000001234@c.us`; empty for all contacts. */
  readonly participants: readonly string[];
}

/**
 * One instance of GREEN-API. Every method throws StatuscastError: `api-refused` when the API said
 * no, `api-no-answer` when no answer came, `api-malformed` when it makes no sense, `interrupted`;
 * `uploadFile` also `file-unreadable` and `file-changed`, of what it is to upload.
 */
export interface GreenApiClient {
  /** Its link lives for 15 days. */
  readonly uploadFile: (upload: Upload, options?: CallOptions) => Promise<{ urlFile: string }>;
  /** An answer means that it is queued, not that it is posted. */
  readonly sendMediaStatus: (
    status: MediaStatus,
    options?: SendCallOptions,
  ) => Promise<{ idMessage: string }>;
  /** Has no caption. */
  readonly sendVoiceStatus: (
    status: Omit<MediaStatus, 'caption'>,
    options?: SendCallOptions,
  ) => Promise<{ idMessage: string }>;
  /** `authorized` means go; null while the instance is being created; the set is open. */
  readonly getStateInstance: (options?: CallOptions) => Promise<string | null>;
  /** As far as they matter to statuses. */
  readonly getSettings: (options?: CallOptions) => Promise<InstanceSettings>;
  /** At most 500 messages that are not sent yet. */
  readonly showMessagesQueue: (options?: CallOptions) => Promise<readonly QueuedMessage[]>;
  /** What was posted in the last minutes; empty unless `outgoingWebhook` is `yes`. */
  readonly getOutgoingStatuses: (
    query: { readonly minutes: number },
    options?: CallOptions,
  ) => Promise<readonly OutgoingStatus[]>;
  /** Who has got and who has seen a status; needs `outgoingWebhook` as well. */
  readonly getStatusStatistic: (
    query: { readonly idMessage: string },
    options?: CallOptions,
  ) => Promise<readonly StatusReceipt[]>;
  /** Takes a status back. */
  readonly deleteStatus: (
    query: { readonly idMessage: string },
    options?: CallOptions,
  ) => Promise<void>;
  /**
   * Milliseconds since 1970 by the server's clock, as the latest answer told it (a second behind at
   * most); by our own clock until there was one.
   */
  readonly serverNow: () => number;
  /** Whether the last call to end, uploads aside, came back without an answer. */
  readonly isSilent: () => boolean;
  /** Closes its connections. */
  readonly close: () => Promise<void>;
}

/** Rates and time limits of a client. */
export interface ClientOptions {
  /** How calls are spaced. Default: the rates that GREEN-API gives, for this client alone. */
  readonly limitRate?: RateLimiter;
  /** Longest wait for the answer to a short call in milliseconds. Default 30,000. */
  readonly apiTimeoutMs?: number;
  /** Longest time for one upload in milliseconds. Default 300,000. */
  readonly uploadTimeoutMs?: number;
  /** Longest wait for the answer to a send in milliseconds. Default 60,000. */
  readonly sendTimeoutMs?: number;
}

/**
 * Opens a client for one instance. The token lives in a closure: nothing that is shown holds it.
 * @throws StatuscastError `missing-credentials`, `bad-settings`
 */
export function createGreenApiClient(
  credentials: Credentials,
  options: ClientOptions = {},
): GreenApiClient {
  const { limitRate = createRateLimiter() } = options;
  const { apiTimeoutMs = 30_000, uploadTimeoutMs = 300_000, sendTimeoutMs = 60_000 } = options;
  const checked = checkCredentials(credentials);
  const { apiUrl, mediaUrl } = checked;
  const { call, serverNow, isSilent, close } = openCalls(checked);

  const limited = <Answer>(one: Call<Answer>, start: StartOptions = { signal: one.signal }) =>
    limitRate(one.method, () => call(one), start);

  const get = <Answer>(
    method: string,
    answer: z.ZodType<Answer>,
    { signal }: CallOptions = {},
    query: Call<Answer>['query'] = {},
  ) =>
    limited({ method, answer, signal, query, host: apiUrl, verb: 'GET', timeoutMs: apiTimeoutMs });

  const post = <Answer>(method: string, answer: z.ZodType<Answer>, body: unknown) => ({
    ...{ method, answer, host: apiUrl, verb: 'POST' as const },
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });

  const send = (method: string, body: unknown, start?: SendCallOptions) =>
    limited({ ...post(method, queuedSchema, body), timeoutMs: sendTimeoutMs }, start);

  return {
    uploadFile: (upload, { signal } = {}) =>
      limited({
        method: 'uploadFile',
        host: mediaUrl,
        verb: 'POST',
        headers: {
          'content-type': upload.mime,
          // A stream without its length would be chunked, which is not documented.
          'content-length': String(upload.bytes),
          'GA-Filename': upload.asciiName,
        },
        body: readWithProgress(upload),
        answer: uploadedSchema,
        timeoutMs: uploadTimeoutMs,
        signal,
      }),
    sendMediaStatus: ({ urlFile, fileName, caption, participants }, o) => {
      const body = {
        ...{ urlFile, fileName },
        ...(caption === '' ? {} : { caption }),
        ...(participants.length === 0 ? {} : { participants }),
      };
      return send('sendMediaStatus', body, o);
    },
    sendVoiceStatus: ({ urlFile, fileName, participants }, o) => {
      const body = { urlFile, fileName, ...(participants.length === 0 ? {} : { participants }) };
      return send('sendVoiceStatus', body, o);
    },
    getStateInstance: (o) => get('getStateInstance', stateSchema, o),
    getSettings: (o) => get('getSettings', settingsSchema, o),
    showMessagesQueue: (o) => get('showMessagesQueue', queueSchema, o),
    getOutgoingStatuses: (query, o) => get('getOutgoingStatuses', journalSchema, o, query),
    getStatusStatistic: (query, o) => get('getStatusStatistic', statisticSchema, o, query),
    deleteStatus: (query, { signal } = {}) =>
      limited({ ...post('deleteStatus', nothingSchema, query), timeoutMs: apiTimeoutMs, signal }),
    ...{ serverNow, isSilent, close },
  };
}

/**
 * The file as a stream that is read only as fast as it is taken. It fails where the file does, or
 * is not as long as was said.
 */
function readWithProgress({ path, bytes, onProgress }: Upload): Readable {
  return Readable.from(
    (async function* () {
      const changed = () => new StatuscastError({ code: 'file-changed', file: path });
      let done = 0;
      for await (const chunk of readChunks(path)) {
        if (done + chunk.length > bytes) throw changed();
        yield chunk;
        done += chunk.length;
        onProgress?.(done);
      }
      if (done < bytes) throw changed();
    })(),
    { objectMode: false },
  );
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path);
  try {
    yield* chunks;
  } catch (cause) {
    const why = systemReason(cause);
    throw new StatuscastError({ code: 'file-unreadable', file: path, why }, { cause });
  }
}
