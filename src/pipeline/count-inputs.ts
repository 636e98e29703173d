import { createChoices } from '../choices/choices.js';
import { discover, findRoots } from '../discover/discover.js';
import type { TotalsEvent } from '../events.js';
import { isMedia } from '../inspect/sniff.js';
import type { Input } from '../job.js';
import type { Settings } from '../settings.js';
import { foldersOfOurs } from './folders.js';
import type { Run } from './run.js';

export interface InputCount {
  readonly inputs: number;
  readonly bytes: number;
  /** Of these, what is no media by its first bytes, as far as there was time to look. */
  readonly notMedia: number;
  /** Of these, what a file of choices leaves out. */
  readonly leftOut: number;
  /** The others by who would see them, in the order in which they are met. */
  readonly audiences: readonly AudienceCount[];
  /** Those that have a caption of their own, chosen for them alone. */
  readonly ownCaptions: number;
}

export interface AudienceCount {
  readonly inputs: number;
  /** Empty for all contacts. */
  readonly participants: readonly string[];
}

export interface CountOptions {
  readonly signal?: AbortSignal;
  /** How long to sniff files, so that large folders do not take longer than their walk. Default 0. */
  readonly sniffMs?: number;
  /** Whether it is to be watched: tables may speak of files that are still to come. */
  readonly watch?: boolean;
}

/**
 * Counts what a run over these paths would find, before it is begun, and who would see it.
 * @throws StatuscastError `path-missing`, `bad-settings`
 */
export async function countFolder(
  paths: readonly string[],
  settings: Settings,
  { signal, sniffMs = 0, watch = false }: CountOptions,
): Promise<InputCount> {
  const roots = await findRoots(paths);
  const ours = await foldersOfOurs(roots, settings);
  const choices = createChoices(settings, { isMedia, isLive: watch, signal });
  await choices.check(roots, ours);
  const sniffUntilMs = performance.now() + sniffMs;
  const audiences = new Map<string, { inputs: number; participants: readonly string[] }>();
  let [inputs, bytes, notMedia, leftOut, ownCaptions] = [0, 0, 0, 0, 0];
  for await (const input of discover(roots, ours)) {
    signal?.throwIfAborted();
    inputs++;
    bytes += input.bytes;
    const chosen = await choices.of(input);
    if (chosen.leftOutBy !== null) {
      leftOut++;
      continue;
    }
    if (performance.now() < sniffUntilMs && !(await isMedia(input.path))) {
      notMedia++;
      continue;
    }
    const { participants, caption } = chosen.settings;
    const key = [...participants].sort().join();
    const audience = audiences.get(key) ?? { inputs: 0, participants };
    audiences.set(key, audience);
    audience.inputs++;
    if (chosen.settings !== settings && caption !== settings.caption) ownCaptions++;
  }
  return { inputs, bytes, notMedia, leftOut, ownCaptions, audiences: [...audiences.values()] };
}

/**
 * The files of a folder that are media by their first bytes, in the order in which a run sends them.
 * @throws StatuscastError `path-missing`, and the reason of the signal
 */
export async function* listMedia(
  folder: string,
  settings: Settings,
  signal: AbortSignal,
): AsyncGenerator<Input> {
  const roots = await findRoots([folder]);
  for await (const input of discover(roots, await foldersOfOurs(roots, settings))) {
    signal.throwIfAborted();
    if (await isMedia(input.path)) yield input;
  }
}

/** A run that is over sooner tells of them when it has come to them itself. */
const LOOK_AHEAD_AFTER_MS = 1500;

/** What a run comes to in all. */
type Totals = Pick<TotalsEvent, 'inputs' | 'bytes'>;

/**
 * Tells of all inputs once, as soon as they are known: a run that takes long is walked ahead of.
 * @param lookAhead walks what the run walks
 * @returns to be called with what the run itself has come to, at the end of its walk
 */
export function tellTotals(
  { emit, signal }: Run,
  lookAhead: () => AsyncIterable<Input>,
): (walked: Totals) => void {
  let isTold = false;
  const tell = (totals: Totals) => {
    if (!isTold && !signal.aborted) emit({ type: 'totals', ...totals });
    isTold = true;
  };
  const count = async () => {
    let [inputs, bytes] = [0, 0];
    for await (const input of lookAhead()) {
      if (isTold || signal.aborted) return;
      inputs++;
      bytes += input.bytes;
    }
    tell({ inputs, bytes });
  };
  // What cannot be walked is told of in its turn.
  const timer = setTimeout(() => void count().catch(() => undefined), LOOK_AHEAD_AFTER_MS);
  timer.unref();
  return (walked) => {
    clearTimeout(timer);
    tell(walked);
  };
}
