import { createInterface } from 'node:readline/promises';
import { StatuscastError, toStatuscastError } from '../errors.js';

/** Whether there is somebody to ask: the question is put on standard error. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks a yes-or-no question; anything but yes is no.
 * @throws StatuscastError `interrupted` after Ctrl-C, and when the signal fires
 */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const leaving = new AbortController();
  // In its raw mode Ctrl-C is a key and no signal.
  terminal.once('SIGINT', () => leaving.abort(new StatuscastError({ code: 'interrupted' })));
  // The end of the input is no answer; without this nobody would wait for one any more.
  terminal.once('close', () => leaving.abort(null));
  try {
    const either = AbortSignal.any([signal, leaving.signal]);
    const answer = await terminal.question(`${question} [y/N] `, { signal: either });
    return /^y(es)?$/i.test(answer.trim());
  } catch (thrown) {
    process.stderr.write('\n');
    if (leaving.signal.aborted && leaving.signal.reason === null) return false;
    if (leaving.signal.aborted || signal.aborted) {
      throw new StatuscastError({ code: 'interrupted' }, { cause: thrown });
    }
    throw toStatuscastError(thrown);
  } finally {
    terminal.close();
  }
}
