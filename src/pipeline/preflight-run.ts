import { toStatuscastError } from '../errors.js';
import type { InstanceSettings } from '../green-api/answers.js';
import { checkInstance } from '../publish/preflight.js';
import type { Run } from './run.js';

/** Whether the instance can send at all, before anything costs time, and how it is set up. */
export async function preflight(
  run: Run,
  retries = run.settings.retries,
): Promise<InstanceSettings | null> {
  if (run.publishing === null) return null;
  try {
    const { client, journal } = run.publishing;
    return await checkInstance(client, journal, {
      ...{ retries, signal: run.signal },
      onWaiting: (why, waitMs) => run.emit({ type: 'waiting', input: null, why, waitMs }),
    });
  } catch (thrown) {
    run.stop(toStatuscastError(thrown));
    return null;
  }
}
