import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import type { FaultName } from '../faults.js';
import { refuse, type Reply } from '../reply.js';
import type { Store } from '../store.js';

/** The one instance that the sandbox plays. */
export interface Instance {
  /** `http://127.0.0.1:PORT`, under which everything is served. */
  readonly origin: string;
  readonly idInstance: string;
  readonly apiTokenInstance: string;
  readonly store: Store;
  readonly sendDelayMs: number;
  readonly outgoingWebhook: 'yes' | 'no';
}

/** One request of a method, past all checks of who asks and how often. */
export interface Call {
  readonly instance: Instance;
  readonly incoming: IncomingMessage;
  /** The path below the host, as refusals repeat it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The whole body as text; empty for uploadFile, which streams `incoming` itself. */
  readonly text: string;
  /** The fault that alters how this request is carried out. */
  readonly fault: FaultName | null;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** Hands the JSON body on to `then` once it has the schema's shape, and refuses it otherwise. */
export function withBody<Body>(
  call: Call,
  schema: z.ZodType<Body>,
  then: (body: Body) => Reply,
): Reply {
  let value: unknown = {};
  if (/^application\/json\b/i.test(call.incoming.headers['content-type'] ?? '')) {
    try {
      value = JSON.parse(call.text);
    } catch {
      return refuse(
        400,
        `Unexpected token ${call.text.charAt(0)} in JSON at position 0`,
        call.path,
      );
    }
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? then(parsed.data) : refuseBody(call, parsed.error);
}

function refuseBody(call: Call, error: z.ZodError): Reply {
  const details = error.issues.map(({ path, message }) => `'${path.join('.')}' ${message}`);
  return refuse(400, `Validation failed. Details: ${details.join('; ')}`, call.path);
}
