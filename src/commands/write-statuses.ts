import type { Writable } from 'node:stream';
import {
  isAbort,
  StatuscastError,
  toStatuscastError,
  type ErrorCode,
  type Refusal,
} from '../errors.js';
import type { StatusRecord } from '../events.js';
import { clean } from '../report/format.js';
import { statusLine } from '../report/status-line.js';
import type { Streams } from '../report/write-events.js';
import { EXIT } from './exit-codes.js';

/** Where people are told: beside the objects where there are any. */
export function peopleOf({ stdout, stderr }: Streams, json: boolean): Writable {
  return json ? stderr : stdout;
}

/** Tells people of a wait. */
export function tellWaits(people: Writable): (why: string, waitMs: number) => void {
  return (why, waitMs) =>
    people.write(`waiting    ${(waitMs / 1000).toFixed(1)} s: ${clean(why)}\n`);
}

/**
 * Writes statuses as they come: a line for each, or with `json` an object.
 * @param isGood whether one ended as it should
 * @returns the exit code
 */
export async function writeStatuses(
  statuses: AsyncIterable<StatusRecord> | readonly StatusRecord[],
  streams: Streams,
  {
    json,
    none,
    isGood,
  }: {
    readonly json: boolean;
    /** What people are told where there is none. */
    readonly none: string;
    readonly isGood: (status: StatusRecord) => boolean;
  },
): Promise<number> {
  const people = peopleOf(streams, json);
  let count = 0;
  let bad = 0;
  try {
    for await (const status of statuses) {
      count++;
      if (!isGood(status)) bad++;
      streams.stdout.write(`${json ? JSON.stringify(status) : clean(statusLine(status))}\n`);
    }
  } catch (thrown) {
    const error = toStatuscastError(
      isAbort(thrown) ? new StatuscastError({ code: 'interrupted' }) : thrown,
    );
    const code = exitOf(error);
    if (code === undefined) throw error;
    if (code !== EXIT.interrupted) people.write(`${clean(error.message)}\n`);
    return code;
  }
  if (count === 0) people.write(`${none}\n`);
  return bad === 0 ? EXIT.done : EXIT.someFailed;
}

/** Undefined for what is wrong with the call itself. */
function exitOf({ code, facts }: StatuscastError): number | undefined {
  const isOfTheCall = facts.code === 'api-refused' && OF_THE_CALL.has(facts.refusal);
  return isOfTheCall ? EXIT.someFailed : ENDS.get(code);
}

const ENDS: ReadonlyMap<ErrorCode, number> = new Map([
  ['interrupted', EXIT.interrupted],
  ['instance-cannot-send', EXIT.cannotSend],
  ['api-refused', EXIT.cannotSend],
  ['api-no-answer', EXIT.someFailed],
  ['api-malformed', EXIT.someFailed],
  ['journal-off', EXIT.someFailed],
]);

/** Refusals of a call, which say nothing of the instance. */
const OF_THE_CALL: ReadonlySet<Refusal> = new Set(['invalid', 'too-fast', 'starting', 'too-large']);
