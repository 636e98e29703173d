import type { ChildProcess, Serializable } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, StatuscastError } from '../errors.js';
import { programFailed, signalGroup, startProgram } from './start-program.js';

/** A job for a program of ours that does one after the other. */
export interface KeptRun {
  /** Name for people. */
  readonly program: string;
  /** The executable and its arguments; a process is used again for the same ones. */
  readonly argv: readonly string[];
  /** The message that tells it what to do. */
  readonly job: Serializable;
  /** The process is killed when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** The same when this time is over. */
  readonly timeoutMs: number;
}

/** The message that answers a job. */
interface KeptAnswer {
  /** Why it could not be done; null where it was. */
  readonly fault: string | null;
  /** The process takes no further job: it holds more memory than is to lie idle. */
  readonly isLast: boolean;
}

/** A process that has waited so long for its next job is ended. */
const IDLE_MS = 10_000;

/** The processes that wait, by what they were started with, and how each stops waiting. */
const idle = new Map<string, Map<ChildProcess, () => void>>();

/**
 * Has a job done by a process that is there already, where one is idle: to start it may take as long
 * as the job. What fails is tried once more in a new process, so that no file depends on those before
 * it. An idle process keeps nobody waiting for it to end.
 * @throws StatuscastError `program-failed` with the fault, `program-timeout`, `interrupted`
 */
export async function runKept(run: KeptRun): Promise<void> {
  if (run.signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
  const used = takeIdle(run.argv);
  if (used !== null) {
    try {
      await ask(used, run);
      return;
    } catch (thrown) {
      if (!(thrown instanceof StatuscastError) || thrown.code !== 'program-failed') throw thrown;
    }
  }
  await ask(startProgram(run.program, run.argv, ['ignore', 'ignore', 'ignore', 'ipc']), run);
}

async function ask(child: ChildProcess, run: KeptRun): Promise<void> {
  const { program, argv, job, signal, timeoutMs } = run;
  const done = new AbortController();
  const late = AbortSignal.timeout(timeoutMs);
  const over = AbortSignal.any([done.signal, late, ...(signal === undefined ? [] : [signal])]);
  try {
    const { fault, isLast } = await answerOf(child, job, over);
    if (fault !== null) throw new Error(fault);
    if (isLast) child.disconnect();
    else keepIdle(argv, child);
  } catch (thrown) {
    signalGroup(child, 'SIGKILL');
    if (signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
    if (late.aborted) throw new StatuscastError({ code: 'program-timeout', program, timeoutMs });
    throw programFailed(program, messageOf(thrown), thrown);
  } finally {
    done.abort();
  }
}

/** @throws Error where the process cannot be started, or ends without an answer */
async function answerOf(
  child: ChildProcess,
  job: Serializable,
  signal: AbortSignal,
): Promise<KeptAnswer> {
  const answered: Promise<KeptAnswer[]> = once(child, 'message', { signal });
  const ended = once(child, 'exit', { signal }).then(([code, name]) => {
    throw new Error(`it ended with ${name ?? `code ${code}`}`);
  });
  // That it cannot be sent is told by how the process ended.
  child.send(job, () => undefined);
  const [answer] = await Promise.race([answered, ended]);
  if (answer === undefined) throw new Error('it gave no answer');
  return answer;
}

function takeIdle(argv: readonly string[]): ChildProcess | null {
  const [next] = idle.get(keyOf(argv)) ?? [];
  if (next === undefined) return null;
  const [child, stopWaiting] = next;
  stopWaiting();
  child.ref();
  child.channel?.ref?.();
  return child;
}

function keepIdle(argv: readonly string[], child: ChildProcess): void {
  const key = keyOf(argv);
  const waiting = idle.get(key) ?? new Map<ChildProcess, () => void>();
  idle.set(key, waiting);
  const stopWaiting = () => {
    clearTimeout(timer);
    child.off('exit', stopWaiting);
    waiting.delete(child);
  };
  const timer = setTimeout(() => {
    stopWaiting();
    if (child.connected) child.disconnect();
  }, IDLE_MS).unref();
  child.once('exit', stopWaiting);
  waiting.set(child, stopWaiting);
  child.unref();
  child.channel?.unref?.();
}

function keyOf(argv: readonly string[]): string {
  return argv.join('\0');
}
