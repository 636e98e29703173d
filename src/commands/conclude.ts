import { writeSync } from 'node:fs';
import { onExit } from 'signal-exit';
import { hintOf, isAbort, StatuscastError, toStatuscastError, type ErrorCode } from '../errors.js';
import { clean } from '../report/format.js';
import { EXIT } from './exit-codes.js';

/** Runs a command, and sets what the process ends with. */
export async function conclude(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (thrown) {
    const error = toError(thrown);
    process.stderr.write(`${inLines(error)}\n`);
    process.exitCode = EXITS[error.code] ?? EXIT.usage;
  }
}

const EXITS: Partial<Record<ErrorCode, number>> = {
  internal: EXIT.someFailed,
  interrupted: EXIT.interrupted,
};

function toError(thrown: unknown): StatuscastError {
  const facts =
    thrown instanceof Error && 'syscall' in thrown
      ? ({ code: 'bad-settings', faults: [thrown.message] } as const)
      : isAbort(thrown)
        ? ({ code: 'interrupted' } as const)
        : null;
  return facts === null ? toStatuscastError(thrown) : new StatuscastError(facts, { cause: thrown });
}

/** A signal that fires when the command is to end: after Ctrl-C, say. */
export function listenForEnd(): AbortSignal {
  const interruption = new AbortController();
  // The first signal ends the run in order, a second one at once: the ledger is safe either way.
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) endAtOnce();
      interruption.abort();
    });
  }
  // Whoever read our output has gone: there is nobody left to tell.
  process.stdout.on('error', () => interruption.abort());
  // What is said beside that may go unheard.
  process.stderr.on('error', () => undefined);
  return interruption.signal;
}

function endAtOnce(): never {
  // Last of all: a live view leaves the terminal's other screen first.
  const tell = () => void writeSync(2, 'Ended at once. A run goes on with the same command.\n');
  onExit(tell, { alwaysLast: true });
  process.exit(EXIT.interrupted);
}

function cleanLines(text: string): string {
  return text.split('\n').map(clean).join('\n');
}

/** Several faults are read more easily below each other. */
function inLines({ facts, message }: StatuscastError): string {
  if (facts.code !== 'bad-settings' || facts.faults.length === 1) return cleanLines(message);
  return ['Cannot start:', ...facts.faults, hintOf(facts)].map(cleanLines).join('\n  ');
}
