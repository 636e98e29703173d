import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import * as z from 'zod';
import { messageOf, StatuscastError } from '../errors.js';
import type { Streams } from '../report/write-events.js';
import { openSandbox, parseFault, type Fault } from '../sandbox/sandbox.js';
import { EXIT } from './exit-codes.js';

const options = z.object({
  port: z.string(),
  directory: z.string().nullable().default(null),
  fault: z.array(z.string()).default([]),
  json: z.boolean().default(false),
});

/**
 * `statuscast sandbox`: a GREEN-API of our own on loopback, until the signal fires.
 * @throws StatuscastError `bad-settings`
 */
export async function startSandbox(
  given: unknown,
  unexpected: readonly string[],
  signal: AbortSignal,
  streams: Streams,
): Promise<number> {
  const { port, directory, fault, json } = options.parse(given);
  const faults: string[] = unexpected.map((word) => `${word} is not expected here`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    faults.push(`--port must be a whole number from 0 to 65535, not "${port}"`);
  }
  const parsed = fault.flatMap((text) => {
    try {
      return [parseFault(text)];
    } catch (thrown) {
      faults.push(messageOf(thrown));
      return [];
    }
  });
  if (faults.length > 0) throw new StatuscastError({ code: 'bad-settings', faults });
  return runSandbox({ port: Number(port), directory, faults: parsed, json, signal }, streams);
}

interface SandboxRequest {
  readonly port: number;
  /** Keeps what it gets across restarts; null: a temporary folder. */
  readonly directory: string | null;
  readonly faults: readonly Fault[];
  readonly json: boolean;
  readonly signal: AbortSignal;
}

async function runSandbox(request: SandboxRequest, { stdout }: Streams): Promise<number> {
  const { port, directory, faults, json, signal } = request;
  const sandbox = await openSandbox({
    ...{ port, faults },
    // What forgets everything is another account each time, or a ledger would remember for it.
    ...(directory === null ? { idInstance: String(randomInt(1e9, 1e10)) } : { directory }),
  }).catch((cause: unknown) => {
    throw new StatuscastError({ code: 'bad-settings', faults: [messageOf(cause)] }, { cause });
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
