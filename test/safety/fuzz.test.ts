import { readdir, readFile, stat, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../support/fixtures.js';
import {
  expectAudioContract,
  expectImageContract,
  expectVideoContract,
} from '../support/contract.js';
import { resultsOf, runCli, summaryOf, type Result } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';
import { MANGLERS, randomOf } from './mutants.js';

/** To look further than a test may take: `FUZZ_SEED=7 FUZZ_MUTANTS=3000 npx vitest run test/safety`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const MUTANTS = Number(process.env['FUZZ_MUTANTS'] ?? 320);
/** No stage of one file may take longer. */
const STAGE_MS = 10_000;
/** It takes 35 s on two idle cores; a busy machine, or a program that starts slowly, takes longer. */
const WHOLE_MS = MUTANTS * 1000;

test(
  'no mangled file hangs it, crashes it, or leads to an output that breaks the contract',
  { timeout: WHOLE_MS + 60_000 + MUTANTS * 500 },
  async ({ signal }) => {
    const cwd = await tempFolder();
    const names = await makeMutants(path.join(cwd, 'in'));
    const limits = ['--probe-timeout-ms', '--normalize-timeout-ms'];
    const bounds = limits.flatMap((name) => [name, String(STAGE_MS)]);
    const begun = performance.now();
    const args = ['prepare', 'in', '--out', 'out', '--json', '--video-preset', 'ultrafast'];
    const { stdout, stderr, code } = await runCli([...args, ...bounds], { cwd });
    expect(performance.now() - begun).toBeLessThan(WHOLE_MS);
    expect([0, 1], stderr).toContain(code);
    const results = resultsOf(stdout);
    expect(results.map(({ input }) => path.basename(input)).toSorted()).toEqual(names.toSorted());
    expect(summaryOf(stdout).stopped).toBeNull();
    const prepared = results.filter(({ outcome }) => outcome === 'prepared');
    const faults: string[] = [];
    for (const { input, error } of results) {
      if (error?.code === 'internal') faults.push(`${input}: ${error.message}`);
    }
    for (const result of prepared) {
      if (signal.aborted) break;
      // oxlint-disable-next-line no-await-in-loop
      const fault = await contractFault(result);
      if (fault !== null) faults.push(`${result.input}: ${fault}`);
    }
    expect(faults).toEqual([]);
    // Both ends are met: what survives, and what is refused.
    expect(prepared.length).toBeGreaterThan(MUTANTS / 10);
    expect(results.length - prepared.length).toBeGreaterThan(MUTANTS / 10);
    console.log(`seed ${SEED}: ${prepared.length} of ${results.length} mutants prepared`);
  },
);

/** Small fixtures in turn, the large ones a little; each mutant is named by how it came to be. */
async function makeMutants(folder: string): Promise<readonly string[]> {
  await mkdir(folder);
  const random = randomOf(SEED);
  const all = (await readdir(fixture(''), { recursive: true })).filter(
    (name) => !name.endsWith('.json'),
  );
  const sized = await Promise.all(
    all.toSorted().map(async (name) => ({ name, info: await stat(fixture(name)) })),
  );
  const files = sized.filter(({ info }) => info.isFile() && info.size > 16);
  const small = files.filter(({ info }) => info.size < 100_000);
  const ways = Object.entries(MANGLERS);
  const names: string[] = [];
  for (let index = 0; index < MUTANTS; index++) {
    const pool = index % 40 === 39 ? files : small;
    const [way = '', mangle] = ways[index % ways.length] ?? [];
    const source = pool[(index * 7) % pool.length]?.name ?? '';
    const other = small[random(small.length)]?.name ?? '';
    // oxlint-disable-next-line no-await-in-loop
    const [bytes, otherBytes] = await Promise.all(
      [source, other].map((name) => readFile(fixture(name))),
    );
    if (mangle === undefined || bytes === undefined || otherBytes === undefined)
      throw new Error(way);
    const name = `${String(index).padStart(4, '0')}-${way}-${path.basename(source)}`;
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(path.join(folder, name), mangle(bytes, random, otherBytes));
    names.push(name);
  }
  return names;
}

async function contractFault({ kind, plan, output }: Result): Promise<string | null> {
  const file = output?.path ?? '';
  try {
    if (kind === 'image') await expectImageContract(file);
    else if (kind === 'audio') await expectAudioContract(file);
    else await expectVideoContract(file, plan?.action === 'encode' ? 'encoded' : 'copied');
    return null;
  } catch (thrown) {
    return String(thrown);
  }
}
