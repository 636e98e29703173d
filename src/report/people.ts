import path from 'node:path';
import type { ResultEvent, StatuscastEvent } from '../events.js';
import type { Output } from '../job.js';
import { clean, formatBytes, formatWait } from './format.js';
import { isNotReached } from './run-state.js';
import { describeConfirmation } from './status-line.js';

/** What a person is told of an event, in one line; null where it says nothing new. */
export function describeEvent(event: StatuscastEvent): string | null {
  switch (event.type) {
    case 'result':
      // What a run did not come to is told of together at the end.
      return isNotReached(event) ? null : clean(describeResult(event));
    case 'waiting': {
      const of = event.input === null ? '' : ` (${event.input})`;
      return clean(`waiting    ${formatWait(event.waitMs / 1000)}${of}: ${event.why}`);
    }
    case 'confirmation':
      return clean(`confirmed  ${event.input}: ${describeConfirmation(event)}`);
    case 'warning': {
      const of = event.input === null ? '' : `${event.input}: `;
      return clean(`warning    ${of}${event.message}`);
    }
    case 'idle': {
      const { sent, skipped, failed, uncertain } = event.counts;
      const counts = `${sent} sent, ${skipped} skipped, ${failed} failed, ${uncertain} uncertain`;
      return `idle       ${counts} so far; waiting for files`;
    }
    case 'summary': // told with what stands at the end
    case 'started':
    case 'totals':
    case 'found':
    case 'stage':
    case 'stage-end':
    case 'progress':
    case 'preview':
    case 'report':
      return null;
  }
}

/** `sent  a.heic: HEIC, 4032×3024 → encoded as image: … → a.jpg, 1080×1920, 412 kB → status 3EB0…` */
function describeResult(result: ResultEvent): string {
  const { input, outcome, source, output, parts } = result;
  const outputs = parts === null ? [output] : parts.map((part) => part.output);
  const steps = [source ?? '', describePlan(result), ...outputs.map(describeOutput), endOf(result)];
  return `${outcome.padEnd(10)} ${input}: ${steps.filter(Boolean).join(' → ')}`;
}

/** What was done with a file and why; empty where nothing was. */
export function describePlan({ kind, plan }: Pick<ResultEvent, 'kind' | 'plan'>): string {
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

function describeOutput(output: Output | null): string {
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
