import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createFaultBook, type RandomFaults } from './fault-book.js';
import type { Fault } from './faults.js';
import type { StatusLine, UploadLine } from './log.js';
import type { MediaKind } from './media-types.js';
import { createRateLimiter } from './rate.js';
import { createApp, type Service } from './routes/app.js';
import type { Instance } from './routes/call.js';
import { linkOf } from './routes/upload-file.js';
import { captionOf } from './status-body.js';
import { openStore, type StatusState } from './store.js';

export type { Fault, FaultName, FaultTarget } from './faults.js';
export { parseFault } from './parse-fault.js';

/** How a sandbox is to behave; everything has a default. */
export interface SandboxOptions {
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /**
   * Where received files and the log of statuses are kept, so that the next sandbox on the same
   * folder knows them. Default: a temporary folder that `close()` removes.
   */
  readonly directory?: string;
  /** Digits. Default '1101000001'. */
  readonly idInstance?: string;
  readonly apiTokenInstance?: string;
  /**
   * delaySendMessagesMilliseconds: how long a status stays in the queue, and how far apart two of
   * them leave it, first in first out. Default 200, so that a try takes no longer than the rate of
   * sendMediaStatus makes it; the least of GREEN-API itself is 500.
   */
  readonly sendDelayMs?: number;
  /** As getSettings tells it; with 'no' the two journal calls answer with empty lists. Default 'yes'. */
  readonly outgoingWebhook?: 'yes' | 'no';
  /**
   * Whether to answer 429 to more than 5 sendMediaStatus, 5 sendVoiceStatus, 10 deleteStatus, or 1
   * of each other method of apiUrl in any second. uploadFile has no limit. Default true.
   */
  readonly limitRates?: boolean;
  /** What shall go wrong. Default: nothing. */
  readonly faults?: readonly Fault[];
  /** What shall go wrong besides, by chance. Default: nothing. */
  readonly randomFaults?: RandomFaults;
}

/** A GREEN-API of one instance on loopback. It prints nothing. */
export interface Sandbox {
  /** What a client needs to use it; the two URLs differ, and each knows only its own methods. */
  readonly credentials: {
    readonly apiUrl: string;
    readonly mediaUrl: string;
    readonly idInstance: string;
    readonly apiTokenInstance: string;
  };
  /** Every status accepted, in order of acceptance, whatever became of it since. */
  statuses(): readonly SandboxStatus[];
  /** Every file wholly received, in the order in which they were whole. */
  uploads(): readonly SandboxUpload[];
  /** Every request that arrived since it was opened, in order. */
  requests(): readonly SandboxRequest[];
  /** Adds something that shall go wrong; its requests are counted from now. */
  addFault(fault: Fault): void;
  /** Breaks all connections at once, and is done when nothing is being worked on any more. */
  close(): Promise<void>;
}

/** A status that was accepted. */
export interface SandboxStatus {
  readonly idMessage: string;
  /** The link as it was given; after a restart on another port it no longer works. */
  readonly urlFile: string;
  readonly fileName: string;
  readonly caption: string | null;
  /** Empty: all contacts. */
  readonly participants: readonly string[];
  /** By the extension of `fileName`, as WhatsApp does. */
  readonly kind: MediaKind;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  readonly viaMethod: 'sendMediaStatus' | 'sendVoiceStatus';
  /** 'never': its link was no direct one of this sandbox, so nobody will see it. */
  readonly state: StatusState;
  /** What `urlFile` named when it was accepted, null if that was none of ours. */
  readonly file: SandboxUpload | null;
}

/** A file that uploadFile received. */
export interface SandboxUpload {
  /** Its link on this sandbox. */
  readonly urlFile: string;
  /** On disk. */
  readonly path: string;
  readonly bytes: number;
  /** As the uploader declared it; the link answers by extension. */
  readonly contentType: string;
  readonly gaFileName: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The Content-Length header. */
  readonly contentLength: number;
}

/** A request that arrived. */
export interface SandboxRequest {
  /** The method as the path names it, `file-link` for a link, `unknown` for any other path. */
  readonly method: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** HTTP status of the answer, null when none was given (yet). */
  readonly status: number | null;
}

const DEFAULT_ID_INSTANCE = '1101000001';
const DEFAULT_TOKEN = 'sandbox0token0sandbox0token0sandbox0token0sandbox0';
const DEFAULT_SEND_DELAY_MS = 200;

/**
 * Opens a sandbox.
 *
 * @throws Error when the port is taken, the folder cannot be used, or a fault makes no sense.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const faults = createFaultBook(options.faults ?? [], options.randomFaults ?? null);
  const sendDelayMs = options.sendDelayMs ?? DEFAULT_SEND_DELAY_MS;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'statuscast-sandbox-'));
  const removeTemporary = async () => {
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  const store = openStore(directory, sendDelayMs);
  const server = createServer();
  const origin = await listen(server, options.port ?? 0).catch(async (error: unknown) => {
    await removeTemporary();
    throw error;
  });

  const idInstance = options.idInstance ?? DEFAULT_ID_INSTANCE;
  const apiTokenInstance = options.apiTokenInstance ?? DEFAULT_TOKEN;
  const outgoingWebhook = options.outgoingWebhook ?? 'yes';
  const instance = { origin, idInstance, apiTokenInstance, store, sendDelayMs, outgoingWebhook };
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const requests: Service['requests'] = [];
  const limiter = (options.limitRates ?? true) ? createRateLimiter() : null;
  const service = { instance, faults, limiter, closing: closing.signal, requests, running };
  const { fetch } = createApp(service);
  // The adapter would otherwise replace the process's own Request and Response.
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  server.on('request', (incoming, outgoing) => void answer(incoming, outgoing));

  return {
    credentials: {
      apiUrl: `${origin}/api`,
      mediaUrl: `${origin}/media`,
      idInstance,
      apiTokenInstance,
    },
    statuses: () => store.statuses.map((status) => describeStatus(instance, status)),
    uploads: () => store.uploads.map((upload) => describeUpload(instance, upload)),
    requests: () => structuredClone(requests),
    addFault: (fault) => faults.add(fault),
    async close() {
      server.close();
      server.closeAllConnections();
      closing.abort();
      await Promise.allSettled(running);
      await removeTemporary();
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(`Cannot open the sandbox on port ${port}: ${String(cause)}. Choose another.`, {
      cause,
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('Cannot open the sandbox: the server has no port.');
  }
  return `http://127.0.0.1:${address.port}`;
}

function describeStatus(instance: Instance, status: StatusLine): SandboxStatus {
  const { idMessage, body, acceptedAt, viaMethod } = status;
  const upload = instance.store.uploadOf(status);
  return {
    idMessage,
    urlFile: body.urlFile,
    fileName: body.fileName,
    caption: captionOf(body),
    participants: body.participants ?? [],
    kind: status.kind,
    acceptedAt,
    viaMethod,
    state: instance.store.stateOf(status),
    file: upload === null ? null : describeUpload(instance, upload),
  };
}

function describeUpload(instance: Instance, upload: UploadLine): SandboxUpload {
  const { name, bytes, contentType, gaFileName, sha256, receivedAt, contentLength } = upload;
  const { store } = instance;
  return {
    urlFile: linkOf(instance, name),
    path: store.pathOf(name),
    bytes,
    contentType,
    gaFileName,
    sha256,
    receivedAt,
    contentLength,
  };
}
