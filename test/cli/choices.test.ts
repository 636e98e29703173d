import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ResultEvent } from '../../src/events.js';
import { processFolder } from '../../src/index.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { SettingsInput } from '../../src/settings.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { parseLines, resultsOf, runCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf as accountOf } from '../support/state.js';

const FAMILY = ['491701234567@c.us', '491701234568@c.us'];
const CONFIG = 'audiences: { family: [+49 170 1234567, +49 170 1234568] }\n';

/** Nothing here is about the pace. */
function variablesOf(sandbox: Sandbox): NodeJS.ProcessEnv {
  return { ...accountOf(sandbox), STATUSCAST_GAP: '0' };
}

/** What the command does, without the start of a process. */
async function send(cwd: string, { credentials }: Sandbox, settings: SettingsInput = {}) {
  const state = path.join(cwd, 'state');
  const events = processFolder(path.join(cwd, 'album'), {
    ...{ goal: 'send', credentials, settings: { state, gap: 0, uploadsPerSecond: 0, ...settings } },
  });
  const results: ResultEvent[] = [];
  for await (const event of events) if (event.type === 'result') results.push(event);
  return results;
}

/** What the server got, in order. */
function statusesOf(sandbox: Sandbox) {
  return sandbox.statuses().map(({ fileName, caption, participants }) => ({
    ...{ fileName, caption, participants: participants ?? [] },
  }));
}

test('each status has what is chosen for its file, and is sent once', async () => {
  const { cwd, album } = await makeAlbum({
    ...{ 'a.jpg': 'landscape.jpg', 'b.jpg': 'landscape.jpg', 'c.jpg': 'landscape.jpg' },
    ...{ 'd.jpg': 'landscape.jpg', 'e/film.mp4': 'long-64s.mp4', 'f.jpg': 'grey.png' },
  });
  await writeFile(path.join(cwd, 'statuscast.config.yaml'), CONFIG);
  const rows = [
    ...['file;caption;participants;crop;start;end;skip', 'a.jpg;"Grüße;\nfrom here";family;;;;'],
    ...['c.jpg;;all;0,0,90,160;;;', 'd.jpg;;;;;;x', 'e\\film.mp4;Waves;;;0:05;0:12;'],
  ];
  await writeFile(path.join(album, 'captions.csv'), `\uFEFF${rows.join('\r\n')}\r\n`);
  await writeFile(path.join(album, 'f.txt'), 'From a text\r\n');
  await writeFile(path.join(album, 'notes.txt'), 'Of nothing');
  const sandbox = await openTestSandbox();
  const env = variablesOf(sandbox);
  const args = ['send', 'album', '--caption', 'Greetings', '--json'];
  const { code, stdout, stderr } = await runCli(args, { cwd, env });
  expect(code, stderr).toBe(0);
  expect(statusesOf(sandbox)).toEqual([
    { fileName: 'a.jpg', caption: 'Grüße;\nfrom here', participants: FAMILY },
    { fileName: 'b.jpg', caption: 'Greetings', participants: [] },
    { fileName: 'c.jpg', caption: 'Greetings', participants: [] },
    { fileName: 'film.mp4', caption: 'Waves', participants: [] },
    { fileName: 'f.jpg', caption: 'From a text', participants: [] },
  ]);
  const results = new Map(resultsOf(stdout).map((result) => [path.basename(result.input), result]));
  expect([...results.keys()].toSorted()).toEqual(
    ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'f.jpg', 'film.mp4', 'notes.txt'].toSorted(),
  );
  expect(results.get('d.jpg')).toMatchObject({
    ...{ outcome: 'skipped', reason: 'left-out' },
    detail: `left out by ${path.join('album', 'captions.csv')}, line 5`,
  });
  expect(results.get('c.jpg')?.plan?.crop).toMatchObject({
    left: 0,
    top: 0,
    width: 90,
    height: 160,
  });
  const seconds = results.get('film.mp4')?.output?.durationSeconds ?? 0;
  expect(Math.abs(seconds - 7)).toBeLessThan(0.1);

  const again = await runCli(args, { cwd, env });
  expect(again.code).toBe(0);
  expect(statusesOf(sandbox)).toHaveLength(5);
});

