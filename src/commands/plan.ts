import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { processFolder } from '../pipeline.js';
import { createPlanLines } from '../report/plan-line.js';
import type { Streams } from '../report/write-events.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { SANDBOX_ID_INSTANCE, type AccountRequest } from './with-credentials.js';
import { peopleOf } from './write-statuses.js';

export interface PlanRequest extends AccountRequest {
  readonly paths: readonly string[];
}

/** `statuscast plan`: what would be done with each file. Nothing is made, sent or written. */
export async function plan(request: PlanRequest, streams: Streams): Promise<number> {
  const { paths, settings, json, env, signal } = request;
  const idInstance = request.sandbox ? SANDBOX_ID_INSTANCE : env['GREEN_API_ID_INSTANCE']?.trim();
  const events = processFolder(paths, {
    ...{ goal: 'plan', settings, env, signal },
    ...(idInstance === undefined || idInstance === '' ? {} : { idInstance }),
  });
  const people = peopleOf(streams, json);
  const lineOf = createPlanLines(settings.concurrency);
  for await (const event of events) {
    if (json) streams.stdout.write(`${JSON.stringify(event)}\n`);
    const line = lineOf(event);
    if (line !== null) people.write(`${await wrapFor(people, line)}\n`);
    if (event.type === 'summary') return exitCodeOf(event);
  }
  return EXIT.someFailed;
}

/** On a terminal what is too wide goes on below what it belongs to. */
async function wrapFor(people: Writable, text: string): Promise<string> {
  if (!(people instanceof WriteStream)) return text;
  const { wrapLines } = await import('../report/fit.js');
  return wrapLines(text.split('\n'), people.columns).join('\n');
}
