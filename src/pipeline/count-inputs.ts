import path from 'node:path';
import { discover, findRoots } from '../discover/discover.js';
import { sniff } from '../inspect/sniff.js';
import type { Input } from '../job.js';
import type { Settings } from '../settings.js';
import { realPathOf } from './folders.js';
import type { Run } from './run.js';

export interface InputCount {
  readonly inputs: number;
  readonly bytes: number;
  /** Of these, what is no media by its first bytes, as far as there was time to look. */
  readonly notMedia: number;
}

export interface CountOptions {
  readonly signal?: AbortSignal;
  /** How long to sniff files, so that large folders do not take longer than their walk. Default 0. */
  readonly sniffMs?: number;
}

/**
 * Counts what a run over these paths would find, before it is begun.
 * @throws StatuscastError `path-missing`, `bad-settings`
 */
export async function countFolder(
  paths: readonly string[],
  settings: Pick<Settings, 'state' | 'out'>,
  options: CountOptions,
): Promise<InputCount> {
  const roots = await findRoots(paths);
  const ours = [await realPathOf(path.resolve(settings.state))];
  if (settings.out !== '') ours.push(await realPathOf(path.resolve(settings.out)));
  return countInputs(discover(roots, ours), options);
}

/**
 * Counts inputs without opening them any further than their first bytes.
 * @throws what walking them throws, and the reason of the signal
 */
async function countInputs(
  found: AsyncIterable<Input>,
  { signal, sniffMs = 0 }: CountOptions,
): Promise<InputCount> {
  const sniffUntilMs = performance.now() + sniffMs;
  let [inputs, bytes, notMedia] = [0, 0, 0];
  for await (const input of found) {
    signal?.throwIfAborted();
    inputs++;
    bytes += input.bytes;
    if (performance.now() < sniffUntilMs && !(await mayBeMedia(input))) notMedia++;
  }
  return { inputs, bytes, notMedia };
}

async function mayBeMedia(input: Input): Promise<boolean> {
  const sniffed = await sniff(input.path).catch(() => null);
  return sniffed !== null && sniffed.type !== 'not-media' && sniffed.type !== 'empty';
}

/** Looks ahead over all inputs, beside the run. */
export async function tellTotals(
  { emit, signal }: Run,
  found: AsyncIterable<Input>,
): Promise<void> {
  // What cannot be walked is told of in its turn.
  const totals = await countInputs(found, { signal }).catch(() => null);
  if (totals === null || signal.aborted) return;
  emit({ type: 'totals', inputs: totals.inputs, bytes: totals.bytes });
}
