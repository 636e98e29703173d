import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { processFolder, type StatuscastEvent } from '../../src/index.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { paintAlbum } from '../support/paint-album.js';
import {
  killGroup,
  parseLines,
  resultsOf,
  ROOT,
  runCli,
  startCli,
  summaryOf,
  type Running,
} from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

/** Starts a watch of `album`, which ends with the test. */
function startWatch(
  cwd: string,
  sandbox: Sandbox,
  args: readonly string[] = ['--json'],
  env: NodeJS.ProcessEnv = {},
): Running {
  const running = startCli(['watch', 'album', '--steady-seconds', '0.3', ...args], {
    cwd,
    env: { ...variablesOf(sandbox), STATUSCAST_GAP: '0', ...env },
  });
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.finished;
  });
  return running;
}

const until = (check: () => void, timeout = 30_000) => vi.waitFor(check, { timeout, interval: 20 });

async function endWith(running: Running, signal: NodeJS.Signals) {
  running.child.kill(signal);
  return running.finished;
}

const namesOf = (sandbox: Sandbox) => sandbox.statuses().map(({ fileName }) => fileName);

const warningsOf = (stdout: string) =>
  parseLines(stdout).flatMap(({ type, message }) => (type === 'warning' ? [message] : []));

const put = (fixture: string, folder: string, name = fixture) =>
  cp(path.join(ROOT, 'fixtures', fixture), path.join(folder, name));

test('what is there is posted, then what appears; a signal ends it with 130', async () => {
  const { cwd, album } = await makeAlbum(['grey.png', 'cover.mp3']);
  const sandbox = await openTestSandbox();
  const running = startWatch(cwd, sandbox);
  await until(() => expect(running.stdout()).toContain('"type":"idle"'));
  const report = () => readFile(path.join(cwd, '.statuscast/report.html'), 'utf8');
  expect(await report()).toContain('The watch goes on.');
  expect(await report()).not.toContain('left before its end');
  await put('still.gif', album);
  await mkdir(path.join(album, 'later'));
  await put('landscape.jpg', path.join(album, 'later'));
  await until(() => expect(running.stdout().match(/"type":"idle"/g)).toHaveLength(2));
  const { code, stdout, stderr } = await endWith(running, 'SIGTERM');
  expect(code).toBe(130);
  expect(stderr).toContain('Interrupted. The same command goes on from here.');
  expect(namesOf(sandbox)).toEqual(['cover.mp3', 'grey.jpg', 'landscape.jpg', 'still.jpg']);
  expect(resultsOf(stdout).map(({ input, outcome }) => `${outcome} ${input}`)).toEqual([
    ...['sent album/cover.mp3', 'sent album/grey.png'],
    ...['sent album/later/landscape.jpg', 'sent album/still.gif'],
  ]);
  expect(stdout).not.toContain('"totals"');
  expect(summaryOf(stdout)).toMatchObject({
    counts: { sent: 4 },
    stopped: { code: 'interrupted' },
  });
});

test('killed with -9 in the middle and begun again, it posts each file once', async () => {
  const cwd = await paintAlbum(8);
  const sandbox = await openTestSandbox();
  const first = startWatch(cwd, sandbox);
  await until(() => expect(sandbox.statuses().length).toBeGreaterThanOrEqual(3));
  killGroup(first, 'SIGKILL');
  await first.finished;
  // It appears while nobody watches.
  await put('grey.png', path.join(cwd, 'album'));
  // What was claimed when it was killed may never have left. Nothing shows that it has not, and it is
  // lost only once the send would have timed out.
  const waits = ['--send-timeout-ms', '3000', '--journal-wait-ms', '2000'];
  const again = startWatch(cwd, sandbox, ['--plain', ...waits]);
  await until(() => expect(again.stdout()).toContain('waiting for files'), 60_000);
  const { stdout } = await endWith(again, 'SIGINT');
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(posted).toHaveLength(9);
  expect(new Set(posted).size).toBe(9);
  // What was posted before is counted, and not told of one by one; one may have been under way.
  expect(stdout).toMatch(/^idle +\d sent, [2-8] skipped, 0 failed, 0 uncertain so far; waiting/m);
  expect(stdout).not.toMatch(/^skipped/m);
});

