import type { Finding, FindingState } from '../doctor/finding.js';
import { clean } from './format.js';

const NAME_WIDTH = 17;
const INDENT = ' '.repeat(9);

/** A finding for people: a line, and below it what to do. */
export function describeFinding({ state, name, message, advice }: Finding): string {
  const head = `${state.padEnd(8)} ${name.padEnd(NAME_WIDTH)} ${clean(message)}`;
  return advice === null ? head : `${head}\n${INDENT}${''.padEnd(NAME_WIDTH)} ${clean(advice)}`;
}

export function describeFindings(
  { ok, warning, problem }: Readonly<Record<FindingState, number>>,
  seconds: number,
): string {
  const counted = `${ok} ok, ${of(warning, 'warning')}, ${of(problem, 'problem')}`;
  return `${counted} in ${seconds.toFixed(1)} s`;
}

function of(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
