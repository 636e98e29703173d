import path from 'node:path';
import type { StartedEvent, SummaryEvent } from '../events.js';
import { clean } from './format.js';
import { namesOf } from './problems.js';
import type { RunState } from './run-state.js';
import { ink, marksOf, OUTCOME_INKS, spell, type Style } from './style.js';
import { tableLines } from './table.js';

export interface EndOptions {
  readonly style: Style;
  readonly isSandbox: boolean;
  /** What people type to call us. Default: `statuscast`. */
  readonly command?: string;
}

/** What stands at the end of a run: what was made, what failed, where it is, how to go on. */
export function endLines(
  state: RunState,
  { style, isSandbox, command = 'statuscast' }: EndOptions,
): readonly string[] {
  const { started, summary } = state;
  if (started === null || summary === null) return [];
  const blocks = [
    tableLines(state.table).map((line, at) => (at === 0 ? ink(style, 'dim', line) : line)),
    problemLines(state, style),
    [
      ...countLines(state, started, summary, style),
      ...placeLines(started, state.report),
      ...(isSandbox ? ['sandbox: nothing left this machine'] : []),
      ...nextLines(state, isSandbox, command),
    ],
  ].filter((lines) => lines.length > 0);
  return blocks
    .flatMap((lines) => ['', ...lines])
    .slice(1)
    .map((line) => spell(style, line));
}

const GROUPS_SHOWN = 12;
const NAMES_SHOWN = 3;

/** Warnings were told of when they came, unless they were painted over since. */
function problemLines({ problems }: RunState, style: Style): readonly string[] {
  const shown = problems.groups.slice(0, GROUPS_SHOWN);
  const hidden = problems.groups.slice(GROUPS_SHOWN).reduce((sum, { count }) => sum + count, 0);
  const more = hidden + problems.more;
  return [
    ...shown.flatMap((problem) => {
      const { mark, message } = problem;
      const head = `${ink(style, OUTCOME_INKS[mark], marksOf(style)[mark])} ${clean(message)}`;
      const names = clean(namesOf(problem, NAMES_SHOWN));
      return names === '' ? [head] : [head, `    ${names}`];
    }),
    ...(more === 0 ? [] : [`  and ${more} more: --json tells of each file`]),
  ];
}

function countLines(
  { notReached, skips, statuses, found }: RunState,
  { goal, watch }: StartedEvent,
  { counts, seconds, stopped }: SummaryEvent,
  style: Style,
): readonly string[] {
  const { sent, prepared, skipped, failed, uncertain } = counts;
  const reasons = Object.entries(skips).map(([reason, count]) => `${count} ${reason}`);
  const many = statuses === sent ? '' : ` (${statuses} statuses)`;
  const ends = [
    goal === 'prepare' ? `${prepared} prepared` : `${sent} sent${many}`,
    `${skipped} skipped${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`,
    `${failed - notReached} failed`,
    `${uncertain} uncertain`,
    ...(notReached > 0 ? [`${notReached} not reached`] : []),
  ];
  const lines = [ink(style, 'bold', `${ends.join(', ')} in ${seconds.toFixed(1)} s`)];
  if (found.inputs === 0 && !watch) lines.push('There was no file to be found.');
  const again = goal === 'prepare' ? 'begins anew' : 'goes on from here';
  if (stopped?.code === 'interrupted') lines.push(`Interrupted. The same command ${again}.`);
  else if (stopped !== null) {
    lines.push(clean(stopped.message), `Nothing is lost: the same command ${again}.`);
  }
  return lines;
}

/** Where things are. Outputs in the state directory are removed once they are posted. */
function placeLines({ outDir, stateDir }: StartedEvent, report: string | null): readonly string[] {
  const isKept = stateDir === null || outDir !== path.join(stateDir, 'outputs');
  const places = isKept ? [`outputs: ${outDir}`] : [];
  if (stateDir !== null) places.push(`ledger:  ${path.join(stateDir, 'ledger.db')}`);
  if (report !== null) places.push(`report:  ${report}`);
  return places;
}

/** How to go on. */
function nextLines(
  { started, summary, notReached }: RunState,
  isSandbox: boolean,
  command: string,
): readonly string[] {
  if (started?.stateDir === undefined || started.stateDir === null || summary === null) return [];
  const { sent, failed, uncertain } = summary.counts;
  const state = path.relative('', started.stateDir);
  const ofState = state === '.statuscast' ? '' : ` --state ${quote(state)}`;
  const ofAccount = `${ofState}${isSandbox ? ' --sandbox' : ''}`;
  const next = [
    ...(failed > notReached && summary.stopped === null
      ? [['the same command', 'tries what failed once more']]
      : []),
    ...(uncertain > 0 ? [[`${command} reconcile${ofAccount}`, 'finds out what is uncertain']] : []),
    ...(sent > 0 ? [[`${command} history${ofState}`, 'lists what was posted']] : []),
    ...(sent > 0 ? [[`${command} confirm${ofAccount}`, 'says who has seen it']] : []),
    ...(sent > 0 ? [[`${command} undo${ofAccount}`, 'deletes it again']] : []),
  ];
  const width = Math.max(...next.map(([call = '']) => call.length));
  return next.map(([call = '', what = ''], at) => {
    return `${at === 0 ? 'next:    ' : '         '}${call.padEnd(width)}  ${what}`;
  });
}

/** A word as a shell takes it for one. */
export function quote(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
