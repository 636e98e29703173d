import { readEnvironment } from '../config/environment.js';
import type { SettingsRead } from '../doctor/check-variables.js';
import { diagnose } from '../doctor/diagnose.js';
import type { FindingState } from '../doctor/finding.js';
import type { Credentials } from '../green-api/credentials.js';
import { describeFinding, describeFindings } from '../report/doctor-line.js';
import type { Streams } from '../report/write-events.js';
import { EXIT } from './exit-codes.js';
import { SANDBOX_ID_INSTANCE } from './with-credentials.js';
import { peopleOf } from './write-statuses.js';

export interface DoctorRequest {
  /** Throws what is wrong with the settings, which is one of the things to tell of. */
  readonly read: () => Promise<SettingsRead>;
  readonly json: boolean;
  readonly sandbox: boolean;
  readonly signal: AbortSignal;
}

/** `statuscast doctor`: looks at everything that a send depends on, and changes nothing. */
export async function doctor(request: DoctorRequest, streams: Streams): Promise<number> {
  const begunMs = performance.now();
  const { json, sandbox, signal } = request;
  const env = environmentOf();
  const settings = await request.read().then(
    (call) => () => call,
    (thrown: unknown) => () => {
      throw thrown;
    },
  );
  const counts: Record<FindingState, number> = { ok: 0, warning: 0, problem: 0 };
  const people = peopleOf(streams, json);
  const look = async (credentials: Credentials | null) => {
    for await (const finding of diagnose({ settings, env, signal, credentials })) {
      counts[finding.state]++;
      if (json) streams.stdout.write(`${JSON.stringify(finding)}\n`);
      people.write(`${describeFinding(finding)}\n`);
    }
  };
  await (sandbox ? withSandbox(look) : look(null));
  const seconds = (performance.now() - begunMs) / 1000;
  if (json) streams.stdout.write(`${JSON.stringify({ type: 'summary', counts, seconds })}\n`);
  people.write(`${describeFindings(counts, seconds)}\n`);
  // What cannot be ended, such as the look-up of a name, is not waited for.
  setTimeout(() => process.exit(), LINGER_MS).unref();
  if (signal.aborted) return EXIT.interrupted;
  return counts.problem === 0 ? EXIT.done : EXIT.someFailed;
}

const LINGER_MS = 500;

/** A .env that cannot be read is told of by the check of the settings. */
function environmentOf(): NodeJS.ProcessEnv {
  try {
    return readEnvironment().env;
  } catch {
    return process.env;
  }
}

/** One that forgets everything: nothing is written to the state directory. */
async function withSandbox(look: (credentials: Credentials) => Promise<void>): Promise<void> {
  const { openSandbox } = await import('../sandbox/sandbox.js');
  const sandbox = await openSandbox({ idInstance: SANDBOX_ID_INSTANCE });
  try {
    await look(sandbox.credentials);
  } finally {
    await sandbox.close();
  }
}
