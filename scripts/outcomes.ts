import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { processFolder, type ResultEvent } from '../src/index.js';

// Prepares files and folders and prints what became of each, as a table: its kind, what was done,
// how many seconds it took, and why.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '.statuscast-outcomes' },
    // A file of settings as JSON, to see what they change.
    settings: { type: 'string' },
  },
});

const settings =
  values.settings === undefined
    ? {}
    : z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(values.settings, 'utf8')));

const begunMs = new Map<string, number>();
const rows: { readonly result: ResultEvent; readonly seconds: number }[] = [];
for await (const event of processFolder(positionals, {
  goal: 'prepare',
  settings: { ...settings, out: values.out },
})) {
  if (event.type === 'stage' && event.stage === 'inspect') {
    begunMs.set(event.input, performance.now());
  }
  if (event.type !== 'result') continue;
  const sinceMs = begunMs.get(event.input) ?? performance.now();
  rows.push({ result: event, seconds: (performance.now() - sinceMs) / 1000 });
}

rows.sort((a, b) => (a.result.input < b.result.input ? -1 : 1));
console.log('| file | was | became | seconds | why |\n| --- | --- | --- | --- | --- |');
for (const { result, seconds } of rows) {
  const { kind, plan, source, outcome, error, detail } = result;
  const became = outcome === 'prepared' ? `${kind}, ${plan?.action}` : outcome;
  const why = error?.message ?? detail ?? plan?.reasons.join('; ') ?? '';
  const cells = [path.basename(result.input), source ?? '', became, seconds.toFixed(2), why];
  console.log(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
}
const slowest = rows.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3);
console.log(
  `\n${rows.length} files; the slowest: ${slowest
    .map(({ result, seconds }) => `${path.basename(result.input)} ${seconds.toFixed(1)} s`)
    .join(', ')}`,
);
