import { once } from 'node:events';
import path from 'node:path';
import type { Writable } from 'node:stream';
import type { StartedEvent, StatuscastEvent, SummaryEvent } from '../events.js';
import { describeEvent, describeSummary, isNotReached } from './people.js';

export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * Writes a run as it goes: for people a few lines for each file, or with `json` one object a line
 * on standard output, and what is for people on the other.
 * @returns the summary; null where the run ended without one
 */
export async function writeEvents(
  events: AsyncIterable<StatuscastEvent>,
  { stdout, stderr }: Streams,
  { json }: { readonly json: boolean },
): Promise<SummaryEvent | null> {
  const people = json ? stderr : stdout;
  let started: StartedEvent | null = null;
  let notReached = 0;
  for await (const event of events) {
    if (json) await write(stdout, JSON.stringify(event));
    const text = describeEvent(event);
    if (event.type === 'result' && isNotReached(event)) notReached++;
    if (event.type === 'started') started = event;
    if (text !== null) await write(people, text);
    if (event.type === 'summary') {
      await write(people, describeSummary(event, started?.goal ?? 'send', notReached));
      if (started !== null) await write(people, describePlaces(started));
      return event;
    }
  }
  return null;
}

function describePlaces({ outDir, stateDir }: StartedEvent): string {
  const ledger = stateDir === null ? [] : [`ledger:  ${path.join(stateDir, 'ledger.db')}`];
  return [`outputs: ${outDir}`, ...ledger].join('\n');
}

async function write(stream: Writable, line: string): Promise<void> {
  if (stream.destroyed) return;
  if (!stream.write(`${line}\n`)) await once(stream, 'drain').catch(() => undefined);
}
