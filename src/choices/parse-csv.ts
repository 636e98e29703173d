import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { findColumn, noColumn, type Column, type Fault, type Row, type Rows } from './columns.js';

const recordsSchema = z.array(z.array(z.string()));

/** Reads a table as any Excel writes it: with commas, semicolons or tabs, with or without `sep=;`. */
export function parseCsv(text: string): Rows {
  const [hint = '', told] = /^sep=(.)(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  const table = text.slice(hint.length);
  const linesBefore = hint === '' ? 0 : 1;
  try {
    const records = recordsSchema.parse(
      parse(table, {
        delimiter: told ?? delimiterOf(table),
        record_delimiter: ['\r\n', '\n', '\r'],
        ...{ relax_column_count: true, relax_quotes: true },
      }),
    );
    let next = linesBefore + 1;
    const [header, ...rest] = records.map((cells) => {
      const line = next;
      next += 1 + cells.reduce((sum, cell) => sum + breaksIn(cell), 0);
      return { line, cells };
    });
    if (header === undefined) return { broken: null, rows: [], faults: [] };
    return readTable(header, rest);
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = linesBefore + Number(thrown['lines'] ?? 1);
    const [said = ''] = thrown.message.split(':');
    return { broken: { line, text: `it is no CSV: ${said}` }, rows: [], faults: [] };
  }
}

interface Line {
  readonly line: number;
  readonly cells: readonly string[];
}

function readTable(header: Line, lines: readonly Line[]): Rows {
  const faults: Fault[] = [];
  const columns = header.cells.map(findColumn);
  const { line } = header;
  for (const [at, name] of header.cells.entries()) {
    const column = columns[at];
    if (column === undefined && name.trim() !== '') faults.push({ line, text: noColumn(name) });
    if (column !== undefined && columns.indexOf(column) !== at) {
      faults.push({ line, text: `the column "${column}" is there twice` });
    }
  }
  if (!columns.includes('file')) {
    // Without it nothing says which file anything is of.
    const missing = { line, text: 'there is no column "file"' };
    return { broken: null, rows: [], faults: [...faults, missing] };
  }
  const rows = lines.flatMap((each): readonly Row[] => {
    const cells = new Map<Column, string>();
    for (const [at, cell] of each.cells.entries()) {
      const column = columns[at];
      if (cell.trim() === '') continue;
      if (column !== undefined) {
        cells.set(column, cell);
      } else if (header.cells[at] === undefined || header.cells[at].trim() === '') {
        const text = `there is "${cell.trim()}" beside the columns: a text that holds what separates them needs quotes`;
        faults.push({ line: each.line, text });
      }
    }
    return cells.size === 0 ? [] : [{ line: each.line, cells }];
  });
  return { broken: null, rows, faults };
}

/** The one that stands in the first line: no name of a column holds one. */
function delimiterOf(table: string): string {
  const [first = ''] = table.split(/\r\n|\r|\n/, 1);
  return [';', '\t', ','].find((delimiter) => first.includes(delimiter)) ?? ',';
}

function breaksIn(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}
