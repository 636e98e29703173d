import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { killGroup, ROOT, runCli, start, startCli, summaryOf } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const ALBUM = [
  ...['landscape.jpg', 'grey.png', 'still.gif', 'cover.mp3', 'conforming.mp3', 'low-rate.mp3'],
  ...['conforming.mp4', 'sixty-frames.mp4', 'anamorphic.mp4', 'album/song.ogg'],
];

/** How long it may take until what is not known is settled. */
const waits = (ms: number) => ({
  STATUSCAST_JOURNAL_WAIT_MS: String(ms),
  STATUSCAST_SEND_TIMEOUT_MS: '2000',
});

/** How far the run has come when it is killed: so many results are out. */
const KILLED_AFTER = [0, 1, 3, 6, 9];

for (const results of KILLED_AFTER) {
  test(`killed with -9 after ${results} results and run again, each file is posted once`, async () => {
    const { cwd } = await makeAlbum(ALBUM);
    const sandbox = await openTestSandbox({ sendDelayMs: 50 });
    const env = { ...variablesOf(sandbox), ...waits(3000) };
    const running = startCli(['send', 'album', '--json'], { cwd, env });
    const count = () => running.stdout().split('"type":"result"').length - 1;
    while (count() < results || !running.stdout().includes('"stage"')) await sleep(2);
    killGroup(running, 'SIGKILL');
    await running.finished;
    const again = await runCli(['send', 'album', '--json'], { cwd, env });
    expect(summaryOf(again.stdout).counts).toMatchObject({ failed: 0, uncertain: 0 });
    expect(again.code).toBe(0);
    const posted = sandbox.statuses().map(({ file }) => file?.sha256);
    expect(posted).toHaveLength(ALBUM.length);
    expect(new Set(posted).size).toBe(ALBUM.length);
  });
}

test('killed with -9 while the answer to a send is on its way, it is found out, not sent again', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox({
    sendDelayMs: 50,
    faults: [{ name: 'hang', method: 'sendMediaStatus' }],
  });
  const env = { ...variablesOf(sandbox), ...waits(2000) };
  const running = startCli(['send', 'album', '--json'], { cwd, env });
  while (!sandbox.requests().some(({ method }) => method === 'sendMediaStatus')) await sleep(5);
  killGroup(running, 'SIGKILL');
  await running.finished;
  const again = await runCli(['send', 'album', '--json'], { cwd, env });
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('find-out');
  expect(sandbox.statuses()).toHaveLength(1);
});

test('two runs at once on one state directory post each file once', async () => {
  const { cwd } = await makeAlbum(ALBUM);
  const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
  const env = { ...variablesOf(sandbox), ...waits(3000) };
  const runs = await Promise.all(
    [1, 2].map(() => runCli(['send', 'album', '--json'], { cwd, env })),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(new Set(posted).size).toBe(posted.length);
  expect(posted).toHaveLength(ALBUM.length);
});

const logLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('upload'), name: z.string(), sha256: z.string() }),
  z.object({ type: z.literal('status'), uploadName: z.string() }),
]);

/** What the sandbox of a state directory has posted, by the hashes of the files. */
async function postedIn(state: string): Promise<readonly string[]> {
  const log = await readFile(path.join(state, 'sandbox/log.ndjson'), 'utf8');
  const entries = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => logLine.parse(JSON.parse(line)));
  const hashes = new Map(
    entries.flatMap((entry) => (entry.type === 'upload' ? [[entry.name, entry.sha256]] : [])),
  );
  return entries.flatMap((entry) =>
    entry.type === 'status' ? [hashes.get(entry.uploadName) ?? 'unknown'] : [],
  );
}

test('the demo, killed with -9 and run again on its state, posts each file once', async () => {
  const state = path.join(await tempFolder(), 'state');
  const demo = ['--import', 'tsx', 'scripts/demo.ts', '--state', state];
  const killed = start(process.execPath, demo, { cwd: ROOT });
  while (killed.stdout().split('\nsent ').length < 8) await sleep(5);
  killGroup(killed, 'SIGKILL');
  await killed.finished;
  const again = await start(process.execPath, [...demo, '--keep-state'], { cwd: ROOT }).finished;
  expect(again.code).toBe(0);
  const posted = await postedIn(state);
  expect(posted.length).toBeGreaterThan(50);
  expect(new Set(posted).size).toBe(posted.length);
  const third = await start(process.execPath, [...demo, '--keep-state'], { cwd: ROOT }).finished;
  expect(third.code).toBe(0);
  expect(third.stdout).toMatch(new RegExp(`^0 sent, ${posted.length} skipped`, 'm'));
  expect(await postedIn(state)).toHaveLength(posted.length);
});
