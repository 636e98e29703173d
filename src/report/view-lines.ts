import stringWidth from 'string-width';
import { fitLine, fitPath, layOut, type Section } from './fit.js';
import { clean, formatBytes, formatClock, formatShare } from './format.js';
import { laneSections } from './lane-lines.js';
import { describePlan } from './people.js';
import { namesOf, type Problem } from './problems.js';
import { paceOf, reached } from './pace.js';
import type { Recent, RunState } from './run-state.js';
import { bar, ink, marksOf, OUTCOME_INKS, spell, type Style } from './style.js';

export interface View {
  readonly nowMs: number;
  readonly width: number;
  readonly height: number;
  readonly style: Style;
  /** Interrupted, and finishing what must not be broken off. */
  readonly isEnding: boolean;
}

/**
 * The live view of a run: at most `height` lines of at most `width` columns, however many files
 * there are. What finds no room is counted.
 */
export function viewLines(state: RunState, view: View): readonly string[] {
  const { width, height, style } = view;
  const sections = [
    ...laneSections(state, view),
    ...problemSection(state, view),
    ...recentSection(state, view),
  ];
  const lines = layOut([overallLine(state, view), noticeLine(state, view)], sections, height);
  return lines.map((line) => fitLine(style, spell(style, line), width));
}

const BAR_MIN_CELLS = 8;
const BAR_MAX_CELLS = 40;

/** How far the whole has come; the bar takes what room the figures leave. */
function overallLine(state: RunState, { width, style, nowMs }: View): string {
  const { totals, found, done } = state;
  if (state.started?.watch === true) return watchLine(state, nowMs);
  const of = totals ?? found;
  const pace = paceOf(state, nowMs);
  // The first to go where there is no room comes last.
  const figures = [
    of.inputs === 0
      ? 'looking for files'
      : totals === null
        ? `${done.inputs} files`
        : `${done.inputs} of ${of.inputs} files`,
    ...(pace?.secondsLeft == null ? [] : [`${formatClock(pace.secondsLeft)} left`]),
    `${formatClock((nowMs - state.begunAtMs) / 1000)} gone`,
    ...(of.bytes === 0 ? [] : [formatShare(done.bytes, of.bytes)]),
    ...(pace === null ? [] : [formatRate(pace.inputsPerSecond)]),
    ...(pace === null ? [] : [`${formatBytes(pace.bytesPerSecond)}/s`]),
  ];
  const room = width - BAR_MIN_CELLS - 2;
  while (figures.length > 1 && stringWidth(figures.join('  ')) > room) figures.pop();
  const text = figures.join('  ');
  const cells = Math.min(BAR_MAX_CELLS, Math.max(0, width - stringWidth(text) - 2));
  const fraction = of.inputs === 0 ? 0 : reached(state).inputs / of.inputs;
  return cells < BAR_MIN_CELLS ? text : `${bar(style, fraction, cells)}  ${text}`;
}

/** A watch has no end that could be near or far. */
function watchLine({ underWay, begunAtMs }: RunState, nowMs: number): string {
  const files = underWay.size === 0 ? 'waiting for files' : `${underWay.size} under way`;
  return `watching for ${formatClock((nowMs - begunAtMs) / 1000)}: ${files}`;
}

function formatRate(perSecond: number): string {
  return perSecond >= 1
    ? `${perSecond.toFixed(1)} files/s`
    : `${(perSecond * 60).toFixed(1)} files/min`;
}

/** What is waited for is told anew at each look; one that is over for so long is over. */
const WAIT_GRACE_MS = 1500;

/** What holds the run up, in one line. */
function noticeLine({ started, waits }: RunState, { style, nowMs, isEnding }: View): string {
  if (isEnding) {
    const what = started?.goal === 'send' ? 'finishing the send in flight' : 'stopping';
    return ink(style, 'yellow', `Interrupted: ${what}. Ctrl-C again leaves at once.`);
  }
  const open = [...waits].filter(([, { untilMs }]) => untilMs + WAIT_GRACE_MS > nowMs);
  const [first] = open;
  if (first === undefined) return '';
  const [input, { why, untilMs }] = first;
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  const time = seconds < 100 ? `${seconds} s` : formatClock(seconds);
  const of = input === null ? '' : ` (${fitPath(style, input, 24).trimEnd()})`;
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  return ink(style, 'yellow', `waiting ${time}${more}: ${clean(why)}${of}`);
}

const MARKS = ['failed', 'uncertain', 'warning'] as const;

/** The last ones, newest below. */
function problemSection({ problems }: RunState, view: View): readonly Section[] {
  const { groups, more } = problems;
  if (groups.length === 0) return [];
  const counts = MARKS.flatMap((mark) => {
    const count = groups.reduce((sum, own) => sum + (own.mark === mark ? own.count : 0), 0);
    return count === 0 ? [] : [`${count} ${mark}`];
  });
  const all = [...counts, ...(more === 0 ? [] : [`${more} more`])].join(', ');
  const head = `${ink(view.style, 'bold', 'problems'.padEnd(10))} ${all}`;
  const rows = groups.slice(-PROBLEM_ROWS).map((problem) => problemRow(problem, view));
  return [{ head, rows, keep: 'last', isApart: true }];
}

const PROBLEM_ROWS = 6;

function problemRow(problem: Problem, view: View): string {
  const { mark, message } = problem;
  return row(mark, namesOf(problem, 1), message, view);
}

const OUTCOMES = ['sent', 'prepared', 'skipped', 'failed', 'uncertain'] as const;

function recentSection({ recent, counts }: RunState, view: View): readonly Section[] {
  if (recent.length === 0) return [];
  const all = OUTCOMES.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [`${counts[outcome]} ${outcome}`],
  );
  const head = `${ink(view.style, 'bold', 'done'.padEnd(10))} ${all.join(', ')}`;
  const rows = recent.map((own) => row(own.outcome, own.input, noteOf(own), view));
  return [{ head, rows, keep: 'last', isApart: true }];
}

function noteOf({ outcome, result, message }: Recent): string {
  const { detail } = result;
  return [outcome, message ?? detail ?? describePlan(result)].filter(Boolean).join(': ');
}

/** A mark, a name in its column, and what is to be said of it. */
function row(mark: keyof typeof OUTCOME_INKS, name: string, note: string, view: View): string {
  const { style, width } = view;
  const sign = ink(style, OUTCOME_INKS[mark], marksOf(style)[mark]);
  if (name === '') return `  ${sign} ${clean(note)}`;
  const cells = Math.max(10, Math.min(40, Math.floor(width * 0.35)));
  return `  ${sign} ${fitPath(style, name, cells)}  ${clean(note)}`;
}
