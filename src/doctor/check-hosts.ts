import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Agent } from 'undici';
import { messageOf } from '../errors.js';
import { ok, problem, type Check, type Found } from './finding.js';

/** Addresses of the two hosts; null for one that is not known. */
export interface Hosts {
  readonly apiUrl: string | null;
  readonly mediaUrl: string | null;
}

/** Whether the hosts can be reached: name, connection, encryption and an answer, with their times. */
export function checkHosts({ apiUrl, mediaUrl }: Hosts): readonly Check[] {
  return [
    ...(apiUrl === null ? [] : [checkHost('api-host', apiUrl)]),
    ...(mediaUrl === null ? [] : [checkHost('media-host', mediaUrl)]),
  ];
}

function checkHost(name: string, address: string): Check {
  return { name, look: async (signal) => [await reach(new URL(address), signal)] };
}

/** Shorter than the time of a check, so that it can say which step it was. */
const TIMEOUT_MS = 8000;

async function reach(url: URL, signal: AbortSignal): Promise<Found> {
  const { host, hostname, protocol, port } = url;
  const isSecure = protocol === 'https:';
  const name = hostname.replace(/^\[|\]$/g, '');
  const at = { host: name, port: Number(port || (isSecure ? 443 : 80)) };
  // Held here: `any` holds its signals weakly, and one that is collected never fires (Node 20).
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const deadline = AbortSignal.any([signal, timeout]);
  const steps: readonly (readonly [step: string, take: () => Promise<unknown>])[] = [
    ['DNS', () => lookup(name)],
    ['TCP', () => opened(connect(at), 'connect', deadline)],
    ...(isSecure
      ? [
          [
            'TLS',
            () => opened(connectTls({ ...at, servername: name }), 'secureConnect', deadline),
          ] as const,
        ]
      : []),
    ['HTTP', () => answer(url.origin, deadline)],
  ];
  const times: string[] = [];
  for (const [step, take] of steps) {
    const begunMs = performance.now();
    try {
      await orAborted(take(), deadline);
    } catch (thrown) {
      const why = timeout.aborted ? `nothing came within ${TIMEOUT_MS / 1000} s` : reasonOf(thrown);
      return problem(`${host} cannot be reached: ${step} failed (${why})`, adviceFor(step));
    }
    times.push(`${step} ${Math.round(performance.now() - begunMs)} ms`);
  }
  return ok(`${host} answers: ${times.join(', ')}`);
}

/** Any answer will do: this asks for nothing that needs the token, which is in no address here. */
async function answer(origin: string, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ pipelining: 0 });
  try {
    const { body } = await agent.request({ origin, path: '/', method: 'GET', signal });
    await body.dump();
  } finally {
    await agent.destroy();
  }
}

async function opened(
  socket: ReturnType<typeof connect>,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  try {
    await once(socket, event, { signal });
  } finally {
    socket.destroy();
  }
}

/** A look-up of a name cannot be ended. */
async function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([
    work,
    once(signal, 'abort').then(() => {
      throw new Error('aborted');
    }),
  ]);
}

/** Some have no message of their own, only those of each address that was tried. */
function reasonOf(thrown: unknown): string {
  const said = messageOf(thrown);
  return said === '' && thrown instanceof Error && 'code' in thrown ? String(thrown.code) : said;
}

function adviceFor(step: string): string {
  const proxy = ['HTTPS_PROXY', 'https_proxy'].some((name) => (process.env[name] ?? '') !== '')
    ? ' HTTPS_PROXY is set, and statuscast does not go by a proxy.'
    : '';
  switch (step) {
    case 'DNS':
      return `Check the spelling of the address, and that this computer is online.${proxy}`;
    case 'TLS':
      return `Check the clock, and whether something on the way opens encrypted connections.${proxy}`;
    default:
      return `Check whether a firewall is in the way.${proxy}`;
  }
}
