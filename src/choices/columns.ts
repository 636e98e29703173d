import { closestMatch } from 'leven';

/** What may be chosen for one file, in the order in which `init` writes it. */
export const COLUMNS = [
  ...(['file', 'caption', 'participants', 'fit', 'crop', 'start', 'end', 'skip'] as const),
];

export type Column = (typeof COLUMNS)[number];

/** What a file of choices says of one file, as it stands there. */
export interface Row {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<Column, string>;
}

/** Something wrong in a file of choices. */
export interface Fault {
  readonly line: number;
  readonly text: string;
}

export interface Rows {
  /** Why nothing of it can be read; null where it can. */
  readonly broken: Fault | null;
  readonly rows: readonly Row[];
  readonly faults: readonly Fault[];
}

export function findColumn(name: string): Column | undefined {
  const wanted = name.trim().toLowerCase();
  return COLUMNS.find((column) => column === wanted);
}

/** What is said of a column that there is not. */
export function noColumn(name: string): string {
  const wanted = name.trim().toLowerCase();
  const nearest = closestMatch(wanted, COLUMNS, { maxDistance: Math.ceil(wanted.length / 3) });
  const guess = nearest === undefined ? '' : ` (is it ${nearest}?)`;
  return `there is no column "${name.trim()}"${guess}, only ${COLUMNS.join(', ')}`;
}
