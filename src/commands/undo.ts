import { createInterface } from 'node:readline/promises';
import { StatuscastError, toStatuscastError } from '../errors.js';
import { isTransient, retry, stopsRun } from '../publish/retry.js';
import { clean } from '../report/people.js';
import { statusLine, statusRecord } from '../report/statuses.js';
import type { Streams } from '../report/write-events.js';
import { withAccount, type AccountRequest } from './account.js';
import { EXIT } from './exit-codes.js';
import { named } from './history.js';

export interface UndoRequest extends AccountRequest {
  /** Files or message ids; empty for what the last run sent. */
  readonly names: readonly string[];
  /** Go on without asking. */
  readonly yes: boolean;
  /** Forget them as well: a later run may send the same files again. */
  readonly forget: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * `statuscast undo`: deletes statuses after showing them. What is undone is never sent again by
 * itself.
 * @throws StatuscastError `bad-settings` where it cannot ask and was not told to go on
 */
export async function undo(request: UndoRequest, streams: Streams): Promise<number> {
  const { names, settings, json, forget, signal } = request;
  const people = json ? streams.stderr : streams.stdout;
  return withAccount(request, async ({ client, ledger, account }) => {
    const which = names.length === 0 ? ({ run: 'last' } as const) : {};
    const found = named(await ledger.list({ account, states: ['sent'], ...which }), names);
    for (const entry of found) people.write(`${clean(statusLine(entry))}\n`);
    if (found.length === 0) {
      people.write('there is nothing to undo\n');
      return EXIT.done;
    }
    if (!(await mayGoOn(request, found.length, streams))) return EXIT.done;
    let failed = 0;
    for (const entry of found) {
      if (signal.aborted) return EXIT.interrupted;
      const { key, idMessage, input } = entry;
      try {
        if (idMessage === null) throw new StatuscastError({ code: 'status-unknown', file: input });
        const options = { signal, retries: settings.retries };
        await retry(() => client.deleteStatus({ idMessage }, { signal }), isTransient, options);
      } catch (thrown) {
        const error = toStatuscastError(thrown);
        if (error.code === 'interrupted') return EXIT.interrupted;
        people.write(`failed     ${clean(input)}: ${error.message}\n`);
        if (stopsRun(error)) return EXIT.cannotSend;
        failed++;
        continue;
      }
      await ledger.recordUndone(key);
      const undone = (await ledger.find([key])) ?? entry;
      if (forget) await ledger.forget(key);
      streams.stdout.write(
        json ? `${JSON.stringify(statusRecord(undone))}\n` : `undone     ${clean(input)}\n`,
      );
    }
    return failed === 0 ? EXIT.done : EXIT.someFailed;
  });
}

async function mayGoOn({ yes }: UndoRequest, count: number, { stderr }: Streams): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    const faults = ['undo asks before it deletes, and there is no terminal; go on with --yes'];
    throw new StatuscastError({ code: 'bad-settings', faults });
  }
  const terminal = createInterface({ input: process.stdin, output: stderr });
  try {
    const answer = await terminal.question(
      `Delete ${count === 1 ? 'it' : `these ${count}`}? [y/N] `,
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
