import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { findColumn, noColumn, type Column, type Fault, type Row, type Rows } from './columns.js';

/**
 * Reads choices by the name of their file: `beach.jpg: { caption: At last, fit: blur }`, or a text
 * alone, which is the caption. Every value is the text that is there.
 */
export function parseYaml(yaml: string): Rows {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { schema: 'failsafe', lineCounter: counter });
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const faults: Fault[] = [];
  const { contents } = document;
  const [error] = document.errors;
  if (error !== undefined) {
    const [said = ''] = error.message.split(/ at line \d|:\n/);
    const broken = { line: lineAt(error.pos[0]), text: `it is no YAML: ${said}` };
    return { broken, rows: [], faults };
  }
  if (contents === null) return { broken: null, rows: [], faults };
  if (!isMap(contents)) {
    const text = 'it must hold the choices by file, such as "beach.jpg: At last"';
    return { broken: { line: 1, text }, rows: [], faults };
  }
  const rows = contents.items.map(({ key, value }): Row => {
    const line = lineOf(key, lineAt);
    const cells = new Map<Column, string>([['file', textOf(key) ?? '']]);
    const caption = textOf(value);
    if (caption !== null) {
      if (caption.trim() !== '') cells.set('caption', caption);
    } else if (isMap(value)) {
      for (const pair of value.items) {
        const name = textOf(pair.key) ?? '';
        const column = findColumn(name);
        const text = textOf(pair.value);
        const at = { line: lineOf(pair.key, lineAt) };
        if (column === undefined || column === 'file') {
          faults.push({ ...at, text: noColumn(name) });
        } else if (text === null) {
          faults.push({ ...at, text: `${column} must be text, or a list of texts` });
        } else if (text.trim() !== '') {
          cells.set(column, text);
        }
      }
    } else {
      faults.push({ line, text: 'it must be a caption, or choices by name' });
    }
    return { line, cells };
  });
  return { broken: null, rows, faults };
}

/** Lists are written as in a cell: with commas between. */
function textOf(node: unknown): string | null {
  if (node === null) return '';
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  if (!isSeq(node)) return null;
  const texts = node.items.map(textOf);
  return texts.includes(null) ? null : texts.join(',');
}

function lineOf(node: unknown, lineAt: (offset: number) => number): number {
  return lineAt(isNode(node) ? (node.range?.[0] ?? 0) : 0);
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node);
}
