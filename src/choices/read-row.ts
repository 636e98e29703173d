import type { Settings } from '../settings.js';
import { readSeconds } from '../setting-fields.js';
import type { Column, Row } from './columns.js';

/** What was chosen for one file. */
export interface Choice {
  /** Where it stands: `holiday/captions.csv, line 7`. */
  readonly where: string;
  /** The settings that it sets, not checked yet. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly isLeftOut: boolean;
  /** What is wrong with it beside its values. */
  readonly faults: readonly string[];
}

const YES = /^(yes|y|true|1|x|ja)$/i;
const NO = /^(no|n|false|0|nein)$/i;

/** Makes settings of what stands in a row. */
export function readRow(
  row: Row,
  where: string,
  run: Pick<Settings, 'start' | 'maxDurationSeconds'>,
): Choice {
  const cell = (column: Column) => row.cells.get(column)?.trim() ?? '';
  const faults: string[] = [];
  const skip = cell('skip');
  if (skip !== '' && !YES.test(skip) && !NO.test(skip)) {
    faults.push(`skip must be yes or no (or x, 1, 0, true, false), not "${skip}"`);
  }
  const values = {
    caption: captionIn(cell('caption')),
    participants: cell('participants'),
    fit: cell('fit').toLowerCase(),
    crop: cell('crop')
      .split(/[\s,;]+/)
      .join(','),
    start: cell('start'),
  };
  const given = Object.entries(values).filter(([, value]) => value !== '');
  const end = cell('end');
  const cut = end === '' ? {} : cutAt(end, values.start, run, faults);
  return {
    ...{ where, faults, isLeftOut: YES.test(skip) },
    values: { ...Object.fromEntries(given), ...cut },
  };
}

/** Line breaks as WhatsApp has them. */
export function captionIn(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').trim();
}

/** An end is a length, and one status. */
function cutAt(
  end: string,
  start: string,
  run: Pick<Settings, 'start' | 'maxDurationSeconds'>,
  faults: string[],
): Readonly<Record<string, string | number>> {
  const from = start === '' ? run.start : readSeconds(start);
  const to = readSeconds(end);
  // A start that is no time is told of as such.
  if (Number.isNaN(from)) return {};
  const length = Number((to - from).toFixed(3));
  if (Number.isNaN(to)) {
    faults.push(`end must be seconds, or a time like 1:05, not "${end}"`);
  } else if (length < 1) {
    faults.push(`end must be at least 1 s after the start (${from} s), not "${end}"`);
  } else if (length > run.maxDurationSeconds) {
    faults.push(
      `from ${from} s to the end "${end}" are ${length} s, and a status has at most ${run.maxDurationSeconds} s`,
    );
  } else {
    return { maxDurationSeconds: length, long: 'trim' };
  }
  return {};
}
