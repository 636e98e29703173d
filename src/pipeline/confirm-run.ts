import { confirm } from '../publish/confirm.js';
import type { Publishing, Run } from './run.js';

/** Waits until what this run has sent shows in the journal, and tells who has seen it. */
export async function confirmRun(
  run: Run,
  { client, ledger, ledgerRun }: Publishing,
): Promise<void> {
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
