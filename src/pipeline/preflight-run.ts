import { setTimeout as sleep } from 'node:timers/promises';
import { toStatuscastError } from '../errors.js';
import type { InstanceSettings } from '../green-api/answers.js';
import { checkInstance } from '../publish/preflight.js';
import { isTransient } from '../publish/retry.js';
import type { Run } from './run.js';

/**
 * Whether the instance can send at all, before anything costs time, and how it is set up.
 * @param isPatient goes on asking where that may help
 */
export async function preflight(
  run: Run,
  { isPatient }: { readonly isPatient: boolean },
): Promise<InstanceSettings | null> {
  if (run.publishing === null) return null;
  const { client, journal } = run.publishing;
  const { signal } = run;
  const onWaiting = (why: string, waitMs: number) =>
    run.emit({ type: 'waiting', input: null, why, waitMs });
  const options = { retries: run.settings.retries, signal, onWaiting };
  for (;;) {
    try {
      return await checkInstance(client, journal, options);
    } catch (thrown) {
      const error = toStatuscastError(thrown);
      if (!isPatient || !isTransient(error) || signal.aborted) {
        run.stop(error);
        return null;
      }
      onWaiting(error.message, OUTAGE_WAIT_MS);
      await sleep(OUTAGE_WAIT_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

const OUTAGE_WAIT_MS = 5000;