test('a fault in any file of choices ends the call before anything is sent or made', async () => {
  const { cwd, album } = await makeAlbum({ 'a.jpg': 'landscape.jpg', 'b/c.jpg': 'grey.png' });
  const long = 'x'.repeat(1025);
  await writeFile(path.join(album, 'captions.csv'), `file,caption\ngone.jpg,x\na.jpg,${long}\n`);
  await writeFile(path.join(album, 'b/captions.yaml'), 'c.jpg: { participants: 12 }\n');
  const sandbox = await openTestSandbox();
  const options = { cwd, env: variablesOf(sandbox) };
  const calls = ['send', 'plan', 'prepare'].map((name) => [name, 'album', '--json']);
  for (const finished of await Promise.all(calls.map((args) => runCli(args, options)))) {
    const { code, stdout, stderr } = finished;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.split('\n').map((line) => line.trim());
    expect(lines).toContain('album/captions.csv, line 2: there is no file "gone.jpg"');
    expect(stderr).toMatch(/album\/captions\.csv, line 3: caption must be .* 1024 .* 1025 char/);
    expect(stderr).toMatch(/album\/b\/captions\.yaml, line 1: participants: "12" is no phone/);
  }
  expect(sandbox.requests()).toEqual([]);
});

test('what says the same as the run is what was posted before', async () => {
  const { cwd, album } = await makeAlbum({ 'a.jpg': 'landscape.jpg', 'b.mp4': 'conforming.mp4' });
  const sandbox = await openTestSandbox();
  await send(cwd, sandbox, { caption: 'Hi' });
  const rows =
    'file,caption,participants,fit,start,end,skip\na.jpg,Hi,all,crop,,,no\nb.mp4,,,,0,60,\n';
  await writeFile(path.join(album, 'captions.csv'), rows);
  const results = await send(cwd, sandbox, { caption: 'Hi' });
  expect(results.map(({ reason }) => reason)).toEqual(['already-sent', 'already-sent']);
  // Another caption makes another status, and the words for it may stand beside the file.
  await rm(path.join(album, 'captions.csv'));
  await writeFile(path.join(album, 'a.txt'), 'Hi');
  const same = await send(cwd, sandbox, { caption: 'Hi' });
  expect(same.map(({ reason }) => reason)).toEqual(['already-sent', 'already-sent']);
  expect(sandbox.statuses()).toHaveLength(2);
});

test('the same bytes are one status only where nothing else about them differs', async () => {
  const { cwd, album } = await makeAlbum({
    ...{ '1.mp4': 'conforming.mp4', '2.mp4': 'conforming.mp4', '3.mp4': 'conforming.mp4' },
    '4.mp4': 'conforming.mp4',
  });
  // What is chosen for pictures makes no other status of a clip.
  const rows = 'file,caption,fit\n2.mp4,Other,\n3.mp4,,blur\n4.mp4,Other,pad\n';
  await writeFile(path.join(album, 'captions.csv'), rows);
  const sandbox = await openTestSandbox();
  const results = await send(cwd, sandbox, { concurrency: 4 });
  expect(statusesOf(sandbox).map(({ caption }) => caption)).toEqual([null, 'Other']);
  const ends = results.map(({ input, outcome, reason, detail }) => [
    ...[path.basename(input), reason ?? outcome, detail],
  ]);
  expect(ends.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1))).toEqual([
    ['1.mp4', 'sent', null],
    ['2.mp4', 'sent', null],
    ['3.mp4', 'duplicate', expect.stringContaining('1.mp4')],
    ['4.mp4', 'duplicate', expect.stringContaining('2.mp4')],
  ]);
});

