import { setTimeout as sleep } from 'node:timers/promises';
import type { Run, Task } from './run.js';

/** The right to work on an input's content: one run at a time has it. */
export interface Hold {
  /** Takes it, where no other run that is alive has it. */
  readonly take: (content: string) => Promise<boolean>;
  /** Waits until it is ours; the input has left its place in the order of sends then. */
  readonly waitFor: (content: string) => Promise<void>;
  readonly release: () => Promise<void>;
}

const ASK_MS = 1000;

/** Nothing is held where nothing is sent. */
export function holdContent(run: Run, task: Task): Hold {
  const { publishing, signal, emit } = run;
  let held: string | null = null;
  const release = async () => {
    if (held === null) return;
    await publishing?.ledgerRun.release(held);
    held = null;
  };
  const take = async (content: string) => {
    if (held === content || publishing === null) return true;
    // A file that was written to while we waited.
    await release();
    if (!(await publishing.ledgerRun.lease(content))) return false;
    held = content;
    return true;
  };
  return {
    take,
    waitFor: async (content) => {
      // Or two runs could wait for each other, each behind what the other waits for.
      task.leave();
      const { input } = task.input;
      emit({ type: 'waiting', input, why: 'another run is working on it', waitMs: ASK_MS });
      do await sleep(ASK_MS, undefined, { signal });
      while (!(await take(content)));
    },
    // What cannot be released now is released at the end of the run.
    release: () => release().catch(() => undefined),
  };
}
