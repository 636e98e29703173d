import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  expectAudioContract,
  expectImageContract,
  expectVideoContract,
} from './support/contract.js';
import { resultsOf, ROOT, runCli, summaryOf, type Result } from './support/run-cli.js';
import { tempFolder } from './support/temp-folder.js';

const corpus = path.join(ROOT, '../shared/corpus');
const isThere = existsSync(corpus);
if (!isThere) console.log(`skipped: the corpus of real files is not beside the project`);

const TIMEOUT_MS = 15 * 60_000;

test.skipIf(!isThere)(
  'no real file crashes it, hangs it, or leads to an output that breaks the contract',
  { timeout: TIMEOUT_MS },
  async () => {
    const cwd = await tempFolder();
    const args = ['prepare', corpus, '--out', 'out', '--json'];
    const { stdout, stderr, code } = await runCli(args, { cwd });
    expect([0, 1], stderr).toContain(code);
    const results = resultsOf(stdout);
    const { counts, stopped } = summaryOf(stdout);
    expect(stopped).toBeNull();
    expect(results.length).toBeGreaterThan(170);
    expect(counts.prepared).toBeGreaterThan(140);
    for (const result of results) {
      if (result.outcome === 'prepared') await expectContract(result);
      else expect(result.error?.code, result.input).not.toBe('internal');
    }
    const refused = results.filter(({ outcome }) => outcome !== 'prepared');
    console.log(
      [
        `${counts.prepared} prepared, ${refused.length} not:`,
        ...refused.map(({ input, error, detail }) => {
          return `  ${path.basename(input)}: ${error?.message ?? detail}`;
        }),
      ].join('\n'),
    );
  },
);

async function expectContract({ input, kind, plan, output }: Result): Promise<void> {
  const file = output?.path ?? '';
  try {
    if (kind === 'image') await expectImageContract(file);
    else if (kind === 'audio') await expectAudioContract(file);
    else await expectVideoContract(file, plan?.action === 'encode' ? 'encoded' : 'copied');
  } catch (cause) {
    throw new Error(`the output of ${input} breaks the contract: ${String(cause)}`, { cause });
  }
}
