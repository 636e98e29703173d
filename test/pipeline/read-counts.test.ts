import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { processFile } from '../../src/pipeline.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';
import { wrapPrograms } from '../support/wrapped-programs.js';

const MINUTES = 30;

// Bytes, not seconds: the same on every machine.
it('half an hour costs no more reading than its first minute', async () => {
  const folder = await tempFolder();
  const minute = join(folder, 'minute.mp4');
  const long = join(folder, 'long.mp4');
  const picture = 'testsrc2=size=320x180:rate=5';
  await make(['-f', 'lavfi', '-i', picture, '-t', '60', '-preset', 'ultrafast', minute]);
  await make(['-stream_loop', String(MINUTES - 1), '-i', minute, '-c', 'copy', long]);
  const [{ size: bytes }, { size: longBytes }] = [await stat(minute), await stat(long)];
  expect(longBytes).toBeGreaterThan(0.9 * MINUTES * bytes);
  const [short, whole] = [await countBytes(minute), await countBytes(long)];
  // All of a minute is read, so what is counted is what is read.
  expect(short).toBeGreaterThan(bytes);
  // The index of all frames, which is read by each program: 20 bytes a frame at most.
  const indexBytes = MINUTES * 60 * 5 * 20;
  expect(whole).toBeLessThan(short + 4 * indexBytes);
});

async function make(args: readonly string[]): Promise<void> {
  await runForBytes(bundledFfmpeg, ['-v', 'error', '-nostdin', ...args]);
}

/** What ffmpeg and ffprobe read of their inputs while a file is prepared, as they report it. */
async function countBytes(file: string): Promise<number> {
  const folder = await tempFolder();
  const reports = join(folder, 'reports');
  const report = `export FFREPORT=file='${reports}-'$$:level=40`;
  const env = await wrapPrograms(folder, () => report);
  const settings = { out: join(folder, 'out') };
  const outcomes: string[] = [];
  for await (const event of processFile(file, { goal: 'prepare', settings, env })) {
    if (event.type === 'result') outcomes.push(event.outcome);
  }
  expect(outcomes).toEqual(['prepared']);
  const names = (await readdir(folder)).filter((name) => name.startsWith('reports-'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const counts = texts.flatMap((text) => [...text.matchAll(/Statistics: (\d+) bytes read/g)]);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
