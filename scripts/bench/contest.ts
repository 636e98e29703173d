import { measure, type Run } from './measure.js';

/** Something that is measured: what is done before each turn is not. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: () => Promise<unknown>;
}

/** What was measured of one contestant, turn by turn. */
export interface Score {
  readonly name: string;
  readonly runs: readonly Run[];
}

/**
 * Runs all of them in turns, there and back, so that whatever else the machine does is shared out:
 * one is slower right after another that had both cores for minutes. Before that the first one runs
 * once without being counted, or it alone would meet inputs that nobody has read yet.
 * @param turns an even number, for each to stand at either end as often
 */
export async function contest(
  contestants: readonly Contestant[],
  turns: number,
): Promise<readonly Score[]> {
  const scores = contestants.map(({ name }): { name: string; runs: Score['runs'][number][] } => ({
    ...{ name, runs: [] },
  }));
  const [first] = contestants;
  if (first !== undefined) await runOnce(first);
  for (let turn = 0; turn < turns; turn++) {
    const there = [...contestants.entries()];
    for (const [index, contestant] of turn % 2 === 0 ? there : there.toReversed()) {
      // oxlint-disable-next-line no-await-in-loop
      scores[index]?.runs.push(await runOnce(contestant));
    }
  }
  return scores;
}

async function runOnce({ argv, env, before }: Contestant): Promise<Run> {
  await before?.();
  return measure(argv, env);
}

/** One measure of one contestant, turn by turn. */
export function turnsOf(
  scores: readonly Score[],
  name: string,
  measured: 'wallSeconds' | 'peakMegabytes',
): readonly number[] {
  const score = scores.find((one) => one.name === name);
  return (score?.runs ?? []).map((run) => run[measured]);
}
