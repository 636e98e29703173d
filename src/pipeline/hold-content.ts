import { setTimeout as sleep } from 'node:timers/promises';
import type { Queued, Run } from './run.js';

/** The right to work on an input's content: one run at a time has it. */
export interface Hold {
  /** Takes it, where no other run that is alive has it. */
  readonly take: (content: string) => Promise<boolean>;
  /** Waits until it is ours; the input has left its place in the order of sends then. */
  readonly waitFor: (content: string) => Promise<void>;
  readonly release: () => Promise<void>;
}

const ASK_MS = 1000;

/** Nothing is held where nothing is sent. The last input of a content lets it go. */
export function holdContent(run: Run, task: Queued): Hold {
  const { publishing, signal, emit } = run;
  let held: string | null = null;
  const release = async () => {
    if (held === null || publishing === null) return;
    const content = held;
    held = null;
    const others = (publishing.holders.get(content) ?? 1) - 1;
    publishing.holders.set(content, others);
    if (others > 0) return;
    publishing.holders.delete(content);
    await publishing.ledgerRun.release(content);
  };
  const take = async (content: string) => {
    if (held === content || publishing === null) return true;
    // A file that was written to while we waited.
    await release();
    const { holders, ledgerRun } = publishing;
    // Counted before it is asked for: another input that ends meanwhile must not let it go.
    holders.set(content, (holders.get(content) ?? 0) + 1);
    held = content;
    if (!(await ledgerRun.lease(content))) {
      await release();
      return false;
    }
    return true;
  };
  return {
    take,
    waitFor: async (content) => {
      // Or two runs could wait for each other, each behind what the other waits for.
      task.toSend.pass();
      const { input } = task.input;
      emit({ type: 'waiting', input, why: 'another run is working on it', waitMs: ASK_MS });
      do await sleep(ASK_MS, undefined, { signal });
      while (!(await take(content)));
    },
    // What cannot be released now is released at the end of the run.
    release: () => release().catch(() => undefined),
  };
}