test('the same content is posted once, however often it is touched; another is another status', async () => {
  const { cwd, album } = await makeAlbum({ 'a.png': 'grey.png' });
  const sandbox = await openTestSandbox();
  const running = startWatch(cwd, sandbox);
  const idles = (count: number) =>
    until(() => expect(running.stdout().match(/"type":"idle"/g)).toHaveLength(count));
  await idles(1);
  await put('grey.png', album, 'a.png');
  await idles(2);
  await put('landscape.jpg', album, 'a.png');
  await idles(3);
  await put('grey.png', album, 'b.png');
  await idles(4);
  expect(sandbox.statuses()).toHaveLength(2);
  const { stdout } = await endWith(running, 'SIGINT');
  expect(resultsOf(stdout).map(({ outcome, reason }) => reason ?? outcome)).toEqual([
    ...['sent', 'already-sent', 'sent', 'already-sent'],
  ]);
});

test('an outage of the server loses nothing, and needs nobody', async () => {
  const cwd = await paintAlbum(3);
  const directory = await tempFolder();
  const { port } = new URL((await openThenClose(directory)).credentials.apiUrl);
  const before = await openTestSandbox({ directory, port: Number(port) });
  const running = startWatch(cwd, before, ['--json', '--retries', '0']);
  await until(() => expect(running.stdout().match(/"type":"idle"/g)).toHaveLength(1));
  await before.close();
  for (const [at, name] of ['landscape.jpg', 'grey.png', 'still.gif'].entries()) {
    await put(name, path.join(cwd, 'album'), `9${at}-${name}`);
  }
  await until(() => expect(running.stdout()).toContain('"outcome":"failed"'));
  await until(() => expect(running.stdout()).toContain('it goes on by itself'));
  const sandbox = await openTestSandbox({ directory, port: Number(port) });
  await until(() => expect(sandbox.statuses()).toHaveLength(6), 60_000);
  const { stdout } = await endWith(running, 'SIGINT');
  const failed = resultsOf(stdout).filter(({ outcome }) => outcome === 'failed');
  expect(failed.every(({ error }) => error?.code === 'api-no-answer')).toBe(true);
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(new Set(posted).size).toBe(6);
});

test('one that begins in an outage waits for its end', async () => {
  const cwd = await paintAlbum(2);
  const directory = await tempFolder();
  const gone = await openThenClose(directory);
  const { port } = new URL(gone.credentials.apiUrl);
  const running = startWatch(cwd, gone, ['--json', '--retries', '0']);
  await until(() => expect(running.stdout().match(/"type":"waiting"/g)?.length).toBeGreaterThan(2));
  const sandbox = await openTestSandbox({ directory, port: Number(port) });
  await until(() => expect(sandbox.statuses()).toHaveLength(2), 60_000);
  const { code, stdout } = await endWith(running, 'SIGINT');
  expect(code).toBe(130);
  expect(resultsOf(stdout).map(({ outcome }) => outcome)).toEqual(['sent', 'sent']);
  // What it asks beside the state came to nothing before: it is asked again.
  const asked = sandbox.requests().map(({ method }) => method);
  for (const method of ['getSettings', 'getOutgoingStatuses']) expect(asked).toContain(method);
});

async function openThenClose(directory: string): Promise<Sandbox> {
  const sandbox = await openTestSandbox({ directory });
  await sandbox.close();
  return sandbox;
}

test('what is chosen for a file may be there before it, and change after the start', async () => {
  const { cwd, album } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const write = (name: string, text: string) => writeFile(path.join(album, name), text);
  await write('captions.csv', 'file;caption\r\ngrey.png;Grey\r\nstill.gif;Still\r\n');
  const running = startWatch(cwd, sandbox);
  const posted = (captions: readonly string[]) =>
    until(() => expect(sandbox.statuses().map(({ caption }) => caption)).toEqual(captions));
  await posted(['Grey']);
  await write('cover.txt', 'Cover');
  await sleep(1000);
  await put('cover.mp3', album);
  await posted(['Grey', 'Cover']);
  await put('still.gif', album);
  await posted(['Grey', 'Cover', 'Still']);
  await write('captions.csv', 'file;caption\r\ngrey.png;Grey\r\nlandscape.jpg;Wide\r\n');
  await put('landscape.jpg', album);
  await posted(['Grey', 'Cover', 'Still', 'Wide']);
  const { stdout } = await endWith(running, 'SIGTERM');
  expect(warningsOf(stdout)).toEqual([
    expect.stringContaining('captions.csv, line 3: there is no file "still.gif"'),
  ]);
  // The text is a caption, also before anybody knows of what.
  expect(summaryOf(stdout)).toMatchObject({ counts: { sent: 4, skipped: 0, failed: 0 } });
});

