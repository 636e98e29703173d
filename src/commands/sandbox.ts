import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Streams } from '../report/write-events.js';
import { openSandbox, type Fault } from '../sandbox/sandbox.js';
import { EXIT } from './exit-codes.js';

export interface SandboxRequest {
  readonly port: number;
  /** Keeps what it gets across restarts; null: a temporary folder. */
  readonly directory: string | null;
  readonly faults: readonly Fault[];
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** `statuscast sandbox`: a GREEN-API of our own on loopback, until the signal fires. */
export async function runSandbox(request: SandboxRequest, { stdout }: Streams): Promise<number> {
  const { port, directory, faults, json, signal } = request;
  const sandbox = await openSandbox({
    ...{ port, faults },
    // What forgets everything is another account each time, or a ledger would remember for it.
    ...(directory === null ? { idInstance: String(randomInt(1e9, 1e10)) } : { directory }),
  });
  try {
    const { apiUrl, mediaUrl, idInstance, apiTokenInstance } = sandbox.credentials;
    const variables = {
      GREEN_API_URL: apiUrl,
      GREEN_API_MEDIA_URL: mediaUrl,
      GREEN_API_ID_INSTANCE: idInstance,
      GREEN_API_TOKEN: apiTokenInstance,
    };
    const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
    stdout.write(
      json
        ? `${JSON.stringify({ type: 'sandbox', variables })}\n`
        : `${lines.join('\n')}\n# Paste these into another terminal; Ctrl-C ends the sandbox.\n`,
    );
    if (!signal.aborted) await once(signal, 'abort');
    return EXIT.done;
  } finally {
    await sandbox.close();
  }
}
