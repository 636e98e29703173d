import type { ResultEvent, StatuscastEvent, SummaryEvent } from '../events.js';
import type { Estimate } from '../job.js';
import { clean, countOf, formatBytes } from './format.js';
import { isNotReached } from './run-state.js';

/**
 * Makes lines for people of the events of a plan: one for each input with its reasons below, and
 * the total.
 * @param jobs how many files would be made at once
 */
export function createPlanLines(jobs: number): (event: StatuscastEvent) => string | null {
  let statuses = 0;
  let notReached = 0;
  return (event) => {
    switch (event.type) {
      case 'result':
        if (isNotReached(event)) {
          notReached++;
          return null;
        }
        if (event.outcome === 'planned') statuses += event.parts?.length ?? 1;
        return resultLines(event);
      case 'warning':
        return `warning  ${event.input === null ? '' : `${clean(event.input)}: `}${clean(event.message)}`;
      case 'summary':
        return summaryLines(event, { statuses, notReached, jobs });
      case 'idle':
      case 'started':
      case 'found':
      case 'stage':
      case 'progress':
      case 'preview':
      case 'report':
      case 'totals':
      case 'stage-end':
      case 'waiting':
      case 'confirmation':
        return null;
    }
  };
}

const INDENT = ' '.repeat(9);

function resultLines(result: ResultEvent): string {
  const { source, parts } = result;
  const lines = [
    `${wordOf(result).padEnd(8)} ${clean(result.input)}`,
    ...[source ?? '', ...whyOf(result), becomes(result)].filter(Boolean).map(clean),
  ];
  return lines.join(`\n${INDENT}`) + (parts === null ? '' : ` in ${parts.length} parts`);
}

/** What would be done with it, in a word. */
function wordOf({ outcome, plan }: ResultEvent): string {
  switch (outcome) {
    case 'planned':
      return plan?.action ?? 'keep';
    case 'failed':
    case 'uncertain':
      return 'refuse';
    case 'skipped':
    case 'sent':
    case 'prepared':
      return 'skip';
  }
}

function whyOf({ outcome, plan, error, detail }: ResultEvent): readonly string[] {
  if (error !== null) return [error.message];
  if (outcome !== 'planned') return [detail ?? ''];
  const reasons = plan?.reasons ?? [];
  const why = reasons.length === 0 ? 'it is right as it is' : reasons.join('; ');
  return [why, detail ?? ''];
}

function becomes({ kind, plan, estimate }: ResultEvent): string {
  if (kind === null || estimate === null) return '';
  const fit = plan === null || plan.fit === null ? '' : FITTED[plan.fit];
  return `→ ${kind}${fit}, about ${formatBytes(estimate.bytes)}, ${formatSeconds(estimate.seconds)}`;
}

const FITTED = {
  crop: ' cut to 9:16',
  blur: ' whole over a blurred copy',
  pad: ' whole over a colour',
} as const;

function summaryLines(
  { counts, estimate, stopped }: SummaryEvent,
  seen: { readonly statuses: number; readonly notReached: number; readonly jobs: number },
): string {
  const { statuses, notReached } = seen;
  const ends = [
    `${counts.planned} of ${countOf(totalOf(counts), 'file')} would become ${countOf(statuses, 'status', 'statuses')}`,
    `${counts.skipped} skipped`,
    `${counts.failed - notReached} refused`,
    ...(notReached > 0 ? [`${notReached} not reached`] : []),
  ];
  return [
    ends.join(', '),
    ...(estimate === null || counts.planned === 0 ? [] : [totalLine(estimate, seen.jobs)]),
    ...(stopped === null ? [] : [INTERRUPTED]),
    'Nothing was made or sent.',
  ].join('\n');
}

/** A plan is ended by nothing else. */
const INTERRUPTED = 'Interrupted: there is more than was looked at.';

/** Roughly: another machine takes another time, and what is worked on at once shares the cores. */
function totalLine({ bytes, seconds }: Estimate, jobs: number): string {
  const elapsed = jobs === 1 ? '' : `, with ${jobs} at once ${formatSeconds(seconds / jobs)}`;
  return `about ${formatBytes(bytes)} to upload, ${formatSeconds(seconds)} of work${elapsed}`;
}

function totalOf(counts: SummaryEvent['counts']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function formatSeconds(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
