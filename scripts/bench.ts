// How fast statuscast is beside what could be done in its place: `npm run bench`.
//   npm run bench -- [WORKLOAD…] [--turns 4] [--scale 1] [--out bench.json]
// Prints a table, and puts the figures of every turn into a JSON file, after each workload and beside
// those of others that are in it already. With a smaller scale there is less of everything, for a
// quick look: start-up weighs more then. Of docs/bench.json the chart is drawn anew, and
// `npm run readme` puts its table into README.md.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { findFfmpeg } from '../src/ffmpeg/find-ffmpeg.js';
import { drawChart } from './bench/draw-chart.js';
import { inWords, isMet } from './bench/figures.js';
import { sizesAt } from './bench/inputs.js';
import { readBench, speedTable, type Bench, type Result } from './bench/speed-table.js';
import { removeFolders } from './bench/setting-up.js';
import { WORKLOADS } from './bench/workloads.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '4' },
    scale: { type: 'string', default: '1' },
    out: { type: 'string', default: 'bench.json' },
  },
});
const [turns, scale] = [Number(values.turns), Number(values.scale)];
const unknown = positionals.filter((name) => WORKLOADS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`${unknown.join()} is none of ${Object.keys(WORKLOADS).join(', ')}`);
}

const on = await describeMachine();
let bench: Bench = (await readBench(values.out)) ?? { results: {} };
try {
  for (const [name, { what, measure }] of Object.entries(WORKLOADS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`${name}: ${what}`);
    // oxlint-disable-next-line no-await-in-loop
    const measured = await measure(sizesAt(scale), turns);
    bench = withResult(bench, name, { what, turns, scale, on, ...measured });
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(values.out, `${JSON.stringify(bench, null, 2)}\n`);
    for (const figure of measured.figures) {
      const missed = isMet(figure) ? '' : ', missed';
      console.log(`  ${figure.what} ${inWords(figure.value, figure)}${missed}`);
    }
  }
} finally {
  await removeFolders();
}
if (path.resolve(values.out) === path.resolve('docs/bench.json')) {
  await writeFile('docs/bench.svg', drawChart(bench));
}
console.log(`\n${speedTable(bench)}`);

/** A result among the others, in the order of the table. */
function withResult({ results }: Bench, name: string, result: Result): Bench {
  const all = { ...results, [name]: result };
  const order = Object.keys(WORKLOADS);
  return {
    results: Object.fromEntries(
      Object.entries(all).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)),
    ),
  };
}

async function describeMachine(): Promise<Result['on']> {
  const ask = promisify(execFile);
  const { ffmpegPath } = await findFfmpeg();
  const ffmpeg = /version (\S+)/.exec((await ask(ffmpegPath, ['-version'])).stdout)?.[1];
  // What is measured need not be a clone.
  const git = await ask('git', ['describe', '--always', '--dirty']).catch(() => null);
  return {
    ...{ commit: git?.stdout.trim() ?? 'unknown', cores: availableParallelism() },
    ...{ memoryBytes: totalmem(), node: process.version, ffmpeg: ffmpeg ?? 'unknown' },
  };
}