test('a file waits while what is chosen for it is wrong, and goes on once that is mended', async () => {
  const { cwd, album } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const write = (name: string, text: string) => writeFile(path.join(album, name), text);
  const running = startWatch(cwd, sandbox);
  await until(() => expect(namesOf(sandbox)).toEqual(['grey.jpg']));
  const captions = () => sandbox.statuses().map(({ caption }) => caption);
  await write('captions.csv', 'file;captoin\r\nstill.gif;Still\r\n');
  await put('still.gif', album);
  await write('cover.txt', 'x'.repeat(1025));
  await put('cover.mp3', album);
  await until(() => expect(warningsOf(running.stdout())).toHaveLength(2));
  await write('captions.csv', 'file;caption\r\nstill.gif;Still\r\n');
  await until(() => expect(captions()).toEqual([null, 'Still']));
  await until(() => expect(running.stdout()).toContain('1025 characters'));
  await write('cover.txt', 'Cover');
  await until(() => expect(captions()).toEqual([null, 'Still', 'Cover']));
  const { stdout } = await endWith(running, 'SIGTERM');
  expect(warningsOf(stdout)).toEqual(
    expect.arrayContaining([expect.stringContaining('no column "captoin" (is it caption?)')]),
  );
  expect(summaryOf(stdout)).toMatchObject({ counts: { sent: 3, skipped: 0, failed: 0 } });
});

test('the gap lies between the sends of files that appear together', async () => {
  const cwd = await paintAlbum(3);
  const sandbox = await openTestSandbox();
  const running = startWatch(cwd, sandbox, ['--json', '--gap', '1.5']);
  await until(() => expect(sandbox.statuses()).toHaveLength(3));
  await endWith(running, 'SIGINT');
  const times = sandbox.statuses().map(({ acceptedAt }) => acceptedAt);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  // An arrival is noted late where this machine is busy.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1200);
});

test('outside of the hours it uploads and waits, says so once, and ends at once', async () => {
  const cwd = await paintAlbum(2);
  const sandbox = await openTestSandbox();
  const hour = new Date().getUTCHours();
  const hours = `${(hour + 2) % 24}-${(hour + 3) % 24}`;
  const running = startWatch(cwd, sandbox, ['--plain', '--hours', hours], { TZ: 'UTC' });
  await until(() => expect(sandbox.uploads()).toHaveLength(2));
  await until(() => expect(running.stdout()).toContain('outside of the hours'));
  await sleep(1500);
  const begunMs = performance.now();
  const { code, stdout } = await endWith(running, 'SIGTERM');
  expect(performance.now() - begunMs).toBeLessThan(5000);
  expect(code).toBe(130);
  expect(sandbox.statuses()).toEqual([]);
  const opens = `${String((hour + 2) % 24).padStart(2, '0')}:00`;
  const told = stdout.split('\n').filter((line) => line.startsWith('waiting'));
  expect(told).toEqual([
    expect.stringMatching(
      new RegExp(`^waiting +\\d:\\d\\d:\\d\\d \\(album/1.png\\): outside .* goes on at ${opens}$`),
    ),
  ]);
  expect(stdout).toContain('2 not reached');
});

test('a file that is removed before its turn is no failure', async () => {
  const cwd = await paintAlbum(3);
  const sandbox = await openTestSandbox();
  const args = ['--json', '--max-in-flight', '1', '--gap', '3'];
  const running = startWatch(cwd, sandbox, args);
  // The first is sent, the second waits for the gap, the third for its place.
  await until(() => expect(running.stdout()).toContain('"type":"found","input":"album/3.png"'));
  await rm(path.join(cwd, 'album/3.png'));
  await until(() => expect(running.stdout()).toContain('"type":"idle"'));
  const { stdout } = await endWith(running, 'SIGINT');
  expect(resultsOf(stdout).map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ...[
      ['sent', null],
      ['sent', null],
      ['skipped', 'removed'],
    ],
  ]);
});

