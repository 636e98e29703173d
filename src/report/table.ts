import type { ResultEvent } from '../events.js';
import { KINDS, type Kind } from '../job.js';
import { formatBytes } from './format.js';

/** What was made, by kind. */
export type Table = Readonly<Record<Kind, Row>>;

interface Row {
  readonly files: number;
  readonly keep: number;
  readonly remux: number;
  readonly encode: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const NONE: Row = { files: 0, keep: 0, remux: 0, encode: 0, bytesIn: 0, bytesOut: 0 };

export const EMPTY_TABLE: Table = { image: NONE, audio: NONE, video: NONE };

/** What was sent or prepared goes in. */
export function addToTable(table: Table, result: ResultEvent, bytesIn: number): Table {
  const { kind, plan, outcome, output, parts } = result;
  const isMade = outcome === 'sent' || outcome === 'prepared';
  if (!isMade || kind === null || plan === null || plan.action === 'refuse') return table;
  const row = table[kind];
  const outputs = parts === null ? [output] : parts.map((part) => part.output);
  const bytesOut = outputs.reduce((sum, own) => sum + (own?.bytes ?? 0), row.bytesOut);
  const counted = { files: row.files + 1, [plan.action]: row[plan.action] + 1 };
  return { ...table, [kind]: { ...row, ...counted, bytesIn: row.bytesIn + bytesIn, bytesOut } };
}

const HEADS = ['', 'files', 'kept', 'remuxed', 'encoded', 'in', 'out'] as const;
const WIDTHS = [7, 6, 6, 8, 8, 10, 10] as const;

/** The table as lines; none where nothing was made. */
export function tableLines(table: Table): readonly string[] {
  const rows = KINDS.flatMap((kind) =>
    table[kind].files === 0 ? [] : [cellsOf(kind, table[kind])],
  );
  if (rows.length === 0) return [];
  if (rows.length > 1) rows.push(cellsOf('all', KINDS.map((kind) => table[kind]).reduce(add)));
  return [HEADS, ...rows].map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[at] ?? 0)))
      .join(''),
  );
}

function cellsOf(name: string, row: Row): readonly string[] {
  const counts = [row.files, row.keep, row.remux, row.encode].map(String);
  return [name, ...counts, formatBytes(row.bytesIn), formatBytes(row.bytesOut)];
}

function add(a: Row, b: Row): Row {
  return {
    files: a.files + b.files,
    keep: a.keep + b.keep,
    remux: a.remux + b.remux,
    encode: a.encode + b.encode,
    bytesIn: a.bytesIn + b.bytesIn,
    bytesOut: a.bytesOut + b.bytesOut,
  };
}
