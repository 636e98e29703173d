import { toStatuscastError } from '../errors.js';
import { confirm } from '../publish/confirm.js';
import type { Publishing, Run } from './run.js';

/**
 * Waits until what this run has sent shows in the journal, and tells who has seen it. What is sent
 * is sent: where nobody can tell, that is a warning.
 */
export async function confirmRun(run: Run, publishing: Publishing): Promise<void> {
  const { signal, emit } = run;
  if (signal.aborted) return;
  try {
    await confirmSent(run, publishing);
  } catch (thrown) {
    if (!signal.aborted) {
      const { message } = toStatuscastError(thrown);
      emit({ type: 'warning', input: null, message: `Not confirmed: ${message}` });
    }
  }
}

async function confirmSent(run: Run, { client, ledger, ledgerRun }: Publishing): Promise<void> {
  const { settings, signal, emit } = run;
  const sent = await ledger.list({ states: ['sent'], run: ledgerRun.id });
  const posted = sent.flatMap((entry) => {
    const { key, input, idMessage, attemptedAtMs } = entry;
    return idMessage === null || attemptedAtMs === null
      ? []
      : [{ key, input, idMessage, attemptedAtMs }];
  });
  const options = {
    ...{ signal, retries: settings.retries, waitMs: settings.confirmWaitMs },
    onWaiting: (why: string, waitMs: number) => emit({ type: 'waiting', input: null, why, waitMs }),
  };
  for await (const { status, confirmation } of confirm(client, posted, options)) {
    const { key, input, idMessage } = status;
    if (confirmation !== null) await ledger.recordConfirmation(key, confirmation);
    const { status: said, delivered, read } = confirmation ?? NOT_SHOWN;
    emit({ type: 'confirmation', input, idMessage, status: said, delivered, read });
  }
}

const NOT_SHOWN = { status: 'unknown', delivered: 0, read: 0 } as const;