test('a file that is removed while it waits for its turn is not posted', async () => {
  const cwd = await paintAlbum(3);
  const sandbox = await openTestSandbox();
  const running = startWatch(cwd, sandbox, ['--json', '--gap', '4']);
  // All are uploaded, and two wait for the gap behind the first.
  await until(() => expect(sandbox.uploads()).toHaveLength(3));
  await until(() => expect(sandbox.statuses()).toHaveLength(1));
  await rm(path.join(cwd, 'album/2.png'));
  // Not written to: it is the same file.
  await chmod(path.join(cwd, 'album/3.png'), 0o600);
  await until(() => expect(running.stdout()).toContain('"type":"idle"'));
  const { stdout } = await endWith(running, 'SIGINT');
  const told = resultsOf(stdout).map(({ input, outcome, reason }) => [input, reason ?? outcome]);
  // What was touched is looked at once more.
  expect(told.filter(([, end]) => end !== 'already-sent')).toEqual([
    ['album/1.png', 'sent'],
    ['album/2.png', 'removed'],
    ['album/3.png', 'sent'],
  ]);
  expect(namesOf(sandbox)).toEqual(['1.jpg', '3.jpg']);
  expect(await readdir(path.join(cwd, '.statuscast/outputs'))).toEqual([]);
});

test('a twin of what is tried again waits for what comes of it', async () => {
  const { cwd, album } = await makeAlbum({ 'a.png': 'grey.png' });
  // Nobody can tell whether the first was sent; when it is tried again that takes long.
  const sandbox = await openTestSandbox({
    outgoingWebhook: 'no',
    faults: [{ name: 'reset', method: 'sendMediaStatus' }],
  });
  const journal = { STATUSCAST_JOURNAL_WAIT_MS: '300' };
  const running = startWatch(cwd, sandbox, ['--json'], journal);
  await until(() => expect(running.stdout()).toContain('"outcome":"uncertain"'));
  sandbox.addFault({ name: 'slow', method: 'showMessagesQueue', delayMs: 4000 });
  await until(() => expect(running.stdout().split('"stage":"find-out"')).toHaveLength(3));
  await put('grey.png', album, 'b.png');
  await until(() => expect(running.stdout()).toContain('"reason":"duplicate"'));
  await sleep(2000);
  const { stdout } = await endWith(running, 'SIGINT');
  expect(resultsOf(stdout).filter(({ input }) => input === 'album/b.png')).toHaveLength(1);
});

test('an instance that can send no more ends it with 3', async () => {
  const cwd = await paintAlbum(1);
  const sandbox = await openTestSandbox();
  const running = startWatch(cwd, sandbox);
  await until(() => expect(running.stdout()).toContain('"type":"idle"'));
  sandbox.addFault({ name: 'unauthorized', method: 'uploadFile', times: Infinity });
  await put('grey.png', path.join(cwd, 'album'));
  const { code, stdout } = await running.finished;
  expect(code).toBe(3);
  expect(summaryOf(stdout).stopped?.code).toBe('api-refused');
});

test.each([
  ['a file', 'a.png', /a\.png is a file, and only folders are watched/],
  ['what is not there', 'nowhere', /Cannot read nowhere: no such file or folder/],
])('%s is not watched', async (_, name, message) => {
  const cwd = await tempFolder();
  await writeFile(path.join(cwd, 'a.png'), 'x');
  const { code, stderr } = await runCli(['watch', name, '--sandbox'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('the library watches until its loop is left', async () => {
  const cwd = await paintAlbum(1);
  const { credentials } = await openTestSandbox();
  const settings = { state: path.join(cwd, 'state'), steadySeconds: 0.2, gap: 0 };
  const options = { goal: 'send', watch: true, credentials, settings } as const;
  const events: StatuscastEvent[] = [];
  for await (const event of processFolder(path.join(cwd, 'album'), options)) {
    events.push(event);
    if (event.type === 'idle') break;
  }
  expect(events.at(0)).toMatchObject({ type: 'started', watch: true });
  expect(events.at(-1)).toMatchObject({ type: 'idle', counts: { sent: 1 } });
});

test('a file that stood behind its twin is posted when the twin is removed before its turn', async () => {
  const { cwd, album } = await makeAlbum({
    'a.mp4': 'long-64s-high.mp4',
    'b.mp4': 'long-64s-high.mp4',
  });
  const { credentials } = await openTestSandbox();
  const state = path.join(cwd, 'state');
  const settings = { state, steadySeconds: 0.2, gap: 0, concurrency: 2 };
  const options = { goal: 'send', watch: true, credentials, settings } as const;
  const told: string[] = [];
  for await (const event of processFolder(album, options)) {
    if (event.type === 'idle') break;
    if (event.type !== 'result') continue;
    told.push(`${path.basename(event.input)} ${event.reason ?? event.outcome}`);
    if (event.reason === 'duplicate') await rm(path.join(album, 'a.mp4'));
  }
  expect(told).toEqual(['b.mp4 duplicate', 'a.mp4 removed', 'b.mp4 sent']);
});
