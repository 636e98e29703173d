import type { ResultEvent, StartedEvent, StatuscastEvent, SummaryEvent } from '../events.js';
import type { Outcome, SkipReason } from '../job.js';
import { noteMoment, type Advance, type Amount, type UnderWay } from './pace.js';
import { addProblem, faultOf, NO_PROBLEMS, warningOf, type Problems } from './problems.js';
import { addToTable, EMPTY_TABLE, type Table } from './table.js';

/**
 * What a screen needs to know of a run, folded from its events: bounded by the files under way at
 * once, however many there are.
 */
export interface RunState extends Advance {
  /** What has no result yet, by its input. */
  readonly underWay: Map<string, UnderWay>;
  readonly started: StartedEvent | null;
  readonly begunAtMs: number;
  readonly found: Amount;
  /** What is waited for, by the input that does; null for the whole run. */
  readonly waits: Map<string | null, Wait>;
  /** The last results, oldest first. */
  readonly recent: readonly Recent[];
  readonly problems: Problems;
  /** Inputs that the run ended before. */
  readonly notReached: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly skips: Readonly<Partial<Record<SkipReason, number>>>;
  /** Statuses sent: a split input becomes several. */
  readonly statuses: number;
  readonly table: Table;
  /** Whether a watch has come to the end of what it found, at least once. */
  readonly hasIdled: boolean;
  /** Absolute path of the page about it; null where there is none yet. */
  readonly report: string | null;
  readonly summary: SummaryEvent | null;
}

export interface Wait {
  readonly why: string;
  readonly untilMs: number;
  /** All reasons so far: each is told once where nothing can be painted over. */
  readonly told: ReadonlySet<string>;
}

export interface Recent {
  readonly input: string;
  readonly outcome: Outcome;
  readonly result: Pick<ResultEvent, 'kind' | 'plan' | 'detail'>;
  readonly message: string | null;
}

const NOTHING: Amount = { inputs: 0, bytes: 0 };

/** The state of a run of which nothing has come yet. */
export function beginning(): RunState {
  return {
    ...{ started: null, begunAtMs: 0, totals: null, found: NOTHING, done: NOTHING },
    ...{ underWay: new Map(), waits: new Map(), recent: [], problems: NO_PROBLEMS },
    counts: { sent: 0, prepared: 0, planned: 0, skipped: 0, failed: 0, uncertain: 0 },
    ...{ notReached: 0, skips: {}, statuses: 0, table: EMPTY_TABLE, moments: [] },
    ...{ report: null, hasIdled: false, summary: null },
  };
}

const RECENT_MAX = 12;
const TOLD_MAX = 50;

/**
 * The state after an event, which came at `nowMs`. What is under way goes over into it: copied each
 * time, it would be a seventh of all that a run over known files allocates.
 */
export function fold(state: RunState, event: StatuscastEvent, nowMs: number): RunState {
  switch (event.type) {
    case 'started':
      return { ...state, started: event, begunAtMs: nowMs, moments: [{ ...NOTHING, atMs: nowMs }] };
    case 'totals':
      return { ...state, totals: event };
    case 'found': {
      const { input, bytes } = event;
      const found = { inputs: state.found.inputs + 1, bytes: state.found.bytes + bytes };
      const none = { part: null, kind: null, action: null, progress: null };
      const own: UnderWay = { input, bytes, stage: 'found', sinceMs: nowMs, ...none };
      state.underWay.set(input, own);
      return { ...state, found };
    }
    case 'stage': {
      const { stage, part, kind, plan } = event;
      const action = plan?.action ?? null;
      const step = { stage, part, kind, action, progress: null, sinceMs: nowMs };
      return goOn(state, event.input, step);
    }
    case 'stage-end': {
      const stage = event.stage === 'normalize' ? 'normalized' : 'uploaded';
      return goOn(state, event.input, { stage, progress: null, sinceMs: nowMs });
    }
    case 'progress': {
      const { unit, done, total } = event;
      return noteMoment(goOn(state, event.input, { progress: { unit, done, total } }), nowMs);
    }
    case 'waiting':
      addWait(state.waits, event, nowMs);
      return state;
    case 'warning':
      return { ...state, problems: addProblem(state.problems, warningOf(event)) };
    case 'result':
      return noteMoment(conclude(state, event), nowMs);
    case 'idle':
      return { ...state, hasIdled: true };
    case 'summary':
      return { ...state, summary: event };
    case 'report':
      return { ...state, report: event.path };
    case 'preview':
    case 'confirmation':
      return state;
  }
}

/** What is worked on goes on; what has ended, under the same name, does not come back. */
function goOn(state: RunState, input: string, step: Partial<UnderWay>): RunState {
  const before = state.underWay.get(input);
  if (before === undefined) return state;
  state.underWay.set(input, { ...before, ...step });
  return state;
}

function addWait(
  waits: RunState['waits'],
  { input, why, waitMs }: { input: string | null; why: string; waitMs: number },
  nowMs: number,
): void {
  const before = waits.get(input)?.told ?? new Set();
  const told = new Set([...before, why].slice(-TOLD_MAX));
  waits.set(input, { why, untilMs: nowMs + waitMs, told });
}

function conclude(state: RunState, result: ResultEvent): RunState {
  const { input, outcome, reason, kind, plan, detail, error, parts } = result;
  const bytes = state.underWay.get(input)?.bytes ?? 0;
  state.underWay.delete(input);
  state.waits.delete(input);
  const done = { inputs: state.done.inputs + 1, bytes: state.done.bytes + bytes };
  if (isNotReached(result)) return { ...state, done, notReached: state.notReached + 1 };
  const fault = error === null ? null : faultOf(result, error);
  const own = {
    ...{ input, outcome, message: fault?.message ?? null },
    result: { kind, plan, detail },
  };
  const sent = parts?.filter((part) => part.outcome === 'sent').length;
  return {
    ...state,
    done,
    counts: { ...state.counts, [outcome]: state.counts[outcome] + 1 },
    recent: isOldNews(state, result) ? state.recent : [...state.recent, own].slice(-RECENT_MAX),
    problems: error === null ? state.problems : addProblem(state.problems, faultOf(result, error)),
    skips: reason === null ? state.skips : countOne(state.skips, reason),
    statuses: state.statuses + (sent ?? (outcome === 'sent' ? 1 : 0)),
    table: addToTable(state.table, result, bytes),
  };
}

function countOne(skips: RunState['skips'], reason: SkipReason): RunState['skips'] {
  return { ...skips, [reason]: (skips[reason] ?? 0) + 1 };
}

/** What a watch has posted before: it meets all of it again whenever it is begun. */
export function isOldNews({ started }: RunState, { reason }: ResultEvent): boolean {
  return started?.watch === true && reason === 'already-sent';
}

/** Codes of files that a run did not come to: there is nothing wrong with them. */
const NOT_REACHED: ReadonlySet<string | undefined> = new Set(['stopped', 'interrupted']);

/** Whether a run ended before it came to this file. */
export function isNotReached({ error }: ResultEvent): boolean {
  return NOT_REACHED.has(error?.code);
}
