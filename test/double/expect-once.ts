import { expect } from 'vitest';
import type { Finished } from '../support/run-cli.js';
import { QUOTA_PHONES } from './accidents.js';
import type { Album, Sent } from './album.js';
import { ID_INSTANCE, LOOK_EVERY_MS, TOKEN } from './double.js';

/** Every file is posted, once, in order. */
export async function expectOnceInOrder({ posted, names }: Album): Promise<void> {
  expect(await posted()).toEqual(names);
}

/** Every file is posted, once. */
export async function expectOnce({ posted, names }: Album): Promise<void> {
  expect((await posted()).toSorted()).toEqual(names);
}

/** Another run finds everything done, and hands over nothing. */
export async function expectNothingLeft(album: Album, ...args: readonly string[]): Promise<void> {
  const { double, send, names } = album;
  const before = double.posts().length;
  const { code, results, ...rest } = await send(...args);
  expect([code, results.map(({ outcome, reason }) => reason ?? outcome)], rest.stderr).toEqual([
    0,
    names.map(() => 'already-sent'),
  ]);
  expect(double.posts()).toHaveLength(before);
}

/** Calls are as documented, none too fast, and nothing secret shows. */
export function expectGoodManners({ double }: Album, ...runs: readonly Finished[]): void {
  expect(double.complaints).toEqual([]);
  const tooFast = double.arrivals.filter(({ isTooFast }) => isTooFast);
  expect(tooFast.map(({ method }) => method)).toEqual([]);
  const sends = double.arrivals.filter(({ method }) => method === 'sendMediaStatus');
  // As they arrive: those that left a second apart may be nearer.
  const apartMs = sends.slice(5).map(({ atMs }, at) => atMs - (sends[at]?.notBeforeMs ?? 0));
  expect(Math.min(...apartMs)).toBeGreaterThanOrEqual(900 + LOOK_EVERY_MS);
  for (const secret of [TOKEN, ID_INSTANCE, ...QUOTA_PHONES]) {
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(secret);
  }
}

/** The outcome of each file, or why it was skipped. */
export function outcomesOf({ results }: Sent): readonly string[] {
  return results
    .toSorted((one, other) => one.input.localeCompare(other.input))
    .map(({ outcome, reason, error }) => reason ?? error?.code ?? outcome);
}
