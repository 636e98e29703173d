import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { messageOf, StatuscastError } from '../errors.js';

/**
 * The bundled ffprobe is a static build: on newer systems it dies of SIGSEGV when it loads their
 * tables of character sets, as it does for the name of the channel in any MPEG-TS. It reads the
 * file well without them (https://github.com/honey720/chzzk-vod-downloader-v2/issues/97).
 */
const WITHOUT_CHARACTER_TABLES = { GCONV_PATH: '/dev/null' } as const;

const running = new Set<ChildProcess>();

/**
 * Starts a program that ends no later than this process.
 * @param program its name for people
 * @param argv the executable and its arguments; no shell ever sees them
 * @throws StatuscastError `program-failed` where it cannot even be tried
 */
export function startProgram(
  program: string,
  [executable, ...args]: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  if (executable === undefined) throw programFailed(program, 'no executable was named');
  try {
    const child = spawn(executable, args, {
      stdio,
      env: { ...process.env, ...WITHOUT_CHARACTER_TABLES },
      windowsHide: true,
      // A process group of its own: Ctrl-C in the terminal is for us, and we stop it in order.
      detached: process.platform !== 'win32',
    });
    running.add(child);
    for (const end of ['error', 'close']) child.once(end, () => running.delete(child));
    return child;
  } catch (thrown) {
    throw programFailed(program, messageOf(thrown), thrown);
  }
}

/** The error for a program, by its name for people, that could not do what it was started for. */
export function programFailed(program: string, why: string, cause?: unknown): StatuscastError {
  return new StatuscastError({ code: 'program-failed', program, why }, { cause });
}

/** How a program ended that told of no fault. */
export function endedWith(exit: string): string {
  return `it ended with ${exit}`;
}

/** Whether a program was killed, as where memory runs out: that says nothing of the file. */
export function wasKilled(thrown: unknown): boolean {
  if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'program-failed') return false;
  return thrown.facts.why === endedWith('SIGKILL');
}

/** A program named by the user may be a script: what it has started is to end with it. */
export function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
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

// Whatever ends this process in an orderly way ends the programs it started.
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});
