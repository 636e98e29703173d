import stringWidth from 'string-width';
import { fitPath, type Section } from './fit.js';
import { formatClock, formatShare } from './format.js';
import type { UnderWay } from './pace.js';
import type { RunState } from './run-state.js';
import { bar, ink } from './style.js';
import type { View } from './view-lines.js';

type Stage = UnderWay['stage'];

interface Lane {
  readonly name: string;
  readonly atWork: readonly Stage[];
  /** What waits for a place in it. */
  readonly before: readonly Stage[];
}

const LANES: readonly Lane[] = [
  { name: 'normalize', atWork: ['inspect', 'normalize'], before: ['found'] },
  { name: 'upload', atWork: ['upload'], before: ['normalized'] },
  { name: 'send', atWork: ['send', 'find-out'], before: ['uploaded'] },
];

/** The lanes of a run with what each works on. */
export function laneSections(state: RunState, view: View): readonly Section[] {
  const lanes = state.started?.goal === 'send' ? LANES : LANES.slice(0, 1);
  return lanes.map((lane, at) => {
    const all = [...state.underWay.values()];
    const atWork = all.filter(({ stage }) => lane.atWork.includes(stage));
    const inLine = all.filter(({ stage }) => lane.before.includes(stage)).length;
    // There is room for a few only between found and done; the others wait to be found.
    const toCome = at > 0 ? 0 : Math.max(0, (state.totals?.inputs ?? 0) - state.found.inputs);
    const counts = [
      `${atWork.length} at work`,
      ...(inLine + toCome > 0 ? [`${inLine + toCome} in line`] : []),
    ];
    const head = `${ink(view.style, 'bold', lane.name.padEnd(10))} ${counts.join(', ')}`;
    const rows = atWork.map((own) => rowOf(own, view));
    return { head, rows, keep: 'first', isApart: false };
  });
}

const BAR_CELLS = 10;
const WHAT_CELLS = 12;
const FIGURES_CELLS = 14;

/** A bar where it is known how far it has come, else how long it has been at it. */
function rowOf(own: UnderWay, { style, width, nowMs }: View): string {
  const { progress, input, part } = own;
  const total = progress?.total ?? null;
  const fraction =
    progress === null || total === null || total === 0 ? null : progress.done / total;
  const percent = fraction === null ? '' : `${Math.floor(Math.min(1, fraction) * 100)}%`;
  const clock = formatClock((nowMs - own.sinceMs) / 1000);
  const meter =
    fraction === null
      ? clock.padStart(BAR_CELLS + 5)
      : `${bar(style, fraction, BAR_CELLS)} ${percent.padStart(4)}`;
  const cells = [`  ${meter}`];
  if (width >= 66) cells.push(whatOf(own).padEnd(WHAT_CELLS));
  if (width >= 52) cells.push(figuresOf(own).padStart(FIGURES_CELLS));
  const name = part === null ? input : `${input} (${part.number} of ${part.of})`;
  const used = stringWidth(cells.join('  ')) + 2;
  return [...cells, fitPath(style, name, Math.max(1, width - used))].join('  ');
}

function whatOf({ stage, kind, action }: UnderWay): string {
  switch (stage) {
    case 'normalize':
      return `${action ?? ''} ${kind ?? ''}`;
    case 'inspect':
      return 'look into';
    case 'find-out':
      return 'find out';
    case 'upload':
    case 'send':
      return `${stage} ${kind ?? ''}`;
    case 'found':
    case 'normalized':
    case 'uploaded':
      return '';
  }
}

function figuresOf({ progress }: UnderWay): string {
  if (progress === null || progress.total === null) return '';
  const { unit, done, total } = progress;
  if (unit === 'seconds') return `${Math.min(done, total).toFixed(0)} of ${total.toFixed(0)} s`;
  return formatShare(done, total);
}
