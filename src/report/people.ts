import path from 'node:path';
import type { ResultEvent, StartedEvent, StatuscastEvent, SummaryEvent } from '../events.js';
import type { Output } from '../job.js';
import { describeConfirmation } from './status-line.js';

/** What a person is told of an event, a line or a few; null where it says nothing new. */
export function describeEvent(event: StatuscastEvent): string | null {
  switch (event.type) {
    case 'result':
      return describeResult(event);
    case 'waiting': {
      const of = event.input === null ? '' : ` (${clean(event.input)})`;
      return `waiting    ${(event.waitMs / 1000).toFixed(1)} s${of}: ${clean(event.why)}`;
    }
    case 'confirmation':
      return `confirmed  ${clean(event.input)}: ${describeConfirmation(event)}`;
    case 'warning': {
      const of = event.input === null ? '' : `${clean(event.input)}: `;
      return `warning    ${of}${clean(event.message)}`;
    }
    case 'summary': // told with where things are
    case 'started':
    case 'found':
    case 'stage':
    case 'progress':
      return null;
  }
}

/** Codes of files that a run did not come to: there is nothing wrong with them. */
const NOT_REACHED: ReadonlySet<string | undefined> = new Set(['stopped', 'interrupted']);

/** Whether a run ended before it came to this file. */
export function isNotReached({ error }: ResultEvent): boolean {
  return NOT_REACHED.has(error?.code);
}

function describeResult(result: ResultEvent): string | null {
  if (isNotReached(result)) return null; // told of together at the end
  const head = `${result.outcome.padEnd(10)} ${clean(result.input)}`;
  const { source, output, parts } = result;
  const made = parts === null ? [outputOf(output)] : parts.map((part) => outputOf(part.output));
  const lines = [source ?? '', planOf(result), ...made, endOf(result)].map(clean);
  return [head, ...lines.filter(Boolean)].join('\n           ');
}

function planOf({ kind, plan }: ResultEvent): string {
  if (kind === null || plan === null || plan.action === 'refuse') return '';
  const why = plan.reasons.length === 0 ? 'it is right as it is' : plan.reasons.join('; ');
  return `${DONE[plan.action]} as ${kind}${plan.fit === null ? '' : FITTED[plan.fit]}: ${why}`;
}

const FITTED = {
  crop: '',
  blur: ', whole over a blurred copy',
  pad: ', whole over a colour',
} as const;

const DONE = { keep: 'kept', remux: 'remuxed', encode: 'encoded' } as const;

function outputOf(output: Output | null): string {
  if (output === null) return '';
  const { width, height, durationSeconds, bytes } = output;
  const facts = [
    ...(width === null ? [] : [`${width}×${height}`]),
    ...(durationSeconds === null ? [] : [`${durationSeconds.toFixed(1)} s`]),
    ...[formatBytes(bytes)],
  ];
  return `${path.basename(output.path)}, ${facts.join(', ')}`;
}

function endOf(result: ResultEvent): string {
  if (result.error !== null) return result.error.message;
  const { parts, idMessage, outcome } = result;
  if (outcome === 'sent' && parts !== null) return `${parts.length} statuses`;
  if (outcome === 'sent') return `status ${idMessage ?? 'without an id'}`;
  return result.detail ?? '';
}

export function describeSummary(
  { counts, seconds, stopped }: SummaryEvent,
  goal: StartedEvent['goal'],
  notReached: number,
): string {
  const { sent, prepared, skipped, failed, uncertain } = counts;
  const done = goal === 'prepare' ? `${prepared} prepared` : `${sent} sent`;
  const ends = [done, `${skipped} skipped`, `${failed - notReached} failed`];
  ends.push(`${uncertain} uncertain`);
  if (notReached > 0) ends.push(`${notReached} not reached`);
  const lines = [`${ends.join(', ')} in ${seconds.toFixed(1)} s`];
  if (stopped?.code === 'interrupted')
    lines.push('Interrupted. The same command goes on from here.');
  else if (stopped !== null) {
    lines.push(clean(stopped.message), 'Nothing is lost: the same command goes on from here.');
  }
  return lines.join('\n');
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Names and tags come from anywhere: no control character of theirs reaches the terminal. */
export function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\u{fffd}');
}
