import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processFolder, type ResultEvent } from '../../src/index.js';

// Plans files and folders, then makes their outputs one after the other, and prints how far the
// estimates were off: `npm run bench:estimates -- DIR…`. Work is processor time, of this process and
// of the programs that it ran, so that what else the machine does matters little.

const paths = process.argv.slice(2);
const out = await mkdtemp(path.join(tmpdir(), 'statuscast-bench-'));
const settings = { out, concurrency: 1, maxInFlight: 1 };

const planned = new Map<string, ResultEvent>();
for await (const event of processFolder(paths, { goal: 'plan', settings })) {
  if (event.type === 'result' && event.outcome === 'planned') planned.set(event.input, event);
}

interface Row {
  readonly what: string;
  readonly bytes: readonly [estimated: number, real: number];
  readonly seconds: readonly [estimated: number, real: number];
}

const rows: Row[] = [];
let begun = processorSeconds();
for await (const event of processFolder(paths, { goal: 'prepare', settings })) {
  if (event.type !== 'result') continue;
  const took = processorSeconds() - begun;
  begun = processorSeconds();
  const { kind, plan, estimate } = planned.get(event.input) ?? event;
  if (estimate === null || event.output === null) continue;
  rows.push({
    what: `${kind}, ${plan?.action}`,
    bytes: [estimate.bytes, event.output.bytes],
    seconds: [estimate.seconds, took],
  });
}
await rm(out, { recursive: true, force: true });

console.log('| what | files | bytes: median error | sum | work: median error | sum |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const what of [...new Set(rows.map((row) => row.what))].sort()) tell(what, what);
tell('all', null);

function tell(name: string, what: string | null): void {
  const some = rows.filter((row) => what === null || row.what === what);
  const cells = (['bytes', 'seconds'] as const).flatMap((unit) => {
    const pairs = some.map((row) => row[unit]);
    const errors = pairs.map(([guess, real]) => Math.abs(guess / real - 1)).sort((a, b) => a - b);
    const sum = (index: 0 | 1) => pairs.reduce((total, pair) => total + pair[index], 0);
    const median = errors[Math.floor(errors.length / 2)] ?? 0;
    return [`${Math.round(median * 100)} %`, `${(sum(0) / sum(1)).toFixed(2)} ×`];
  });
  console.log(`| ${[name, some.length, ...cells].join(' | ')} |`);
}

/**
 * Of this process and of all programs that it ran and that have ended, as Linux counts it. What decodes
 * HEICs is kept for 10 s: its work is counted with another file.
 */
function processorSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}
