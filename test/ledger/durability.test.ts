import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

const CHILD = fileURLToPath(new URL('../support/ledger-steps-child.ts', import.meta.url));

/** How often each step of a ledger waited for the disk; null where nothing tells. */
async function countSyncs(scope: Scope): Promise<Readonly<Record<string, number>> | null> {
  const folder = await makeScratchFolder(scope);
  const trace = path.join(folder, 'trace');
  const strace = ['-f', '-e', 'trace=fsync,fdatasync,write', '-s', '64', '-o', trace];
  const child = [process.execPath, '--import', 'tsx', CHILD, path.join(folder, 'state')];
  try {
    await promisify(execFile)('strace', [...strace, ...child], { timeout: 100_000 });
  } catch {
    return null;
  }
  const counts: Record<string, number> = {};
  let step: string | null = null;
  for (const line of (await readFile(trace, 'utf8')).split('\n')) {
    const begun = /write\(2, "step (\w+)\\n"/.exec(line)?.[1];
    if (begun !== undefined) {
      step = begun;
      counts[step] = 0;
    } else if (step !== null && /\bf(data)?sync\(/.test(line)) {
      counts[step] = (counts[step] ?? 0) + 1;
    }
  }
  return counts;
}

test('what a send depends on waits for the disk, what may be repeated does not', async (scope) => {
  const counts = await countSyncs(scope);
  if (counts === null) return scope.skip('strace does not run here');
  const { end: _end, ...steps } = counts;
  const waits = (step: string) => (steps[step] ?? 0) > 0;
  expect(Object.fromEntries(Object.keys(steps).map((step) => [step, waits(step)]))).toEqual({
    ...{ beginRun: false, recordNormalized: false, recordUploaded: false },
    ...{ claimSend: true, recordSent: true, claimMessage: true },
    ...{ recordUncertain: true, recordFailed: true, recordUndone: true },
    recordConfirmation: false,
  });
});
