import path from 'node:path';
import { credentialsFrom } from '../green-api/credentials.js';
import { SENDS_PER_SECOND } from '../limits.js';
import { processFolder } from '../pipeline.js';
import { writeEvents, type Streams } from '../report/write-events.js';
import { openSandbox } from '../sandbox/sandbox.js';
import type { Settings } from '../settings.js';
import { EXIT, exitCodeOf } from './exit-codes.js';

export interface SendRequest {
  readonly paths: readonly string[];
  readonly settings: Settings;
  readonly json: boolean;
  /** Send to a GREEN-API of our own on this machine, which keeps what it gets in the state folder. */
  readonly sandbox: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** `statuscast send`: the whole flow. */
export async function send(request: SendRequest, streams: Streams): Promise<number> {
  const { paths, settings, json, env, signal } = request;
  const sandbox = request.sandbox
    ? await openSandbox({
        directory: path.resolve(settings.state, 'sandbox'),
        // An account of its own: what was only tried here is not taken for sent anywhere else.
        idInstance: '1100000001',
        // Faster than GREEN-API allows is only asked of it on purpose, to see what we can do.
        limitRates: settings.sendsPerSecond > 0 && settings.sendsPerSecond <= SENDS_PER_SECOND,
      })
    : null;
  try {
    const credentials = sandbox?.credentials ?? credentialsFrom(env);
    const events = processFolder(paths, { goal: 'send', credentials, settings, env, signal });
    const summary = await writeEvents(events, streams, { json });
    if (sandbox !== null) {
      const people = json ? streams.stderr : streams.stdout;
      people.write('sandbox: nothing left this machine\n');
    }
    return summary === null ? EXIT.someFailed : exitCodeOf(summary);
  } finally {
    await sandbox?.close();
  }
}
