import type { Finding, FindingState } from '../doctor/finding.js';
import { clean, countOf } from './format.js';

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
  const counted = `${ok} ok, ${countOf(warning, 'warning')}, ${countOf(problem, 'problem')}`;
  return `${counted} in ${seconds.toFixed(1)} s`;
}
