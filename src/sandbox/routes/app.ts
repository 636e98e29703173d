import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { FaultBook } from '../fault-book.js';
import { isApiMethod, METHODS, type ApiMethod } from '../methods.js';
import type { RateLimiter } from '../rate.js';
import { refuse, type Reply } from '../reply.js';
import type { Call, Handler, Instance } from './call.js';
import { readFileLink } from './file-link.js';
import { getSettings, getStateInstance } from './instance.js';
import {
  deleteStatus,
  getMessagesCount,
  getOutgoingStatuses,
  getStatusStatistic,
  showMessagesQueue,
} from './journals.js';
import { sendMediaStatus, sendVoiceStatus } from './send-status.js';
import { uploadFile } from './upload-file.js';
import { withFault } from './with-fault.js';

const HANDLERS: Readonly<Record<ApiMethod, Handler>> = {
  uploadFile,
  sendMediaStatus,
  sendVoiceStatus,
  getStateInstance,
  getSettings,
  showMessagesQueue,
  getOutgoingStatuses,
  getStatusStatistic,
  deleteStatus,
  getMessagesCount,
};

/** What the routes need, and where they leave their traces. */
export interface Service {
  readonly instance: Instance;
  readonly faults: FaultBook;
  /** Null: no rate is too high. */
  readonly limiter: RateLimiter | null;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
  readonly requests: { method: string; at: number; status: number | null }[];
  /** The requests that are being worked on. */
  readonly running: Set<Promise<unknown>>;
}

export type App = Hono<{ Bindings: HttpBindings }>;

/** All that the sandbox serves: two hosts of the API, told apart by their first segment, and links. */
export function createApp(service: Service): App {
  const app: App = new Hono();
  app.all('/:host{api|media}/:instance/:method/:token', (c) => {
    const { host, instance, method, token } = c.req.param();
    return answer(service, c.env, method, () =>
      answerCall(service, c.env, { host, instance, method, token, url: c.req.url }),
    );
  });
  app.get('/files/:instance/:name', (c) => {
    const { instance, name } = c.req.param();
    return answer(service, c.env, 'file-link', () =>
      answerLink(service, c.env, instance, name, c.req.path),
    );
  });
  app.notFound((c) =>
    answer(service, c.env, 'unknown', async () => notFound(c.req.method, c.req.path)),
  );
  return app;
}

interface Address {
  readonly host: string;
  readonly instance: string;
  readonly method: string;
  readonly token: string;
  readonly url: string;
}

async function answerCall(
  service: Service,
  bindings: HttpBindings,
  { host, instance, method, token, url }: Address,
): Promise<Reply | null> {
  const { incoming } = bindings;
  const path = `/${instance}/${method}/${token}`;
  const known = isApiMethod(method) && instance.startsWith('waInstance');
  if (!known || METHODS[method].host !== host || METHODS[method].verb !== incoming.method) {
    return notFound(incoming.method ?? '', path);
  }
  const call: Omit<Call, 'fault'> = {
    instance: service.instance,
    incoming,
    path,
    query: new URL(url).searchParams,
    text: method === 'uploadFile' ? '' : await readText(incoming),
  };
  const { faults, closing } = service;
  return withFault(faults, method, bindings, path, closing, (fault) => {
    const refusal = refuseEntry(service, method, instance, token, path);
    return refusal ?? HANDLERS[method]({ ...call, fault });
  });
}

/**
 * Read before any fault strikes, so that a client which gives up on a slow answer was heard. A byte
 * order mark is left in: it is a fault of the client's.
 */
async function readText(incoming: HttpBindings['incoming']): Promise<string> {
  return (await buffer(incoming)).toString('utf8');
}

function refuseEntry(
  { instance: { idInstance, apiTokenInstance }, limiter }: Service,
  method: ApiMethod,
  instance: string,
  token: string,
  path: string,
): Reply | null {
  if (instance !== `waInstance${idInstance}`) return refuse(403, 'Forbidden', path);
  if (token !== apiTokenInstance) return refuse(401, 'Unauthorized', path);
  const { perSecond } = METHODS[method];
  if (limiter === null || perSecond === null || limiter.admit(method, perSecond)) return null;
  return refuse(429, 'Too Many Requests', path);
}

function answerLink(
  { instance, faults, closing }: Service,
  bindings: HttpBindings,
  idInstance: string,
  name: string,
  path: string,
): Promise<Reply | null> {
  const query = new URLSearchParams();
  return withFault(faults, 'file-link', bindings, path, closing, (fault) =>
    readFileLink(
      { instance, incoming: bindings.incoming, path, query, text: '', fault },
      idInstance,
      name,
    ),
  );
}

function notFound(verb: string, path: string): Reply {
  return refuse(404, `Cannot ${verb} ${path}`, path);
}

/** Notes the request, has it worked on, and writes what comes of it. */
async function answer(
  service: Service,
  bindings: HttpBindings,
  method: string,
  work: () => Promise<Reply | null>,
): Promise<Response> {
  const request: Service['requests'][number] = {
    method,
    at: performance.timeOrigin + performance.now(),
    status: null,
  };
  service.requests.push(request);
  const running = work()
    .catch((error: unknown) => refuse(500, `Internal server error: ${String(error)}`, ''))
    .then((reply) => {
      if (reply === null || bindings.incoming.socket.destroyed) return RESPONSE_ALREADY_SENT;
      request.status = reply.status;
      return writeReply(bindings, reply);
    });
  service.running.add(running);
  return running.finally(() => service.running.delete(running));
}

async function writeReply(
  { incoming, outgoing }: HttpBindings,
  { status, headers, body }: Reply,
): Promise<Response> {
  if (body === null || typeof body === 'string') return new Response(body, { status, headers });
  outgoing.writeHead(status, headers);
  if (incoming.method === 'HEAD') outgoing.end();
  else {
    const { path, start, end } = body;
    // It fails when the reader has gone away: there is nobody left to tell.
    await pipeline(createReadStream(path, { start, end }), outgoing).catch(() => undefined);
  }
  return RESPONSE_ALREADY_SENT;
}
