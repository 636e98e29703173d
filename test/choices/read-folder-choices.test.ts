import { appendFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rememberCaptions } from '../../src/choices/read-folder-choices.js';
import { tempFolder } from '../support/temp-folder.js';

const STEADY_MS = 400;

test('a table is read once nobody writes to it any more: half of it would leave somebody out', async () => {
  const file = path.join(await tempFolder(), 'captions.csv');
  await writeFile(file, '');
  const reading = rememberCaptions(STEADY_MS)(file);
  await sleep(STEADY_MS / 2);
  await appendFile(file, 'file,participants\na.jpg,fam');
  await sleep(STEADY_MS / 2);
  await appendFile(file, 'ily\n');
  const { rows } = await reading;
  expect(rows.map(({ cells }) => [...cells.values()])).toEqual([['a.jpg', 'family']]);
});

test('a table that is whole is not waited for, nor one of the future', async () => {
  const file = path.join(await tempFolder(), 'captions.csv');
  await writeFile(file, 'file,caption\na.jpg,x\n');
  const nowSeconds = Date.now() / 1000;
  for (const seconds of [nowSeconds - 100_000, nowSeconds + 100_000]) {
    await utimes(file, seconds, seconds);
    const begunMs = performance.now();
    const { rows } = await rememberCaptions(60_000)(file);
    expect(rows).toHaveLength(1);
    expect(performance.now() - begunMs).toBeLessThan(30_000);
  }
});
