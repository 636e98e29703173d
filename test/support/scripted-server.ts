import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Scope } from './scratch-folder.js';

/** A request as it arrived. */
export interface Received {
  readonly verb: string;
  /** Path and query. */
  readonly url: string;
  /** The API method that the path names, '' for any other path. */
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface ScriptedServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Connections that were made so far. */
  readonly connections: () => number;
}

/** Answers as the test says, for what the sandbox does not do; lives as long as the test. */
export async function openServer(
  { onTestFinished }: Scope,
  answer: (request: Received, response: ServerResponse) => void,
): Promise<ScriptedServer> {
  const received: Received[] = [];
  let connections = 0;
  const receive = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(incoming);
    const { method: verb = '', url = '', headers } = incoming;
    const method = /^\/waInstance\w+\/(\w+)\//.exec(url)?.[1] ?? '';
    const request = { verb, url, method, headers, body };
    received.push(request);
    answer(request, response);
  };
  const server = createServer((incoming, response) => {
    // A client that gives up in the middle of a body is no request.
    void receive(incoming, response).catch(() => undefined);
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: originOf(server.address()), received, connections: () => connections };
}

export function originOf(address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

/** Answers with a value as JSON. */
export function replyWith(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
