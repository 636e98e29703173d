import { processFolder } from '../pipeline.js';
import { writeEvents, type Streams } from '../report/write-events.js';
import { withCredentials, type AccountRequest } from './with-credentials.js';
import { EXIT, exitCodeOf } from './exit-codes.js';

export interface SendRequest extends AccountRequest {
  readonly paths: readonly string[];
}

/** `statuscast send`: the whole flow. */
export async function send(request: SendRequest, streams: Streams): Promise<number> {
  const { paths, settings, json, env, signal } = request;
  return withCredentials(request, async (credentials) => {
    const events = processFolder(paths, { goal: 'send', credentials, settings, env, signal });
    const summary = await writeEvents(events, streams, { json });
    if (request.sandbox) {
      const people = json ? streams.stderr : streams.stdout;
      people.write('sandbox: nothing left this machine\n');
    }
    return summary === null ? EXIT.someFailed : exitCodeOf(summary);
  });
}
