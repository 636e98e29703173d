import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, StatuscastError } from '../errors.js';

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
 * The bundled ffprobe is a static build: on newer systems it dies of SIGSEGV when it loads their
 * tables of character sets, as it does for the name of the channel in any MPEG-TS. It reads the
 * file well without them (https://github.com/honey720/chzzk-vod-downloader-v2/issues/97).
 */
const WITHOUT_CHARACTER_TABLES = { GCONV_PATH: '/dev/null' } as const;

const running = new Set<ChildProcess>();

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
  const child = start(run);
  running.add(child);
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
      stop(failed(run, `it printed more than ${STDOUT_MAX_BYTES / 1_048_576} MB`));
    }
  });

  feed(child, run.input, stop);
  try {
    const exit = await exitOf(child);
    if (stopped.length > 0) throw stopped[0];
    if (exit !== 'code 0') throw failed(run, stderr.trim() || `it ended with ${exit}`);
    return run.onLine === undefined ? stdout : stderr;
  } finally {
    running.delete(child);
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

function start(run: ProgramRun): ChildProcess {
  const [executable, ...args] = run.argv;
  if (executable === undefined) throw failed(run, 'no executable was named');
  try {
    return spawn(executable, args, {
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...WITHOUT_CHARACTER_TABLES },
      windowsHide: true,
      // A process group of its own: Ctrl-C in the terminal is for us, and we stop it in order.
      detached: process.platform !== 'win32',
    });
  } catch (thrown) {
    throw failed(run, messageOf(thrown), thrown);
  }
}

/** A program named by the user may be a script: what it has started is to end with it. */
function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32' || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal); // the group is gone, or not there yet
  }
}

/** How it ended, once its streams are closed as well. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

function failed(run: ProgramRun, why: string, cause?: unknown): StatuscastError {
  return new StatuscastError({ code: 'program-failed', program: run.program, why }, { cause });
}

// Whatever ends this process in an orderly way ends the programs it started.
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});
