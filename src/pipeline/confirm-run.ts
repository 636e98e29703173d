import { toStatuscastError } from '../errors.js';
import { confirm, postedOf } from '../publish/confirm.js';
import type { Run } from './run.js';

/**
 * Waits until what this run has sent shows in the journal, and tells who has seen it. What is sent
 * is sent: where nobody can tell, that is a warning.
 */
export async function confirmRun({ publishing, settings, signal, emit }: Run): Promise<void> {
  if (publishing === null || signal.aborted) return;
  const options = {
    ...{ signal, retries: settings.retries, waitMs: settings.confirmWaitMs },
    onWaiting: (why: string, waitMs: number) => emit({ type: 'waiting', input: null, why, waitMs }),
  };
  try {
    const run = publishing.ledgerRun.id;
    const sent = postedOf(await publishing.ledger.list({ states: ['sent'], run }));
    for await (const { entry, idMessage, confirmation, error } of confirm(
      publishing,
      sent,
      options,
    )) {
      if (error !== null) {
        emit({ type: 'warning', input: entry.input, message: `Not confirmed: ${error.message}` });
        continue;
      }
      const { status, delivered, read } = confirmation ?? NOT_SHOWN;
      emit({ type: 'confirmation', input: entry.input, idMessage, status, delivered, read });
    }
  } catch (thrown) {
    if (signal.aborted) return;
    const { message } = toStatuscastError(thrown);
    emit({ type: 'warning', input: null, message: `Not confirmed: ${message}` });
  }
}

const NOT_SHOWN = { status: 'unknown', delivered: 0, read: 0 } as const;
