import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { hashAccount, hashFile } from '../../src/ledger/key.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { paintAlbum } from '../support/paint-album.js';
import { parseLines, resultsOf, runCli, startCli } from '../support/run-cli.js';
import { openTestSandbox, variablesOf } from '../support/state.js';

const SEND = ['send', 'album', '--json'];

/** A folder of three pictures, a sandbox for them, and a hand of ours on their ledger. */
async function setUp() {
  const cwd = await paintAlbum(3);
  const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
  const { idInstance } = sandbox.credentials;
  const ledger = await openLedger(path.join(cwd, '.statuscast'), { idInstance });
  onTestFinished(() => ledger.close());
  return { cwd, sandbox, ledger, env: variablesOf(sandbox) };
}

test('what another run works on is waited for, and holds nothing else up', async () => {
  const { cwd, sandbox, ledger, env } = await setUp();
  const run = await ledger.beginRun();
  expect(await run.lease(await hashFile(path.join(cwd, 'album/1.png')))).toBe(true);
  // One lane and one place in it: whoever waits must leave both.
  const flags = ['--concurrency', '1'];
  const running = startCli([...SEND, ...flags], { cwd, env });
  while (sandbox.statuses().length < 2) await sleep(5);
  const waiting = parseLines(running.stdout()).filter(({ type }) => type === 'waiting');
  const why = 'another run is working on it';
  expect(waiting).toEqual([{ type: 'waiting', input: 'album/1.png', why, waitMs: 1000 }]);
  await run.end();
  const { code, stdout } = await running.finished;
  expect(code).toBe(0);
  expect(resultsOf(stdout).map(({ input }) => input)).toEqual([
    ...['album/2.png', 'album/3.png', 'album/1.png'],
  ]);
  expect(sandbox.statuses()).toHaveLength(3);
});

test('a run that waits for another can be interrupted', async () => {
  const { cwd, sandbox, ledger, env } = await setUp();
  const run = await ledger.beginRun();
  for (const name of await readdir(path.join(cwd, 'album'))) {
    await run.lease(await hashFile(path.join(cwd, 'album', name)));
  }
  const running = startCli(SEND, { cwd, env });
  while (running.stdout().split('"type":"waiting"').length < 4) await sleep(5);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.finished;
  expect(code).toBe(130);
  expect(resultsOf(stdout).map(({ error }) => error?.code)).toEqual(Array(3).fill('interrupted'));
  expect(sandbox.statuses()).toEqual([]);
});

test('the ledger knows what a run sent, and what was undone is skipped until it is forgotten', async () => {
  const { cwd, sandbox, ledger, env } = await setUp();
  const first = await runCli([...SEND, '--caption', 'hello'], { cwd, env });
  expect(first.code).toBe(0);
  const account = hashAccount(sandbox.credentials.idInstance);
  const entries = await ledger.list({ account, run: 'last', states: ['sent'] });
  const names = ['1', '2', '3'];
  expect(entries.map(({ message }) => message)).toEqual(
    names.map((name) => ({
      ...{ account, fileName: `${name}.jpg`, caption: 'hello', participants: [], as: 'media' },
    })),
  );
  expect(entries.map(({ link }) => link?.urlFile)).toEqual(
    sandbox.statuses().map(({ urlFile }) => urlFile),
  );
  for (const { key } of entries) await ledger.recordUndone(key);
  const second = await runCli([...SEND, '--caption', 'hello'], { cwd, env });
  expect(resultsOf(second.stdout)).toEqual(
    names.map(() => expect.objectContaining({ outcome: 'skipped', reason: 'already-sent' })),
  );
  for (const { detail } of resultsOf(second.stdout)) expect(detail).toMatch(/^it was undone; /);
  await ledger.forget(entries[0]?.key ?? '');
  const third = await runCli([...SEND, '--caption', 'hello'], { cwd, env });
  const sent = resultsOf(third.stdout).filter(({ outcome }) => outcome === 'sent');
  expect(sent.map(({ input }) => input)).toEqual(['album/1.png']);
  expect((await ledger.list({ run: 'last' })).map(({ input }) => input)).toEqual(['album/1.png']);
  expect(sandbox.statuses()).toHaveLength(4);
});
