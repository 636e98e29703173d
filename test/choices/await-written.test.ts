import { appendFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAwaitWritten } from '../../src/choices/await-written.js';
import { tempFolder } from '../support/temp-folder.js';

const STEADY_MS = 1500;

async function makeTable() {
  const folder = await tempFolder();
  const file = path.join(folder, 'captions.csv');
  await writeFile(file, '');
  return { folder, file };
}

test('a table is waited for while somebody writes to it, and not once it is known to be whole', async () => {
  const { folder, file } = await makeTable();
  const awaitWritten = createAwaitWritten(STEADY_MS, undefined);
  let writtenMs = 0;
  let wholeMs = 0;
  const waiting = awaitWritten(folder).then((fault) => {
    wholeMs = performance.now();
    return fault;
  });
  for (let piece = 0; piece < 5; piece++) {
    await sleep(STEADY_MS / 5);
    await appendFile(file, 'file,participants\n');
    writtenMs = performance.now();
  }
  await expect(waiting).resolves.toBeNull();
  expect(wholeMs).toBeGreaterThan(writtenMs);
  const begunMs = performance.now();
  await expect(awaitWritten(folder)).resolves.toBeNull();
  expect(performance.now() - begunMs).toBeLessThan(STEADY_MS);
});

test('a table that somebody goes on writing is none to go by', async () => {
  const { folder, file } = await makeTable();
  const ending = new AbortController();
  const writing = (async () => {
    for (; !ending.signal.aborted; await sleep(5)) await appendFile(file, 'x\n');
  })();
  const fault = await createAwaitWritten(200, undefined)(folder);
  ending.abort();
  await writing;
  expect(fault).toMatch(/captions\.csv: it is still being written$/);
});

test('a table of long ago is not waited for, and a signal ends the wait', async () => {
  const { folder, file } = await makeTable();
  const begunMs = performance.now();
  const interrupted = createAwaitWritten(60_000, AbortSignal.timeout(50));
  await expect(interrupted(folder)).resolves.toBeNull();
  const hourAgo = Date.now() / 1000 - 3600;
  await utimes(file, hourAgo, hourAgo);
  await expect(createAwaitWritten(60_000, undefined)(folder)).resolves.toBeNull();
  expect(performance.now() - begunMs).toBeLessThan(1500);
});
