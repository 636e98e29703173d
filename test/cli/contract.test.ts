import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fixture } from '../support/fixtures.js';
import {
  parseLines,
  resultsOf,
  ROOT,
  runCli,
  start,
  startCli,
  summaryOf,
} from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

describe('send --json', () => {
  test('prints NDJSON alone: one result for each input and the summary last', async () => {
    const { cwd } = await makeAlbum({
      'a.jpg': 'landscape.jpg',
      'b/c.mp3': 'conforming.mp3',
      'd.txt.jpg': 'refused/photo.jpg',
      'e.jpg': 'refused/truncated.jpg',
      'f.jpg': 'landscape.jpg',
      '.hidden.jpg': 'grey.png',
    });
    const sandbox = await openTestSandbox();
    const { code, stdout, stderr } = await runCli(['send', 'album', '--json'], {
      cwd,
      env: variablesOf(sandbox),
    });
    const results = resultsOf(stdout);
    expect(results.map(({ input }) => input).toSorted()).toEqual(
      ['a.jpg', 'b/c.mp3', 'd.txt.jpg', 'e.jpg', 'f.jpg'].map((name) => path.join('album', name)),
    );
    const of = (name: string) => results.find(({ input }) => input === path.join('album', name));
    expect(of('a.jpg')).toMatchObject({
      kind: 'image',
      outcome: 'sent',
      plan: { action: 'encode', reasons: ['640×480 is not 9:16'] },
      output: { mime: 'image/jpeg', width: 360, height: 640, durationSeconds: null },
      reason: null,
      error: null,
    });
    expect(of('b/c.mp3')).toMatchObject({
      kind: 'audio',
      outcome: 'sent',
      plan: { action: 'keep' },
    });
    expect(of('d.txt.jpg')).toMatchObject({ kind: null, outcome: 'skipped', reason: 'not-media' });
    expect(of('e.jpg')).toMatchObject({ outcome: 'failed', error: { code: 'undecodable' } });
    expect(of('f.jpg')).toMatchObject({ outcome: 'skipped', reason: 'duplicate' });
    expect(summaryOf(stdout)).toMatchObject({
      counts: { sent: 2, prepared: 0, skipped: 2, failed: 1, uncertain: 0 },
      stopped: null,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('2 sent');
    expect(sandbox.statuses().map(({ fileName }) => fileName)).toEqual(['a.jpg', 'c.mp3']);
    expect(existsSync(path.join(cwd, '.statuscast/ledger.db'))).toBe(true);
  });

  test('everything done ends with 0, and a second run sends nothing twice', async () => {
    const { cwd } = await makeAlbum(['landscape.jpg', 'cover.mp3', 'conforming.mp4']);
    const sandbox = await openTestSandbox();
    const env = variablesOf(sandbox);
    const first = await runCli(['send', 'album', '--json'], { cwd, env });
    expect(first.code).toBe(0);
    const second = await runCli(['send', 'album', '--json'], { cwd, env });
    expect(second.code).toBe(0);
    expect(resultsOf(second.stdout).map(({ reason }) => reason)).toEqual(
      Array(3).fill('already-sent'),
    );
    expect(sandbox.statuses()).toHaveLength(3);
    expect(sandbox.uploads()).toHaveLength(3);
  });

  test('posts none of its own outputs where the state is kept among the inputs', async () => {
    const { cwd, album } = await makeAlbum(['landscape.jpg']);
    const sandbox = await openTestSandbox();
    await mkdir(path.join(album, 'outputs'));
    await copyFile(fixture('grey.png'), path.join(album, 'outputs/left-behind.png'));
    const state = ['--state', 'album', '--json'];
    const { stdout } = await runCli(['send', 'album', ...state], {
      cwd,
      env: variablesOf(sandbox),
    });
    const sent = resultsOf(stdout).filter(({ outcome }) => outcome === 'sent');
    expect(sent.map(({ input }) => input)).toEqual(['album/landscape.jpg']);
    expect(sandbox.statuses()).toHaveLength(1);
  });

  test('posts nothing that prepare made in the same folder, but where it is named', async () => {
    const { album: cwd } = await makeAlbum(['landscape.jpg', 'cover.mp3']);
    const sandbox = await openTestSandbox();
    const env = variablesOf(sandbox);
    const sent = () => sandbox.statuses().map(({ fileName }) => fileName);
    expect((await runCli(['prepare', '.'], { cwd })).code).toBe(0);
    expect(await readdir(path.join(cwd, 'out'))).toEqual(['cover.mp3', 'landscape.jpg']);
    const around = await runCli(['send', '.', '--json'], { cwd, env });
    expect(sent()).toEqual(['cover.mp3', 'landscape.jpg']);
    const warnings = parseLines(around.stdout).filter(({ type }) => type === 'warning');
    expect(warnings).toEqual([
      expect.objectContaining({
        message: `${path.join(cwd, 'out')} is left out, as prepare puts its outputs there; give it by name to have it sent`,
      }),
    ]);
    const elsewhere = await runCli(['send', '.', '--out', 'kept', '--json'], { cwd, env });
    expect(resultsOf(elsewhere.stdout).map(({ input }) => input)).toEqual([
      ...['cover.mp3', 'landscape.jpg'],
    ]);
    await mkdir(path.join(cwd, 'out/own'));
    await copyFile(fixture('grey.png'), path.join(cwd, 'out/own/grey.png'));
    await runCli(['send', '.', 'out/own', '--json'], { cwd, env });
    expect(sent()).toEqual(['cover.mp3', 'landscape.jpg', 'grey.jpg']);
    await rm(path.join(cwd, 'out/own'), { recursive: true });
    const named = await runCli(['send', 'out', '--json'], { cwd, env });
    expect(resultsOf(named.stdout).map(({ input }) => input)).toEqual([
      ...['out/cover.mp3', 'out/landscape.jpg'],
    ]);
    expect(parseLines(named.stdout).filter(({ type }) => type === 'warning')).toEqual([]);
  });

  test('another caption or audience is another status', async () => {
    const { cwd } = await makeAlbum(['landscape.jpg']);
    const sandbox = await openTestSandbox();
    const env = variablesOf(sandbox);
    for (const extra of [[], ['--caption', 'Привет 👋'], ['--participants', '+70000001234']]) {
      const { code } = await runCli(['send', 'album', ...extra], { cwd, env });
      expect(code).toBe(0);
    }
    expect(sandbox.statuses()).toMatchObject([
      { caption: null, participants: [] },
      { caption: 'Привет 👋', participants: [] },
      { caption: null, participants: ['70000001234@c.us'] },
    ]);
  });

  test('statuses go out in the order of the inputs, however long each takes', async () => {
    const { cwd } = await makeAlbum({
      '1.mp4': 'long-64s-high.mp4',
      '2.jpg': 'landscape.jpg',
      '3.jpg': 'refused/truncated.jpg',
      '10.jpg': 'grey.png',
      '20.mp3': 'long-64s.wav',
      '21.jpg': 'conforming.jpg',
    });
    const sandbox = await openTestSandbox();
    await runCli(['send', 'album'], { cwd, env: variablesOf(sandbox) });
    expect(sandbox.statuses().map(({ fileName }) => fileName)).toEqual([
      ...['1.mp4', '2.jpg', '10.jpg', '20.mp3', '21.jpg'],
    ]);
  });

  test('--audio-as voice goes by sendVoiceStatus without a caption', async () => {
    const { cwd } = await makeAlbum(['conforming.mp3', 'grey.png']);
    const sandbox = await openTestSandbox();
    const args = ['send', 'album', '--audio-as', 'voice', '--caption', 'Hello'];
    const { code } = await runCli(args, { cwd, env: variablesOf(sandbox) });
    expect(code).toBe(0);
    expect(sandbox.statuses()).toMatchObject([
      { fileName: 'conforming.mp3', viaMethod: 'sendVoiceStatus', caption: null },
      { fileName: 'grey.jpg', viaMethod: 'sendMediaStatus', caption: 'Hello' },
    ]);
  });

  test('outputs that are posted are not kept, unless a folder for them is named', async () => {
    const { cwd } = await makeAlbum(['landscape.jpg']);
    const sandbox = await openTestSandbox();
    const env = variablesOf(sandbox);
    const first = resultsOf((await runCli(['send', 'album', '--json'], { cwd, env })).stdout);
    expect(existsSync(first[0]?.output?.path ?? '')).toBe(false);
    const args = ['send', 'album', '--json', '--out', 'kept', '--caption', 'again'];
    const [kept] = resultsOf((await runCli(args, { cwd, env })).stdout);
    expect(kept?.output?.path).toBe(path.join(cwd, 'kept/landscape.jpg'));
    expect(existsSync(path.join(cwd, 'kept/landscape.jpg'))).toBe(true);
  });
});

describe('prepare', () => {
  test('makes the outputs, keeps the folders, and leaves a report and no state behind', async () => {
    const { cwd } = await makeAlbum({ 'a.png': 'holiday.mp3', 'sub/b.wav': 'long-64s.wav' });
    const { code, stdout } = await runCli(['prepare', 'album', '--out', 'out', '--json'], { cwd });
    expect(code).toBe(0);
    expect(resultsOf(stdout).map(({ outcome }) => outcome)).toEqual(['prepared', 'prepared']);
    expect(existsSync(path.join(cwd, 'out/a.jpg'))).toBe(true);
    expect(existsSync(path.join(cwd, 'out/sub/b.mp3'))).toBe(true);
    expect(await readdir(path.join(cwd, '.statuscast'))).toEqual(['report.html']);
  });

  test('does not take its own outputs for inputs the second time', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    for (let run = 0; run < 2; run++) {
      const { stdout } = await runCli(['prepare', '.', '--out', 'out', '--json'], { cwd });
      expect(resultsOf(stdout).map(({ input }) => input)).toEqual(['album/grey.png']);
    }
  });

  test('keeps apart what would have the same name', async () => {
    const { cwd } = await makeAlbum({ 'a.png': 'grey.png', 'a.jpg': 'landscape.jpg' });
    const { stdout } = await runCli(['prepare', 'album', '--out', 'out', '--json'], { cwd });
    expect(new Set(resultsOf(stdout).map(({ output }) => output?.path)).size).toBe(2);
  });
});

describe('sources are never touched', () => {
  test('an output folder that is the folder of the inputs is refused', async () => {
    const { cwd, album } = await makeAlbum(['conforming.jpg', 'landscape.jpg']);
    const before = await readFile(path.join(album, 'conforming.jpg'));
    for (const paths of [['album'], ['album/landscape.jpg']]) {
      const { code, stderr } = await runCli(['prepare', ...paths, '--out', 'album'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('another folder');
    }
    expect(await readFile(path.join(album, 'conforming.jpg'))).toEqual(before);
    expect(await readdir(album)).toEqual(['conforming.jpg', 'landscape.jpg']);
  });

  test('so is one above it, where an output could take the place of another input', async () => {
    const { cwd, album } = await makeAlbum({ 'a.jpg': 'conforming.jpg' });
    await mkdir(path.join(album, 'album'));
    await copyFile(fixture('landscape.jpg'), path.join(album, 'album/a.jpg'));
    const before = await readFile(path.join(album, 'a.jpg'));
    const { code, stderr } = await runCli(['prepare', 'album', '--out', '.'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('none that holds it');
    expect(await readFile(path.join(album, 'a.jpg'))).toEqual(before);
    // Outputs of single files lie side by side.
    expect((await runCli(['prepare', 'album/a.jpg', '--out', '.'], { cwd })).code).toBe(0);
    expect(await readdir(cwd)).toContain('a.jpg');
  });

  test('a link to the output folder does not make outputs inputs', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    await symlink('album', path.join(cwd, 'linked'));
    for (let run = 0; run < 2; run++) {
      const args = ['prepare', 'album', '--out', 'linked/out', '--json'];
      expect(resultsOf((await runCli(args, { cwd })).stdout)).toHaveLength(1);
    }
  });
});

test('a folder for outputs that cannot be written to is told of, and not the source blamed', async () => {
  const { cwd } = await makeAlbum(['landscape.jpg']);
  const sandbox = await openTestSandbox();
  await mkdir(path.join(cwd, 'kept/landscape.jpg'), { recursive: true });
  const args = ['send', 'album', '--json', '--out', 'kept'];
  const { stdout } = await runCli(args, { cwd, env: variablesOf(sandbox) });
  const [{ error } = { error: null }] = resultsOf(stdout);
  expect(error?.code).toBe('folder-unusable');
  expect(error?.message).toContain(`Cannot write to ${path.join(cwd, 'kept')}: `);
  expect(error?.message).not.toContain('copyfile');
  expect(sandbox.statuses()).toEqual([]);
});

test('outputs of one name in a kept folder are not sent for one another', async () => {
  const { cwd } = await makeAlbum({ 'a.wav': 'long-64s.wav', 'a.flac': 'surround.flac' });
  const sandbox = await openTestSandbox({
    faults: [{ name: 'quota', method: 'sendMediaStatus', times: 2 }],
  });
  const env = variablesOf(sandbox);
  for (const name of ['a.wav', 'a.flac']) {
    const { code } = await runCli(['send', `album/${name}`, '--out', 'kept'], { cwd, env });
    expect(code).toBe(3);
  }
  const { code, stdout } = await runCli(['send', 'album', '--json'], { cwd, env });
  expect(code).toBe(0);
  expect(summaryOf(stdout).counts.sent).toBe(2);
  expect(new Set(sandbox.statuses().map(({ file }) => file?.sha256)).size).toBe(2);
  // What was to be kept stays, also when a later run posts it.
  expect(await readdir(path.join(cwd, 'kept'))).toEqual(['a.mp3']);
});

test('after a refusal that concerns the account no further send leaves', async () => {
  const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg', 'still.gif', 'tiny-20x30.png']);
  const sandbox = await openTestSandbox({ faults: [{ name: 'quota', method: 'sendMediaStatus' }] });
  const { code } = await runCli(['send', 'album'], { cwd, env: variablesOf(sandbox) });
  expect(code).toBe(3);
  expect(sandbox.statuses()).toEqual([]);
});

test('an empty list of participants does not mean everybody', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const args = ['send', 'album', '--sandbox', '--participants', ''];
  const { code, stderr } = await runCli(args, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('--participants');
});

describe('what is wrong with the call ends with 2', () => {
  test('missing credentials are named, all four, with the way to try it without', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    const { code, stdout, stderr } = await runCli(['send', 'album', '--json'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const word of ['URL', 'MEDIA_URL', 'ID_INSTANCE', 'TOKEN']) {
      expect(stderr).toContain(`GREEN_API_${word}`);
    }
    expect(stderr).toContain('--sandbox');
  });

  test('unknown flags and bad values are told of all at once', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    const args = ['send', 'album', '--frobnicate', '--send-timeout-ms', 'soon', '--position', 'up'];
    const { code, stderr } = await runCli([...args, '--caption', 'x'.repeat(1025)], { cwd });
    expect(code).toBe(2);
    for (const word of ['--frobnicate', '--send-timeout-ms', '"soon"', '--position', '--caption']) {
      expect(stderr).toContain(word);
    }
  });

  test('a bad variable is named as the variable', async () => {
    const { cwd } = await makeAlbum(['grey.png']);
    const env = { STATUSCAST_CONCURRENCY: 'many' };
    const { code, stderr } = await runCli(['prepare', 'album'], { cwd, env });
    expect(code).toBe(2);
    expect(stderr).toContain('STATUSCAST_CONCURRENCY');
  });

  test('paths that are not there are named, all of them', async () => {
    const cwd = await tempFolder();
    const { code, stderr } = await runCli(['prepare', 'nothing', 'nowhere'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('nothing, nowhere');
  });

  test('an ffmpeg that cannot run, once a file needs it; nothing is lost by it', async () => {
    const { cwd } = await makeAlbum(['grey.png', 'long-64s.wav', 'tags.mp3']);
    const broken = path.join(cwd, 'ffmpeg');
    await writeFile(broken, '#!/bin/sh\necho libx264 is missing >&2; exit 127', { mode: 0o755 });
    const sandbox = await openTestSandbox();
    const env = { ...variablesOf(sandbox), FFMPEG_PATH: broken };
    const { code, stdout } = await runCli(['send', 'album', '--json'], { cwd, env });
    expect(code).toBe(2);
    expect(summaryOf(stdout).stopped).toMatchObject({
      code: 'binary-unusable',
      message: expect.stringMatching(/ffmpeg: .*libx264 is missing.*FFMPEG_PATH/),
    });
    const again = await runCli(['send', 'album', '--json'], { cwd, env: variablesOf(sandbox) });
    expect(again.code).toBe(0);
    expect(sandbox.statuses()).toHaveLength(3);
  });

  test('no path at all', async () => {
    const { code } = await runCli(['send'], { cwd: await tempFolder() });
    expect(code).toBe(2);
  });
});

test('a variable sets what a flag would, and the flag wins', async () => {
  const { cwd } = await makeAlbum(['long-64s.mp3']);
  const env = { STATUSCAST_MAX_DURATION_SECONDS: '10', STATUSCAST_OUT: 'elsewhere' };
  const { stdout } = await runCli(['prepare', 'album', '--out', 'here', '--json'], { cwd, env });
  const [result] = resultsOf(stdout);
  expect(result?.output?.path).toBe(path.join(cwd, 'here/long-64s.mp3'));
  expect(result?.output?.durationSeconds).toBeGreaterThan(9.7);
  expect(result?.output?.durationSeconds).toBeLessThanOrEqual(10);
});

test('credentials may come from a .env beside the call', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const lines = Object.entries(variablesOf(sandbox)).map(([name, value]) => `${name}=${value}`);
  await writeFile(path.join(cwd, '.env'), lines.join('\n'));
  const { code } = await runCli(['send', 'album'], { cwd });
  expect(code).toBe(0);
  expect(sandbox.statuses()).toHaveLength(1);
});

test('an unreadable state directory ends with 2 and sends nothing', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  await mkdir(path.join(cwd, 'state/ledger.db'), { recursive: true });
  const sandbox = await openTestSandbox();
  const args = ['send', 'album', '--state', 'state'];
  const { code, stderr } = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(code).toBe(2);
  expect(stderr).toContain('ledger.db');
  expect(sandbox.requests()).toHaveLength(0);
});

describe('an instance that cannot send ends with 3 and loses nothing', () => {
  for (const fault of ['not-authorized', 'blocked', 'suspended'] as const) {
    test(`its state is found out before anything costs time: ${fault}`, async () => {
      const { cwd } = await makeAlbum(['grey.png', 'cover.mp3']);
      const sandbox = await openTestSandbox({
        faults: [{ name: fault, method: 'getStateInstance', times: Infinity }],
      });
      const { code, stdout } = await runCli(['send', 'album', '--json'], {
        cwd,
        env: variablesOf(sandbox),
      });
      expect(code).toBe(3);
      expect(resultsOf(stdout).map(({ error }) => error?.code)).toEqual(['stopped', 'stopped']);
      expect(summaryOf(stdout).stopped?.code).toBe('instance-cannot-send');
      expect(sandbox.uploads()).toHaveLength(0);
    });
  }

  for (const fault of ['unauthorized', 'forbidden', 'quota', 'not-authorized'] as const) {
    test(`${fault} during a run stops the sends; the next run goes on`, async () => {
      const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg', 'still.gif', 'cover.mp3']);
      const sandbox = await openTestSandbox({
        faults: [{ name: fault, method: 'sendMediaStatus', from: 2, times: Infinity }],
      });
      const env = variablesOf(sandbox);
      const first = await runCli(['send', 'album', '--json'], { cwd, env });
      expect(first.code).toBe(3);
      expect(resultsOf(first.stdout)).toHaveLength(4);
      expect(summaryOf(first.stdout).counts).toMatchObject({ sent: 1, failed: 3 });
      const healed = await openTestSandbox();
      const second = await runCli(['send', 'album', '--json'], { cwd, env: variablesOf(healed) });
      expect(second.code).toBe(0);
      expect(summaryOf(second.stdout).counts).toMatchObject({ sent: 3, skipped: 1 });
      expect([...sandbox.statuses(), ...healed.statuses()]).toHaveLength(4);
    });
  }
});

test('Ctrl-C ends with 130; every input still has its result, and the next run goes on', async () => {
  const names = ['long-64s-high.mp4', 'album/hdr10.mp4', 'sixty-frames.mp4', 'grey.png'];
  const { cwd } = await makeAlbum(names);
  const sandbox = await openTestSandbox();
  const env = variablesOf(sandbox);
  const running = startCli(['send', 'album', '--json'], { cwd, env });
  while (!running.stdout().includes('"stage":"normalize"')) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  running.child.kill('SIGINT');
  const { code, stdout } = await running.finished;
  expect(code).toBe(130);
  expect(summaryOf(stdout).stopped?.code).toBe('interrupted');
  const inputs = parseLines(stdout).filter(({ type }) => type === 'found');
  expect(resultsOf(stdout)).toHaveLength(inputs.length);
  const second = await runCli(['send', 'album', '--json'], { cwd, env });
  expect(second.code).toBe(0);
  expect(sandbox.statuses().map(({ fileName }) => fileName)).toHaveLength(names.length);
});

test('a sandbox on a port that is taken says so, and is no fault of ours', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const { code, stderr } = await runCli(['sandbox', '--port', port], { cwd: await tempFolder() });
  expect(code).toBe(2);
  expect(stderr).toMatch(/EADDRINUSE/);
  expect(stderr).not.toContain('report it');
});

test('where nobody reads standard error any more the run goes on', async () => {
  const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg']);
  const running = startCli(['prepare', 'album', '--out', 'made', '--json'], { cwd });
  running.child.stderr?.destroy();
  const { code, stdout } = await running.finished;
  expect(code).toBe(0);
  expect(summaryOf(stdout).counts.prepared).toBe(2);
});

test('a reader that goes away ends the run without a stack trace', async () => {
  const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg']);
  const running = startCli(['prepare', 'album', '--json'], { cwd });
  running.child.stdout?.destroy();
  const { stderr } = await running.finished;
  expect(stderr).not.toContain('    at ');
});

test('help is there at once: what a command needs is loaded for that command', async () => {
  const cwd = await tempFolder();
  const timeOf = async (...args: readonly string[]) => {
    const begun = performance.now();
    const { code } = await start(process.execPath, args, { cwd }).finished;
    expect(code).toBe(0);
    return performance.now() - begun;
  };
  const cli = path.join(ROOT, 'dist/cli.js');
  const times = { node: Infinity, help: Infinity, ofSend: Infinity };
  // In turns, since others work on this machine too: the least is what each takes by itself.
  for (let turn = 0; turn < 9; turn++) {
    times.node = Math.min(times.node, await timeOf('-e', '0'));
    times.help = Math.min(times.help, await timeOf(cli, '--help'));
    times.ofSend = Math.min(times.ofSend, await timeOf(cli, 'send', '--help'));
  }
  expect(times.help).toBeLessThan(times.node * 1.5 + 100);
  expect(times.ofSend).toBeLessThan(times.node * 1.5 + 400);
});

test('a folder full of nothing is no failure', async () => {
  const cwd = await tempFolder();
  await mkdir(path.join(cwd, 'empty'));
  const { code, stdout } = await runCli(['prepare', 'empty', '--json'], { cwd });
  expect(code).toBe(0);
  expect(summaryOf(stdout).counts).toEqual({
    ...{ sent: 0, prepared: 0, planned: 0, skipped: 0, failed: 0, uncertain: 0 },
  });
});
