import { of, type Score } from './contest.js';

/** A figure, and what it should be. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: '×' | 'MB' | '/s';
  /** Null: nothing is asked of it. */
  readonly target: { readonly is: 'at most' | 'at least'; readonly value: number } | null;
}

export interface Measured {
  readonly scores: readonly Score[];
  readonly figures: readonly Figure[];
}

export const ratio = (what: string, value: number, atMost: number | null): Figure => ({
  ...{ what, value, unit: '×' },
  target: atMost === null ? null : { is: 'at most', value: atMost },
});

export const megabytes = (what: string, value: number, atMost: number): Figure => ({
  ...{ what, value, unit: 'MB', target: { is: 'at most', value: atMost } },
});

/** What statuscast took beside its rivals. */
export function against(
  scores: readonly Score[],
  atMost: { readonly hand: number; readonly naive: number | null },
): readonly Figure[] {
  const ours = of(scores, 'statuscast');
  return [
    ratio('statuscast / by hand', ours / of(scores, 'by hand'), atMost.hand),
    ratio('statuscast / naive', ours / of(scores, 'naive'), atMost.naive),
    ...(scores.some(({ name }) => name === 'shell')
      ? [ratio('statuscast / shell', ours / of(scores, 'shell'), null)]
      : []),
  ];
}

/** Of `few` and of ten times as `many`. */
export function tenfold(scores: readonly Score[]): Measured {
  const growth = of(scores, 'many', 'peakMegabytes') - of(scores, 'few', 'peakMegabytes');
  return {
    scores,
    figures: [
      ratio('ten times as many', of(scores, 'many') / of(scores, 'few'), 10.5),
      megabytes('memory for ten times as many', growth, 30),
    ],
  };
}

/** Of so many starts, how many there were a second. */
export function rateOf(startsMs: readonly number[]): number {
  const [first = 0, last = 0] = [startsMs[0], startsMs.at(-1)];
  return ((startsMs.length - 1) * 1000) / (last - first);
}

export function mostWithinASecond(startsMs: readonly number[]): number {
  return Math.max(
    ...startsMs.map((from) => startsMs.filter((at) => at >= from && at < from + 1000).length),
  );
}
