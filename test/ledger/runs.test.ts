import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { LEASE_MS } from '../../src/ledger/runs.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

/** A run with a clock of its own, on a ledger that is closed when the test ends. */
async function openRun(scope: Scope, stateDir: string) {
  let nowMs = 0;
  const ledger = await openLedger(stateDir, { monotonicMs: () => nowMs });
  scope.onTestFinished(() => ledger.close());
  const run = await ledger.beginRun();
  return { ...run, ledger, pass: (ms: number) => (nowMs += ms) };
}

/** Reads or writes the file of a ledger behind its back. */
function query(stateDir: string, sql: string): readonly unknown[] {
  const db = new Database(path.join(stateDir, 'ledger.db'));
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

/** Makes a run one of another machine that is silent. */
function moveElsewhere(stateDir: string, id: number): void {
  query(stateDir, `UPDATE runs SET host = 'elsewhere' WHERE id = ${id} RETURNING id`);
}

test('a run that is silent for the time of a lease loses it, by the clock of who watches', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const [silent, watcher] = [await openRun(scope, stateDir), await openRun(scope, stateDir)];
  await silent.ledger.close();
  moveElsewhere(stateDir, silent.id);
  query(stateDir, `INSERT INTO leases VALUES ('a', ${silent.id}), ('b', ${silent.id}) RETURNING 1`);
  expect(await watcher.lease('a')).toBe(false);
  watcher.pass(LEASE_MS - 1);
  expect(await watcher.lease('a')).toBe(false);
  watcher.pass(1);
  expect(await watcher.lease('a')).toBe(true);
  // It was the run that died, not the lease.
  expect(await watcher.lease('b')).toBe(true);
});

test('a run that beats keeps its leases, however long that takes', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const [beating, watcher] = [await openRun(scope, stateDir), await openRun(scope, stateDir)];
  expect(await beating.lease('a')).toBe(true);
  await beating.ledger.close();
  moveElsewhere(stateDir, beating.id);
  for (let beat = 1; beat <= 4; beat++) {
    query(stateDir, `UPDATE runs SET beat = ${beat} WHERE id = ${beating.id} RETURNING 1`);
    expect(await watcher.lease('a')).toBe(false);
    watcher.pass(LEASE_MS - 1);
    expect(await watcher.lease('a')).toBe(false);
    watcher.pass(1);
  }
});

test('a run says that it is alive by itself, and is there again after it was taken for dead', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const run = await openRun(scope, stateDir);
  const beats = () => query(stateDir, 'SELECT beat FROM runs');
  const first = beats();
  while (JSON.stringify(beats()) === JSON.stringify(first)) await sleep(50);
  query(stateDir, 'DELETE FROM runs RETURNING id');
  while (beats().length === 0) await sleep(50);
  expect(query(stateDir, 'SELECT id FROM runs')).toMatchObject([{ id: run.id }]);
});

test('the lease of a process on this machine that is gone is taken over at once', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const [dead, watcher] = [await openRun(scope, stateDir), await openRun(scope, stateDir)];
  expect(await dead.lease('a')).toBe(true);
  await dead.ledger.close();
  expect(await watcher.lease('a')).toBe(false);
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  query(stateDir, `UPDATE runs SET pid = ${child.pid} WHERE id = ${dead.id} RETURNING 1`);
  expect(await watcher.lease('a')).toBe(true);
});

test('a process that has the number of one that is gone is not taken for it', async (scope) => {
  scope.skip(process.platform !== 'linux', 'only Linux says when a process began');
  const stateDir = await makeScratchFolder(scope);
  const [dead, watcher] = [await openRun(scope, stateDir), await openRun(scope, stateDir)];
  expect(await dead.lease('a')).toBe(true);
  await dead.ledger.close();
  query(stateDir, `UPDATE runs SET began = '1' WHERE id = ${dead.id} RETURNING 1`);
  expect(await watcher.lease('a')).toBe(true);
});

test('a process of another machine is not looked for on this one', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const [other, watcher] = [await openRun(scope, stateDir), await openRun(scope, stateDir)];
  expect(await other.lease('a')).toBe(true);
  await other.ledger.close();
  // Of the same name, as containers may be, but numbered apart.
  const host = `${hostname()} another-start pid:[1]`;
  query(
    stateDir,
    `UPDATE runs SET host = '${host}', pid = 999999999 WHERE id = ${other.id} RETURNING 1`,
  );
  expect(await watcher.lease('a')).toBe(false);
});
