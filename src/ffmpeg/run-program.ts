import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StatuscastError } from '../errors.js';
import { endedWith, programFailed, signalGroup, startProgram } from './start-program.js';

export interface ProgramRun {
  /** Name for people: `ffmpeg`, `ffprobe`. */
  readonly program: string;
  /** The executable and its arguments; no shell ever sees them. */
  readonly argv: readonly string[];
  /** SIGTERM when it fires, SIGKILL two seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** The same when this time is over. */
  readonly timeoutMs: number;
  /**
   * Each line of standard output as it comes. Without it the whole output is returned, with it the
   * tail of standard error.
   */
  readonly onLine?: (line: string) => void;
  /** What it reads on standard input, as fast as it reads it. Default: nothing. */
  readonly input?: AsyncIterable<Buffer> | undefined;
}

const KILL_AFTER_MS = 2000;
const STDERR_TAIL_BYTES = 8 * 1024;
const STDOUT_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Runs a program to its end and gives what it printed on standard output, or with `onLine` the
 * last 8 kB of standard error.
 * Settles only once the process is gone.
 * @throws StatuscastError `program-failed` with the tail of standard error, `program-timeout`,
 * `interrupted` when the signal fired; and whatever `input` throws, once the process was stopped
 * for it.
 */
export async function runProgram(run: ProgramRun): Promise<string> {
  if (run.signal?.aborted === true) throw new StatuscastError({ code: 'interrupted' });
  const stdin = run.input === undefined ? 'ignore' : 'pipe';
  const child = startProgram(run.program, run.argv, [stdin, 'pipe', 'pipe']);
  let stdout = '';
  let stderr = '';
  const stopped: unknown[] = [];

  let killTimer: NodeJS.Timeout | undefined;
  const stop = (why: unknown) => {
    stopped.push(why);
    signalGroup(child, 'SIGTERM');
    killTimer ??= setTimeout(() => {
      signalGroup(child, 'SIGKILL');
      // Whoever got away and still holds the other end is not waited for.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, KILL_AFTER_MS);
  };
  const deadline = setTimeout(() => {
    const { program, timeoutMs } = run;
    stop(new StatuscastError({ code: 'program-timeout', program, timeoutMs }));
  }, run.timeoutMs);
  const onAbort = () => stop(new StatuscastError({ code: 'interrupted' }));
  run.signal?.addEventListener('abort', onAbort, { once: true });

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL_BYTES);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (run.onLine !== undefined) {
      const lines = stdout.split('\n');
      stdout = lines.pop() ?? '';
      for (const line of lines) run.onLine(line);
    }
    if (stdout.length > STDOUT_MAX_BYTES) {
      stdout = '';
      stop(programFailed(run.program, `it printed more than ${STDOUT_MAX_BYTES / 1_048_576} MB`));
    }
  });

  feed(child, run.input, stop);
  try {
    const exit = await exitOf(child);
    if (stopped.length > 0) throw stopped[0];
    if (exit !== 'code 0') throw programFailed(run.program, stderr.trim() || endedWith(exit));
    return run.onLine === undefined ? stdout : stderr;
  } finally {
    clearTimeout(deadline);
    clearTimeout(killTimer);
    run.signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * Gives a program its standard input. Nobody waits for it: once the program is gone nothing can be
 * given, and a source that is stuck may never hear of that (Node 24 waits for its next piece).
 */
function feed(
  child: ChildProcess,
  input: AsyncIterable<Buffer> | undefined,
  stop: (why: unknown) => void,
): void {
  const { stdin } = child;
  if (input === undefined || stdin === null) return;
  const source = Readable.from(input, { objectMode: true, highWaterMark: 1 });
  // What the source throws is why we stop. That the program reads no more is none of its faults:
  // it has enough or has failed, which its exit tells.
  source.once('error', (thrown) => {
    if (!stdin.destroyed) stop(thrown);
  });
  pipeline(source, stdin).catch(() => undefined);
}

/** How it ended, once its streams are closed as well. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}
