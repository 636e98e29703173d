import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { factsOf } from '../contract/ledger-facts.js';
import { describeLedger, type OpenStore } from '../contract/ledger-contract.js';
import { describeRuns } from '../contract/run-contract.js';
import { WAYS } from '../contract/ledger-steps.js';
import { failureOf } from '../support/failure.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

const CHILD = fileURLToPath(new URL('../support/ledger-child.ts', import.meta.url));

/** Opens a ledger that is closed when the test ends, if not before. */
async function open(scope: Scope, stateDir: string) {
  const ledger = await openLedger(stateDir);
  scope.onTestFinished(() => ledger.close());
  return ledger;
}

const inFolder: OpenStore = async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  return { open: () => open(scope, stateDir) };
};
describeLedger('SQLite', inFolder);
describeRuns('SQLite', inFolder);

async function runChild(...args: readonly string[]): Promise<string> {
  const argv = ['--import', 'tsx', CHILD, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 60_000 });
  return stdout;
}

describe('a ledger outlives', () => {
  test('a run that is killed when its request is about to leave', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    await expect(runChild('die', stateDir)).rejects.toMatchObject({ signal: 'SIGKILL' });
    const entry = await (await open(scope, stateDir)).find(['k']);
    expect(entry).toMatchObject({
      ...factsOf('k'),
      ...{ state: 'sending', attemptedAtMs: 1000, idMessage: null },
      link: { urlFile: 'https://example.com/a.jpg', expiresAtMs: 1 },
    });
  });

  test('runs that open it anew and claim at the same moment: one is told yes', async (scope) => {
    const stateDir = path.join(await makeScratchFolder(scope), 'state');
    // Late enough for all of them to be up on a busy machine.
    const atMs = String(Date.now() + 4000);
    const runs = Array.from({ length: 4 }, () => runChild('race', stateDir, atMs));
    expect((await Promise.all(runs)).toSorted()).toEqual(['false', 'false', 'false', 'true']);
    const entry = await (await open(scope, stateDir)).find(['k']);
    expect(entry?.state).toBe('sending');
  });
});

test('a row of the first version, which knew of no fits, is still read', async (scope) => {
  const stateDir = await makeScratchFolder(scope);
  const ledger = await open(scope, stateDir);
  await ledger.recordNormalized(factsOf('k'));
  const db = new Database(path.join(stateDir, 'ledger.db'));
  db.prepare('UPDATE statuses SET plan = ?').run('{"action":"keep","reasons":[]}');
  db.close();
  const entry = await ledger.find(['k']);
  expect(entry?.plan).toEqual({ action: 'keep', reasons: [], fit: null, crop: null });
});

describe('a state directory', () => {
  test('is made where it is missing, for its owner alone', async (scope) => {
    const stateDir = path.join(await makeScratchFolder(scope), 'a/b/.statuscast');
    await open(scope, stateDir);
    expect((await stat(stateDir)).mode & 0o077).toBe(0);
    expect(await readdir(stateDir)).toContain('ledger.db');
  });

  test('whose ledger is of a newer version is refused, and left as it is', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    const file = path.join(stateDir, 'ledger.db');
    const newer = new Database(file);
    newer.exec('CREATE TABLE marvels (name TEXT); PRAGMA user_version = 99');
    newer.close();
    const before = await readFile(file);
    const failure = await failureOf(openLedger(stateDir));
    expect(failure.facts).toMatchObject({ code: 'ledger-unusable', path: file });
    expect(failure.message).toContain('newer statuscast (format 99');
    expect(await readFile(file)).toEqual(before);
    expect(await readdir(stateDir)).toEqual(['ledger.db']);
  });

  test('that is a file is refused', async (scope) => {
    const stateDir = path.join(await makeScratchFolder(scope), 'state');
    await writeFile(stateDir, 'mine');
    expect(await failureOf(openLedger(stateDir))).toMatchObject({ code: 'ledger-unusable' });
    expect(await readFile(stateDir, 'utf8')).toBe('mine');
  });

  test('below a file is refused', async (scope) => {
    const file = path.join(await makeScratchFolder(scope), 'file');
    await writeFile(file, 'mine');
    const failure = await failureOf(openLedger(path.join(file, 'state')));
    expect(failure.code).toBe('ledger-unusable');
  });

  test('whose ledger is a folder is refused', async (scope) => {
    const stateDir = await makeScratchFolder(scope);
    await mkdir(path.join(stateDir, 'ledger.db'));
    const failure = await failureOf(openLedger(stateDir));
    expect(failure.code).toBe('ledger-unusable');
    expect(failure.message).toContain('it cannot be opened; look at its disk and permissions');
  });

  test('that cannot be written is refused', async (scope) => {
    scope.skip(process.getuid?.() === 0, 'nothing is forbidden to root');
    const stateDir = await makeScratchFolder(scope);
    await chmod(stateDir, 0o500);
    scope.onTestFinished(() => chmod(stateDir, 0o700));
    expect(await failureOf(openLedger(stateDir))).toMatchObject({ code: 'ledger-unusable' });
  });

  test('that can no longer be written is refused, and its ledger left as it is', async (scope) => {
    scope.skip(process.getuid?.() === 0, 'nothing is forbidden to root');
    const stateDir = await makeScratchFolder(scope);
    await WAYS.sent(await open(scope, stateDir), 'k');
    await (await open(scope, stateDir)).close();
    const file = path.join(stateDir, 'ledger.db');
    const before = await readFile(file);
    await chmod(stateDir, 0o500);
    scope.onTestFinished(() => chmod(stateDir, 0o700));
    expect(await failureOf(openLedger(stateDir))).toMatchObject({ code: 'ledger-unusable' });
    expect(await readFile(file)).toEqual(before);
  });
});
