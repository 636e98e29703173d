// How fast statuscast is beside what could be done in its place: `npm run bench`.
//   npm run bench -- [WORKLOAD…] [--turns 3] [--scale 1] [--out bench.json]
// Prints a table, and puts the figures of every turn into a JSON file beside those of other
// workloads that are in it already. With a smaller scale there is less of everything, for a quick
// look: start-up weighs more then. Of docs/bench.json the chart is drawn anew, and `npm run readme`
// puts its table into README.md.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { findFfmpeg } from '../src/ffmpeg/find-ffmpeg.js';
import { drawChart } from './bench/draw-chart.js';
import { inWords, isMet } from './bench/figures.js';
import { sizesAt } from './bench/inputs.js';
import { readBench, speedTable, type Bench } from './bench/speed-table.js';
import { removeFolders } from './bench/setting-up.js';
import { WORKLOADS } from './bench/workloads.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    out: { type: 'string', default: 'bench.json' },
  },
});
const [turns, scale] = [Number(values.turns), Number(values.scale)];
const unknown = positionals.filter((name) => WORKLOADS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`${unknown.join()} is none of ${Object.keys(WORKLOADS).join(', ')}`);
}

const { ffmpegPath } = await findFfmpeg();
const { stdout } = await promisify(execFile)(ffmpegPath, ['-version']);
const machine = {
  ...{ cores: availableParallelism(), memoryBytes: totalmem() },
  ...{ node: process.version, ffmpeg: /version (\S+)/.exec(stdout)?.[1] ?? 'unknown' },
};
const known = await readBench(values.out);
const measured: Record<string, Bench['results'][string]> = {};
try {
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    // oxlint-disable-next-line no-await-in-loop
    const { figures, scores } = await workload.measure(sizesAt(scale), turns);
    measured[name] = { what: workload.what, turns, scale, figures, scores };
    for (const figure of figures) {
      const missed = isMet(figure) ? '' : ', missed';
      console.log(`${name}: ${figure.what} ${inWords(figure.value, figure)}${missed}`);
    }
  }
} finally {
  await removeFolders();
}
const all = Object.entries({ ...known?.results, ...measured });
const order = Object.keys(WORKLOADS);
const results = Object.fromEntries(all.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
const bench: Bench = { machine, results };
await writeFile(values.out, `${JSON.stringify(bench, null, 2)}\n`);
if (path.resolve(values.out) === path.resolve('docs/bench.json')) {
  await writeFile('docs/bench.svg', drawChart(bench));
}
console.log(`\n${speedTable(bench)}`);
