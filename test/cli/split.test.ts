import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeMedia, lavfi, words } from '../support/make-media.js';
import { parseLines, resultsOf, runCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';

const SPLIT = ['--long', 'split', '--max-duration-seconds', '6', '--json'];

/** An album of a long clip, and a picture behind it. */
async function longAlbum() {
  const { cwd, album } = await makeAlbum({ 'b.jpg': 'landscape.jpg' });
  await makeMedia(path.join(album, 'a.mp4'), [
    ...[...lavfi('testsrc=s=128x96:r=25:d=20'), ...lavfi('sine=d=20')],
    ...words('-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac'),
  ]);
  return { cwd, album };
}

const NAMES = [1, 2, 3, 4].map((number) => `a (${number} of 4).mp4`);

test('a long clip becomes statuses in order, with the caption on the first', async () => {
  const { cwd, album } = await longAlbum();
  const sandbox = await openTestSandbox();
  const args = ['send', album, ...SPLIT, '--caption', 'Greetings'];
  const { stdout, code, stderr } = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(code, stderr).toBe(0);
  const statuses = sandbox.statuses();
  expect(statuses.map(({ fileName }) => fileName)).toEqual([...NAMES, 'b.jpg']);
  expect(statuses.map(({ caption }) => caption)).toEqual([
    'Greetings',
    null,
    null,
    null,
    'Greetings',
  ]);
  const results = resultsOf(stdout);
  expect(results).toHaveLength(2);
  const clip = results.find(({ kind }) => kind === 'video');
  expect(clip).toMatchObject({ outcome: 'sent', idMessage: statuses[0]?.idMessage });
  expect(clip?.parts?.map(({ idMessage }) => idMessage)).toEqual(
    statuses.slice(0, 4).map(({ idMessage }) => idMessage),
  );
  const seconds = clip?.parts?.map(({ output }) => output?.durationSeconds ?? 0) ?? [];
  expect(Math.abs(seconds.reduce((sum, each) => sum + each, 0) - 20)).toBeLessThan(4 * 0.04);
  const told = parseLines(stdout).flatMap(({ type, stage, part }) =>
    type === 'stage' && stage === 'send' && part !== null ? [part] : [],
  );
  expect(told).toEqual([1, 2, 3, 4].map((number) => ({ number, of: 4 })));

  const again = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(resultsOf(again.stdout)).toMatchObject([
    { outcome: 'skipped', reason: 'already-sent' },
    { outcome: 'skipped', reason: 'already-sent' },
  ]);
  expect(sandbox.statuses()).toHaveLength(5);
});

test('a part that was refused is sent by the next run, and those behind it after it', async () => {
  const { cwd, album } = await longAlbum();
  const sandbox = await openTestSandbox({
    faults: [{ name: 'quota', method: 'sendMediaStatus', from: 3, times: 1 }],
  });
  const args = ['send', album, ...SPLIT];
  const first = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(first.code).toBe(3);
  expect(sandbox.statuses().map(({ fileName }) => fileName)).toEqual(NAMES.slice(0, 2));
  const clip = resultsOf(first.stdout).find(({ kind }) => kind === 'video');
  expect(clip).toMatchObject({ outcome: 'failed' });
  expect(clip?.parts?.map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'failed']);
  const second = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(second.code).toBe(0);
  expect(sandbox.statuses().map(({ fileName }) => fileName)).toEqual([...NAMES, 'b.jpg']);
});

test('what was sent whole is not sent again because longer ones are to be split', async () => {
  const { cwd, album } = await makeAlbum({ 'a.mp4': 'conforming.mp4' });
  const sandbox = await openTestSandbox();
  const env = variablesOf(sandbox);
  await runCli(['send', album], { cwd, env });
  const { stdout } = await runCli(['send', album, '--long', 'split', '--json'], { cwd, env });
  expect(resultsOf(stdout)).toMatchObject([{ outcome: 'skipped', reason: 'already-sent' }]);
  expect(sandbox.statuses()).toHaveLength(1);
});

test('prepare puts the parts beside one another, and never over a file of that name', async () => {
  const { cwd, album } = await longAlbum();
  await makeMedia(path.join(album, 'a (1 of 4).wav'), [...lavfi('sine=d=1')]);
  const args = ['prepare', album, ...SPLIT, '--out', 'out'];
  const { code, stdout } = await runCli(args, { cwd });
  expect(code).toBe(0);
  const made = await readdir(path.join(cwd, 'out'));
  const expected = ['a (1 of 4).mp3', 'a (1 of 4) (2).mp4', ...NAMES.slice(1), 'b.jpg'];
  expect(made.toSorted()).toEqual(expected.toSorted());
  const clip = resultsOf(stdout).find(({ kind }) => kind === 'video');
  expect(clip?.parts).toHaveLength(4);
  expect(clip?.output).toEqual(clip?.parts?.[0]?.output);
});
