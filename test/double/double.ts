import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scope } from '../support/scratch-folder.js';
import { originOf } from '../support/scripted-server.js';
import { ACCIDENTS, befalls, type Accident, type Sight } from './accidents.js';
import { createAccount, type Account } from './account.js';
import { answerLink } from './links.js';
import { METHODS, type Method, type Reply } from './methods.js';
import { TIDY, type Traits } from './traits.js';

export const ID_INSTANCE = '7105000009';
export const TOKEN = 'd0ab1e70ken5ecret4f6b';

/** A call as it arrived. */
export interface Arrival {
  readonly method: string;
  /** When this process took note of it, by a clock that nobody sets. */
  readonly atMs: number;
  /** When this process had last looked, which a busy machine may have kept it from for a while. */
  readonly notBeforeMs: number;
  /** Whether it was one too many in its second. */
  readonly isTooFast: boolean;
}

export interface Double extends Account {
  readonly env: NodeJS.ProcessEnv;
  readonly arrivals: readonly Arrival[];
  /** Calls that are not as green-api.md says, and why. */
  readonly complaints: readonly string[];
  /** What befalls the calls from now on; turns are counted anew. */
  readonly befall: (accidents: readonly Accident[]) => void;
}

/** Two calls that left a second apart may arrive a little less apart where much is going on. */
const SECOND_MS = 800;
const DROP_AFTER_MS = 30;

/** By so much calls may seem further apart than they came: the bounds are so much wider. */
export const LOOK_EVERY_MS = 5;

/**
 * A second reading of green-api.md: a GREEN-API on loopback that shares nothing with the sandbox,
 * so that what works against both leans on the habits of neither. Lives as long as the test.
 */
