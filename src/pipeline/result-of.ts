import type { ResultEvent } from '../events.js';
import type { Ending, Estimate, Kind, Outcome, Part, PartResult, Posting } from '../job.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import type { Made } from './make-output.js';
import type { Queued, Task } from './run.js';

/** A part under way; where nothing is split, the whole is its only part. */
export interface PartTask extends Task {
  readonly part: Part;
  /** What is known of it so far. */
  known: Partial<Pick<Made, 'source' | 'plan' | 'output'>> & {
    readonly kind?: Kind | null;
    readonly estimate?: Estimate;
    readonly posting?: Posting | null;
  };
}

export interface Done {
  readonly task: PartTask;
  readonly ending: Ending;
}

/** From what a split input's outcome is taken: that of the part that fared worst. */
const WORST_FIRST: readonly Outcome[] = [
  ...(['failed', 'uncertain', 'sent', 'prepared', 'planned', 'skipped'] as const),
];

/** What is told of an input at its end. */
export function resultOf({ input }: Queued, done: readonly Done[]): ResultEvent {
  const [first] = done;
  const [worst] = done.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (worst === undefined || first === undefined) throw new Error('an input ended without an end');
  const { known } = first.task;
  return {
    type: 'result',
    input: input.input,
    kind: known.kind ?? null,
    source: known.source ?? null,
    plan: known.plan ?? null,
    estimate: sumOf(done.flatMap(({ task }) => task.known.estimate ?? [])),
    ...endingFacts(first),
    outcome: worst.ending.outcome,
    reason: 'reason' in worst.ending ? worst.ending.reason : null,
    detail: 'detail' in worst.ending ? worst.ending.detail : null,
    error: 'error' in worst.ending ? worst.ending.error : null,
    parts: worst.task.part.of === 1 ? null : done.map(partResultOf),
  };
}

function rankOf({ ending }: Done): number {
  return WORST_FIRST.indexOf(ending.outcome);
}

function partResultOf(done: Done): PartResult {
  const { number, of, startSeconds } = done.task.part;
  const { ending } = done;
  return {
    ...{ number, of, startSeconds, outcome: ending.outcome },
    ...endingFacts(done),
    reason: 'reason' in ending ? ending.reason : null,
    error: 'error' in ending ? ending.error : null,
  };
}

function endingFacts({ task, ending }: Done) {
  return {
    output: task.known.output ?? null,
    urlFile: 'urlFile' in ending ? ending.urlFile : null,
    idMessage: 'idMessage' in ending ? ending.idMessage : null,
    posting: task.known.posting ?? null,
  };
}

/** What is told of what an entry posts; null where an older version made it. */
export function postingOf({ message, link, state, changedAtMs }: LedgerEntry): Posting | null {
  if (message === null) return null;
  return {
    caption: message.caption,
    contacts: message.participants.length,
    linkExpiresAt: link === null ? null : new Date(link.expiresAtMs).toISOString(),
    postedAt: state === 'sent' ? new Date(changedAtMs).toISOString() : null,
  };
}

/** Null where nothing was estimated. */
function sumOf(estimates: readonly Estimate[]): Estimate | null {
  if (estimates.length === 0) return null;
  return {
    bytes: estimates.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: estimates.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