describe('a caption template', () => {
  test('says the name and when a file was taken, and is known before it is looked into', async () => {
    const { cwd, album } = await makeAlbum({ 'd.png': 'grey.png', 'e.jpg': 'landscape.jpg' });
    const exif = {
      IFD2: { DateTimeOriginal: '2026:07:14 23:59:58', OffsetTimeOriginal: '-08:00' },
    };
    const picture = await sharp({
      create: { ...{ width: 90, height: 160 }, channels: 3, background: 'red' },
    })
      .withExif(exif)
      .jpeg()
      .toBuffer();
    await writeFile(path.join(album, 'a.jpg'), picture);
    // A camera whose clock was never set, and who scanned it knew better.
    const unset = {
      IFD2: {
        DateTimeOriginal: '0000:00:00 00:00:00',
        DateTimeDigitized: '2026:07:15 08:00:00',
      },
    };
    const scanned = await sharp(picture).withExif(unset).jpeg().toBuffer();
    await writeFile(path.join(album, 'f.jpg'), scanned);
    await makeMedia(path.join(album, 'b.mp4'), [
      ...[...lavfi('testsrc=s=128x96:r=25:d=1'), ...words('-c:v libx264 -pix_fmt yuv420p')],
      ...words('-metadata creation_time=2026-07-14T22:30:00Z'),
    ]);
    await makeMedia(path.join(album, 'c.mov'), [
      ...[...lavfi('testsrc=s=128x96:r=25:d=2'), ...words('-c:v libx264 -pix_fmt yuv420p')],
      ...words('-movflags use_metadata_tags'),
      ...words('-metadata com.apple.quicktime.creationdate=2026-07-14T08:05:00+0900'),
    ]);
    await writeFile(path.join(album, 'captions.csv'), 'file,caption\ne.jpg,Its own\n');
    const sandbox = await openTestSandbox();
    const env = { ...variablesOf(sandbox), TZ: 'Europe/Berlin' };
    const args = [
      'send',
      'album',
      '--json',
      '--caption-template',
      '{name} — {date} {time} ({folder})',
    ];
    const { code, stderr } = await runCli(args, { cwd, env });
    expect(code, stderr).toBe(0);
    expect(statusesOf(sandbox).map(({ caption }) => caption)).toEqual([
      'a — 2026-07-14 23:59 (album)',
      'b — 2026-07-15 00:30 (album)',
      'c — 2026-07-14 08:05 (album)',
      'd (album)',
      'Its own',
      'f — 2026-07-15 08:00 (album)',
    ]);
    const { stdout } = await runCli(args, { cwd, env });
    expect(new Set(resultsOf(stdout).map(({ reason }) => reason))).toEqual(
      new Set(['already-sent']),
    );
  });

  test('that comes out too long fails its file alone', async () => {
    const { cwd } = await makeAlbum({
      'a.jpg': 'landscape.jpg',
      [`${'b'.repeat(60)}.jpg`]: 'grey.png',
    });
    const sandbox = await openTestSandbox();
    const args = ['send', 'album', '--json', '--caption-template', '{name}'.repeat(20)];
    const { code, stdout } = await runCli(args, { cwd, env: variablesOf(sandbox) });
    expect(code).toBe(1);
    const failed = resultsOf(stdout).find(({ outcome }) => outcome === 'failed');
    expect(failed?.error).toMatchObject({
      code: 'caption-too-long',
      message: expect.stringMatching(/1200 characters, and at most 1024/),
    });
    expect(statusesOf(sandbox).map(({ caption }) => caption)).toEqual(['a'.repeat(20)]);
  });
});

describe('init', () => {
  test('writes a table of the media of a folder, which changes nothing until it is filled in', async () => {
    const { cwd, album } = await makeAlbum({
      ...{ '10.jpg': 'landscape.jpg', '2.jpg': 'grey.png', '=a.mp3': 'holiday.mp3' },
      ...{ 'sub/b.mp4': 'conforming.mp4', 'notes.pdf': 'manifest.json' },
    });
    const env = { LC_ALL: 'de_DE.UTF-8' };
    const { code, stdout } = await runCli(['init', 'album'], { cwd, env });
    expect(code).toBe(0);
    expect(stdout).toContain('album/captions.csv: a line for each of 4 files');
    const file = path.join(album, 'captions.csv');
    const text = await readFile(file, 'utf8');
    const separator = text.includes(';') ? ';' : ',';
    expect(text.split('\r\n').map((line) => line.split(separator)[0])).toEqual([
      ...['\uFEFFfile', './=a.mp3', '2.jpg', '10.jpg', 'sub/b.mp4', ''],
    ]);
    const sandbox = await openTestSandbox();
    const sent = await send(cwd, sandbox);
    expect(sent.every(({ outcome, reason }) => outcome === 'sent' || reason === 'not-media')).toBe(
      true,
    );
    expect(statusesOf(sandbox).map(({ caption }) => caption)).toEqual(Array(4).fill(null));

    const again = await runCli(['init', 'album'], { cwd });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('album/captions.csv is there already');
    await expect(readFile(file, 'utf8')).resolves.toBe(text);
  });

  test('writes YAML, and says what is wrong with the call', async () => {
    const { cwd, album } = await makeAlbum({ 'a.jpg': 'landscape.jpg' });
    const written = await runCli(['init', 'album', '--yaml', '--json'], { cwd });
    expect(parseLines(written.stdout)).toEqual([
      { type: 'init', path: path.join(cwd, 'album/captions.yaml'), files: 1 },
    ]);
    expect(written.stderr).toContain('captions.yaml: a line for one file');
    const file = path.join(album, 'captions.yaml');
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^a\.jpg:$/m);
    await writeFile(file, text.replace(/^a\.jpg:$/m, 'a.jpg: At last'));
    const { stdout } = await runCli(['plan', 'album'], { cwd });
    expect(stdout).toContain('caption "At last"');
    const wrong = [['nowhere'], ['album/a.jpg'], ['a', 'b']];
    const calls = await Promise.all(wrong.map((paths) => runCli(['init', ...paths], { cwd })));
    expect(calls.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(calls[1]?.stderr).toContain('album/a.jpg is a file');
    await mkdir(path.join(cwd, 'empty'));
    const empty = await runCli(['init', 'empty'], { cwd });
    expect(empty).toMatchObject({ code: 2, stdout: '' });
    expect(empty.stderr).toContain('there is no media file in empty');
  });
});
