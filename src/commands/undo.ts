import { undo } from '../afterwards.js';
import { StatuscastError } from '../errors.js';
import type { StatusRecord } from '../events.js';
import { clean } from '../report/format.js';
import { statusLine } from '../report/status-line.js';
import type { Streams } from '../report/write-events.js';
import { ask, canAsk } from './ask.js';
import { withCredentials, type AccountRequest } from './with-credentials.js';
import { peopleOf, tellWaits, writeStatuses } from './write-statuses.js';

export interface UndoRequest extends AccountRequest {
  /** Files or message ids; empty for what the last run sent. */
  readonly names: readonly string[];
  /** Go on without asking. */
  readonly yes: boolean;
  /** A later run may send the same files again. */
  readonly forget: boolean;
}

/**
 * `statuscast undo`: deletes statuses after showing them.
 * @throws StatuscastError `bad-settings` where it cannot ask and was not told to go on
 */
export function undoSent(request: UndoRequest, streams: Streams): Promise<number> {
  const { names, settings, yes, forget, json, signal } = request;
  if (!yes && !canAsk()) {
    const faults = ['undo asks before it deletes, and there is no terminal; go on with --yes'];
    throw new StatuscastError({ code: 'bad-settings', faults });
  }
  const people = peopleOf(streams, json);
  const approve = async (statuses: readonly StatusRecord[]) => {
    for (const status of statuses) people.write(`${clean(statusLine(status))}\n`);
    const sent = statuses.filter(({ state }) => state === 'sent').length;
    const all = these(statuses.length);
    const question =
      sent === 0
        ? `Forget ${all}?`
        : sent === statuses.length
          ? `Delete ${all}?`
          : `Delete ${sent} of ${all}, and forget all?`;
    return yes || statuses.length === 0 || ask(question, signal);
  };
  const options = { settings, names, forget, signal, approve, onWaiting: tellWaits(people) };
  return withCredentials(request, (credentials) =>
    writeStatuses(undo({ ...options, credentials }), streams, {
      json,
      none: 'nothing was deleted',
      isGood: ({ state }) => state === 'undone',
    }),
  );
}

function these(count: number): string {
  return count === 1 ? 'it' : `these ${count}`;
}