export async function openDouble(
  scope: Scope,
  habits: Partial<Traits> = {},
  accidents: readonly Accident[] = [],
): Promise<Double> {
  const traits = { ...TIDY, ...habits };
  const account = createAccount(traits);
  const arrivals: Arrival[] = [];
  const complaints: string[] = [];
  let coming = accidents;
  let since = 0;
  let lookedMs = performance.now();
  const looking = setInterval(() => (lookedMs = performance.now()), LOOK_EVERY_MS);
  scope.onTestFinished(() => clearInterval(looking));

  const links = await listen(scope, (request, response) => answerAtLink(request, response));
  const media = await listen(scope, (request, response) => answerCall(request, response, 'media'));
  const api = await listen(scope, (request, response) => answerCall(request, response, 'api'));
  const linkBase = traits.linkHost === 'media' ? media : links;

  return {
    ...account,
    arrivals,
    complaints,
    befall: (next) => {
      coming = next;
      since = arrivals.length;
    },
    env: {
      GREEN_API_URL: api,
      GREEN_API_MEDIA_URL: `${media}/`,
      GREEN_API_ID_INSTANCE: ID_INSTANCE,
      GREEN_API_TOKEN: TOKEN,
    },
  };

  async function answerCall(
    request: IncomingMessage,
    response: ServerResponse,
    host: Method['host'],
  ): Promise<void> {
    const url = new URL(request.url ?? '', 'http://double.invalid');
    const [, instance, name = '', token, ...more] = url.pathname.split('/');
    const method = METHODS[name];
    if (instance !== `waInstance${ID_INSTANCE}` || method?.host !== host || more.length > 0) {
      if (host === 'media') return answerAtLink(request, response);
      return complain(response, `no such path on the ${host} host`);
    }
    if (request.method !== method.verb) return complain(response, `${request.method} ${name}`);
    if (token !== TOKEN) return complain(response, `another token for ${name}`);
    const isTooFast = isOneTooMany(name, method);
    arrivals.push({ method: name, atMs: performance.now(), notBeforeMs: lookedMs, isTooFast });
    const turn = arrivals.slice(since).filter((one) => one.method === name).length;
    const accident = coming.find((one) => befalls(one, name, turn));
    const isCarriedOut = accident === undefined || accident.isCarriedOut === true;
    if (accident?.stranger !== undefined) {
      account.postOfStranger({ by: accident.stranger, agoMs: 0 });
    }
    // Before the body is there, as a server does that goes down.
    if (!isCarriedOut && accident.what === 'reset') return reset(response);
    const body = await buffer(request);
    await sleep(name === 'uploadFile' ? traits.uploadTakesMs : traits.answerTakesMs);
    if (isTooFast && traits.refusesTooFast) return show(response, ACCIDENTS['too-fast'], '');
    const call = { headers: request.headers, query: url.searchParams, body };
    const reply: Reply = isCarriedOut
      ? method.carryOut(account, call, linkBase)
      : { type: 'empty' };
    if (reply.type === 'refused') return complain(response, `${name}: ${reply.why}`);
    const text = reply.type === 'empty' ? '' : JSON.stringify(decorated(reply.value, traits));
    const plain = { show: 'answer', status: 200, type: 'application/json', body: text } as const;
    show(response, accident === undefined ? plain : ACCIDENTS[accident.what], text);
  }

  function isOneTooMany(name: string, { perSecond }: Method): boolean {
    if (perSecond === null) return false;
    const from = performance.now() - SECOND_MS - LOOK_EVERY_MS;
    const recent = arrivals.filter((one) => one.method === name && one.notBeforeMs > from);
    return recent.length >= perSecond;
  }

  function complain(response: ServerResponse, why: string): void {
    complaints.push(why);
    show(response, ACCIDENTS.validation, '');
  }

  /** @param whole what would have been answered */
  function show(response: ServerResponse, sight: Sight, whole: string): void {
    switch (sight.show) {
      case 'reset':
        return reset(response);
      case 'silence':
        return;
      case 'cut':
        response.writeHead(200, { ...headers(), 'content-length': whole.length + 40 });
        response.write(whole.slice(0, 8), () => response.socket?.destroy());
        return;
      case 'answer': {
        const { status, type, body } = sight;
        write(response, status, { 'content-type': type }, Buffer.from(body));
      }
    }
  }

  function answerAtLink(request: IncomingMessage, response: ServerResponse): void {
    const answer = answerLink(account, request);
    write(response, answer.status, answer.headers, answer.body);
  }

  function headers(): Readonly<Record<string, string>> {
    return {
      ...(traits.sockets === 'closed' ? { connection: 'close' } : {}),
      ...(traits.dateHeader
        ? { date: new Date(Date.now() + traits.clockAheadMs).toUTCString() }
        : {}),
    };
  }

  function write(
    response: ServerResponse,
    status: number,
    more: Readonly<Record<string, string>>,
    body: Buffer,
  ): void {
    response.sendDate = false;
    if (traits.sockets === 'dropped') {
      const { socket } = response;
      response.once('finish', () => setTimeout(() => socket?.destroy(), DROP_AFTER_MS));
    }
    if (traits.framing === 'length') {
      response.writeHead(status, { ...headers(), ...more, 'content-length': body.length });
      response.end(body);
      return;
    }
    response.writeHead(status, { ...headers(), ...more });
    response.write(body.subarray(0, 5));
    response.end(body.subarray(5));
  }
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** With fields that nothing was written of, at every depth. */
function decorated(value: unknown, traits: Traits): unknown {
  if (!traits.extraFields) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => decorated(one, traits));
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).map(([name, one]) => [name, decorated(one, traits)]);
  return { traceId: 'e5', ...Object.fromEntries(known), _meta: { shard: 3, v: [1, null] } };
}

async function listen(
  { onTestFinished }: Scope,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<string> {
  const server = createServer((request, response) => {
    // A client that gives up in the middle of a body is no call.
    void Promise.resolve(answer(request, response)).catch(() => response.socket?.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return originOf(server.address());
}
