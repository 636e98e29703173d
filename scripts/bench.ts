// How fast statuscast is beside what could be done in its place: `npm run bench`.
//   npm run bench -- [WORKLOAD…] [--turns 3] [--scale 1]
// Prints a table and writes every turn's figures to bench.json. With a smaller scale there is less
// of everything, for a quick look: start-up weighs more then.
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { findFfmpeg } from '../src/ffmpeg/find-ffmpeg.js';
import type { Figure, Measured } from './bench/figures.js';
import { sizesAt } from './bench/inputs.js';
import { removeFolders } from './bench/setting-up.js';
import { WORKLOADS } from './bench/workloads.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
  },
});
const [turns, scale] = [Number(values.turns), Number(values.scale)];
const unknown = positionals.filter((name) => WORKLOADS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`${unknown.join()} is none of ${Object.keys(WORKLOADS).join(', ')}`);
}

const results: Record<string, Measured & { readonly what: string }> = {};
try {
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    // oxlint-disable-next-line no-await-in-loop
    const measured = await workload.measure(sizesAt(scale), turns);
    results[name] = { what: workload.what, ...measured };
    for (const figure of measured.figures) console.log(`${name}: ${inWords(figure)}`);
  }
} finally {
  await removeFolders();
}
const { version } = await findFfmpeg();
const machine = { cores: availableParallelism(), memoryBytes: totalmem(), node: process.version };
await writeFile(
  'bench.json',
  JSON.stringify({ turns, scale, machine: { ...machine, ffmpeg: version }, results }, null, 2),
);

console.log('\n| workload | figure | measured | should be |\n| --- | --- | --- | --- |');
for (const { what, figures } of Object.values(results)) {
  for (const figure of figures) {
    const { target } = figure;
    const should = target === null ? '' : `${target.is} ${target.value}`;
    console.log(`| ${what} | ${figure.what} | ${valueOf(figure)} | ${should} |`);
  }
}

function inWords(figure: Figure): string {
  return `${figure.what} ${valueOf(figure)}${isMet(figure) ? '' : ', missed'}`;
}

function valueOf({ value, unit }: Figure): string {
  return unit === 'MB' ? `${Math.round(value)} MB` : `${value.toPrecision(3)} ${unit}`;
}

function isMet({ value, target }: Figure): boolean {
  if (target === null) return true;
  return target.is === 'at most' ? value <= target.value : value >= target.value;
}
