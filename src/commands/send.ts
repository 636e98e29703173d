import { StatuscastError } from '../errors.js';
import { processFolder } from '../pipeline.js';
import { writeEvents, type Streams } from '../report/write-events.js';
import { approvePosting } from './approve.js';
import { canAsk } from './ask.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { reported } from './reported.js';
import { withCredentials, type AccountRequest } from './with-credentials.js';

export interface SendRequest extends AccountRequest {
  readonly paths: readonly string[];
  /** Go on with what appears in the folders. */
  readonly watch: boolean;
  /** Go on without asking. */
  readonly yes: boolean;
  /** A line for each file in place of the live view. */
  readonly plain: boolean;
}

/**
 * `statuscast send` and `statuscast watch`: the whole flow. What goes to a real account is asked
 * about first where there is somebody to ask; a no ends with 0, since nothing was to be done then.
 */
export async function send(request: SendRequest, streams: Streams): Promise<number> {
  const { paths, settings, watch, json, plain, yes, sandbox: isSandbox, env, signal } = request;
  return withCredentials(request, async (credentials) => {
    if (!isSandbox && !yes && canAsk()) {
      try {
        const posting = { paths, watch, settings, credentials, signal };
        if (!(await approvePosting(posting, streams.stderr))) {
          streams.stderr.write('Nothing was posted.\n');
          return EXIT.done;
        }
      } catch (thrown) {
        if (!signal.aborted && !isInterruption(thrown)) throw thrown;
        streams.stderr.write('Nothing was posted.\n');
        return EXIT.interrupted;
      }
    }
    const events = reported(settings, { isSandbox }, (asked) =>
      processFolder(paths, { goal: 'send', watch, credentials, settings, env, signal, ...asked }),
    );
    const summary = await writeEvents(events, streams, { json, plain, isSandbox, env, signal });
    return summary === null ? EXIT.someFailed : exitCodeOf(summary);
  });
}

function isInterruption(thrown: unknown): boolean {
  return thrown instanceof StatuscastError && thrown.code === 'interrupted';
}
