import type { PartNumber, StageEvent } from '../events.js';
import type { Kind } from '../job.js';

export interface Amount {
  readonly inputs: number;
  readonly bytes: number;
}

export interface UnderWay {
  readonly input: string;
  readonly bytes: number;
  readonly stage: 'found' | StageEvent['stage'] | 'normalized' | 'uploaded';
  readonly sinceMs: number;
  readonly part: PartNumber | null;
  readonly kind: Kind | null;
  readonly action: string | null;
  readonly progress: Progress | null;
}

export interface Progress {
  readonly unit: 'seconds' | 'bytes';
  readonly done: number;
  readonly total: number | null;
}

export interface Moment extends Amount {
  readonly atMs: number;
}

/** What is known of how far a run has come. */
export interface Advance {
  readonly totals: Amount | null;
  readonly done: Amount;
  readonly underWay: ReadonlyMap<string, UnderWay>;
  /** How far it had come at the last few moments, oldest first: for the rate. */
  readonly moments: readonly Moment[];
}

const MOMENTS_MAX = 120;
const MOMENT_MS = 1000;

/** One a second, of the last two minutes in which anything moved. */
export function noteMoment<State extends Advance>(state: State, nowMs: number): State {
  const last = state.moments.at(-1);
  if (last !== undefined && nowMs - last.atMs < MOMENT_MS) return state;
  const moment = { ...reached(state), atMs: nowMs };
  return { ...state, moments: [...state.moments, moment].slice(-MOMENTS_MAX) };
}

/** How much of an input is behind it once it has left a stage, roughly. */
const SHARES: Readonly<Record<UnderWay['stage'], number>> = {
  ...{ found: 0, inspect: 0, normalize: 0, normalized: 0.8, upload: 0.8 },
  ...{ uploaded: 0.9, send: 0.9, 'find-out': 0.9 },
};

/** How far a run has come, with what it has done of the files under way. */
export function reached({ done, underWay }: Pick<Advance, 'done' | 'underWay'>): Amount {
  let { inputs, bytes } = done;
  for (const own of underWay.values()) {
    const { progress, part } = own;
    const total = own.stage === 'normalize' ? (progress?.total ?? 0) : 0;
    const within = progress !== null && total > 0 ? progress.done / total : 0;
    const share = SHARES[own.stage] + 0.8 * Math.min(1, within);
    const whole = part === null ? share : (part.number - 1 + share) / part.of;
    inputs += whole;
    bytes += whole * own.bytes;
  }
  return { inputs, bytes };
}

export interface Pace {
  readonly inputsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Null where nothing can be said yet. */
  readonly secondsLeft: number | null;
}

/** A rate of less than this long is none yet. */
const PACE_MIN_MS = 2000;

/** How fast it goes, by the last two minutes: files or bytes, whichever takes longer. */
export function paceOf(state: Advance, nowMs: number): Pace | null {
  const [first] = state.moments;
  if (first === undefined || nowMs - first.atMs < PACE_MIN_MS) return null;
  const seconds = (nowMs - first.atMs) / 1000;
  const now = reached(state);
  const inputsPerSecond = Math.max(0, now.inputs - first.inputs) / seconds;
  const bytesPerSecond = Math.max(0, now.bytes - first.bytes) / seconds;
  const { totals } = state;
  if (totals === null || inputsPerSecond === 0) {
    return { inputsPerSecond, bytesPerSecond, secondsLeft: null };
  }
  const byInputs = (totals.inputs - now.inputs) / inputsPerSecond;
  const byBytes = bytesPerSecond === 0 ? 0 : (totals.bytes - now.bytes) / bytesPerSecond;
  return { inputsPerSecond, bytesPerSecond, secondsLeft: Math.max(0, byInputs, byBytes) };
}
