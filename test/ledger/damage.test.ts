import { execFile } from 'node:child_process';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { readLedger } from '../../src/ledger/read-ledger.js';
import { factsOf } from '../contract/ledger-facts.js';
import { WAYS } from '../contract/ledger-steps.js';
import { failureOf } from '../support/failure.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

const CHILD = fileURLToPath(new URL('../support/ledger-child.ts', import.meta.url));
const PAGE_BYTES = 4096;

/**
 * A state directory whose ledger knows many statuses, all of them in its file. Nobody has it open:
 * it is a copy, as libsql closes a connection when its statements are collected as garbage, and
 * whoever closes the last one removes the log.
 */
async function makeState(scope: Scope): Promise<{ stateDir: string; file: string }> {
  const made = await makeScratchFolder(scope);
  const ledger = await openLedger(made);
  for (let number = 0; number < 60; number++) await ledger.recordNormalized(factsOf(`k${number}`));
  await WAYS.sent(ledger, 'sent');
  await ledger.close();
  const stateDir = await makeScratchFolder(scope);
  const file = path.join(stateDir, 'ledger.db');
  await copyFile(path.join(made, 'ledger.db'), file);
  return { stateDir, file };
}

async function overwrite(file: string, offset: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, offset);
  await handle.close();
}

async function emptied(file: string): Promise<void> {
  await mkdir(path.join(path.dirname(file), 'outputs'));
  await truncate(file);
}

/** Each way to damage a ledger's file. */
const DAMAGES: readonly (readonly [string, (file: string) => Promise<void>])[] = [
  ['garbage', (file) => writeFile(file, 'not a database, but somebody may need it '.repeat(200))],
  ['a torn header', (file) => writeFile(file, Buffer.from('SQLite format 3\0\x10\0'))],
  ['of a garbled header', (file) => overwrite(file, 0, Buffer.alloc(100, 0xa7))],
  ['garbled in the middle', (file) => overwrite(file, 3 * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, 7))],
  ['emptied in the middle', (file) => overwrite(file, 4 * PAGE_BYTES, Buffer.alloc(PAGE_BYTES))],
  ['cut off to nothing, by a run that has made outputs', emptied],
  ['cut off', async (file) => truncate(file, Math.floor((await stat(file)).size / 2))],
];

