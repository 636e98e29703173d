import { turnsOf, type Score } from './contest.js';
import { median } from './measure.js';

/** A figure, and what it should be. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** It, turn by turn. */
  readonly turns: readonly number[];
  readonly unit: '×' | 'MB' | '/s';
  /** Null: nothing is asked of it. */
  readonly target: { readonly is: 'at most' | 'at least'; readonly value: number } | null;
}

export interface Measured {
  readonly scores: readonly Score[];
  readonly figures: readonly Figure[];
}

/** How much longer one took than another: the median of the turns. */
export function ratio(
  scores: readonly Score[],
  [one, other]: readonly [string, string],
  atMost: number | null,
): Figure {
  const others = turnsOf(scores, other, 'wallSeconds');
  const turns = turnsOf(scores, one, 'wallSeconds').map((wall, turn) => wall / (others[turn] ?? 0));
  return {
    ...{ what: `${one} / ${other}`, value: median(turns), turns, unit: '×' },
    target: atMost === null ? null : { is: 'at most', value: atMost },
  };
}

/** How much more memory one took than another: the median of the turns. */
export function growth(
  scores: readonly Score[],
  [one, other]: readonly [string, string],
  atMost: number,
): Figure {
  const others = turnsOf(scores, other, 'peakMegabytes');
  const turns = turnsOf(scores, one, 'peakMegabytes').map(
    (peak, turn) => peak - (others[turn] ?? 0),
  );
  const what = `${one}: memory beyond ${other}`;
  return {
    what,
    value: median(turns),
    turns,
    unit: 'MB',
    target: { is: 'at most', value: atMost },
  };
}

/** What statuscast took beside its rivals. */
export function against(
  scores: readonly Score[],
  atMost: { readonly 'by hand'?: number; readonly naive?: number },
): readonly Figure[] {
  return (['by hand', 'naive', 'shell'] as const)
    .filter((rival) => scores.some(({ name }) => name === rival))
    .map((rival) =>
      ratio(scores, ['statuscast', rival], rival === 'shell' ? null : (atMost[rival] ?? null)),
    );
}

/** How many sends there were a second, and in any second, of the times of each turn. */
export function pace(turns: readonly (readonly number[])[]): readonly Figure[] {
  const rates = turns.map((startsMs) => rateOf(startsMs));
  const most = turns.map((startsMs) => mostWithinASecond(startsMs));
  return [
    {
      ...{ what: 'sends a second', value: Math.min(...rates), turns: rates, unit: '/s' },
      target: { is: 'at least', value: 4.9 },
    },
    {
      ...{ what: 'most in any second', value: Math.max(...most), turns: most, unit: '/s' },
      target: { is: 'at most', value: 5 },
    },
  ];
}

function rateOf(startsMs: readonly number[]): number {
  const [first = 0, last = 0] = [startsMs[0], startsMs.at(-1)];
  return ((startsMs.length - 1) * 1000) / (last - first);
}

function mostWithinASecond(startsMs: readonly number[]): number {
  return Math.max(
    ...startsMs.map((from) => startsMs.filter((at) => at >= from && at < from + 1000).length),
  );
}

export function isMet({ value, target }: Figure): boolean {
  if (target === null) return true;
  return target.is === 'at most' ? value <= target.value : value >= target.value;
}

/** A number of that figure, as it is shown. */
export function inWords(value: number, { unit }: Figure): string {
  if (unit === 'MB') return `${Math.round(value)} MB`;
  const text = value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return unit === '×' ? text : `${text}${unit}`;
}