describe('a damaged ledger', () => {
  test.for(DAMAGES)('(%s) is set aside, and none takes its place', async ([, damage], scope) => {
    const { stateDir, file } = await makeState(scope);
    await damage(file);
    const damaged = await readFile(file);
    const failure = await failureOf(openLedger(stateDir));
    expect(failure.facts).toMatchObject({ code: 'ledger-unusable', path: file });
    const names = (await readdir(stateDir)).filter((name) => name.endsWith('.db'));
    expect(names).toEqual([expect.stringMatching(/^ledger-corrupt-\d{8}T\d{6}Z\.db$/)]);
    const aside = path.join(stateDir, names[0] ?? '');
    expect(failure.message).toContain(aside);
    expect(failure.message).toContain('does not know what was posted');
    expect(failure.message).toMatch(/backup back as ledger\.db.*move or delete/);
    expect(await readFile(aside)).toEqual(damaged);

    const again = await failureOf(openLedger(stateDir));
    expect(again.message).toBe(failure.message);
    expect((await readdir(stateDir)).filter((name) => name.endsWith('.db'))).toEqual(names);
  });

  test('is told by who only looks as well where it is emptied', async (scope) => {
    const { stateDir, file } = await makeState(scope);
    await emptied(file);
    const failure = await failureOf(readLedger(stateDir, { idInstance: null }));
    expect(failure.facts).toMatchObject({ code: 'ledger-unusable', path: file });
  });

  test('leaves room for its backup', async (scope) => {
    const { stateDir, file } = await makeState(scope);
    const backup = path.join(await makeScratchFolder(scope), 'backup.db');
    await copyFile(file, backup);
    await overwrite(file, 0, Buffer.alloc(100));
    await failureOf(openLedger(stateDir));
    await copyFile(backup, file);
    const ledger = await openLedger(stateDir);
    scope.onTestFinished(() => ledger.close());
    expect(await ledger.find(['sent'])).toMatchObject({ state: 'sent', idMessage: 'id of sent' });
  });

  test('does not leave room for an empty file', async (scope) => {
    const { stateDir, file } = await makeState(scope);
    await overwrite(file, 0, Buffer.alloc(100));
    const failure = await failureOf(openLedger(stateDir));
    await writeFile(file, '');
    expect((await failureOf(openLedger(stateDir))).message).toBe(failure.message);
  });

  test('that is deleted makes room for a new one', async (scope) => {
    const { stateDir, file } = await makeState(scope);
    await overwrite(file, 0, Buffer.alloc(100));
    await failureOf(openLedger(stateDir));
    for (const name of await readdir(stateDir)) await rm(path.join(stateDir, name));
    const ledger = await openLedger(stateDir);
    scope.onTestFinished(() => ledger.close());
    expect(await ledger.list({})).toEqual([]);
  });

  test('is set aside with its log', async (scope) => {
    const { stateDir, file } = await makeState(scope);
    await dieOn(stateDir);
    const log = await readFile(path.join(stateDir, 'ledger.db-wal'));
    // More pages than the log can make good.
    await overwrite(file, PAGE_BYTES, Buffer.alloc((await stat(file)).size - PAGE_BYTES, 7));
    await failureOf(openLedger(stateDir));
    const names = await readdir(stateDir);
    expect(names.filter((name) => name.startsWith('ledger.db'))).toEqual([]);
    const aside = names.find((name) => name.endsWith('.db-wal')) ?? 'none';
    expect((await readFile(path.join(stateDir, aside))).length).toBe(log.length);
  });

  test('of a run that was killed while setting it aside takes its log with it later', async (scope) => {
    const stateDir = await leaveLog(scope);
    await copyFile(path.join(stateDir, 'ledger.db'), path.join(stateDir, 'ledger-corrupt-x.db'));
    await rm(path.join(stateDir, 'ledger.db'));
    await failureOf(openLedger(stateDir));
    const names = await readdir(stateDir);
    expect(names.filter((name) => name.startsWith('ledger.db'))).toEqual([]);
    expect(names).toContain('ledger-corrupt-x.db-wal');
  });
});

/** A state directory with what a run left that was killed: all that it wrote is in the log. */
async function leaveLog(scope: Scope): Promise<string> {
  const stateDir = await makeScratchFolder(scope);
  await dieOn(stateDir);
  return stateDir;
}

async function dieOn(stateDir: string): Promise<void> {
  const argv = ['--import', 'tsx', CHILD, 'die', stateDir];
  const killed = promisify(execFile)(process.execPath, argv);
  await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
}

describe('a log whose end is torn is no damage:', () => {
  // The last step is the claim: as a whole it is there, or it never was.
  test.for([
    ['cut off', 'uploaded', (log: string, bytes: number) => truncate(log, bytes - 100)],
    [
      ...(['garbled', 'uploaded'] as const),
      (log: string, bytes: number) => overwrite(log, bytes - 100, Buffer.alloc(100, 7)),
    ],
    [
      ...(['followed by garbage', 'sending'] as const),
      (log: string, bytes: number) => overwrite(log, bytes, Buffer.alloc(999, 7)),
    ],
  ] as const)('%s, what was there before is kept', async ([, state, tear], scope) => {
    const stateDir = await leaveLog(scope);
    const log = path.join(stateDir, 'ledger.db-wal');
    await tear(log, (await stat(log)).size);
    const ledger = await openLedger(stateDir);
    scope.onTestFinished(() => ledger.close());
    expect(await ledger.find(['k'])).toMatchObject({ ...factsOf('k'), state });
    expect(await readdir(stateDir)).toContain('ledger.db');
  });
});
