import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { paintAlbum } from '../support/paint-album.js';
import { ROOT, runCli, parseLines } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { openTerminal, whyNoTerminal } from '../support/terminal.js';

if (whyNoTerminal !== null) console.log(`skipped: no test on a terminal (${whyNoTerminal})`);

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

const SLOW = '--sandbox --gap 30';

describe.skipIf(whyNoTerminal !== null)('on a terminal', () => {
  test('a run is a view that comes and goes, and its end stays', async () => {
    const { cwd } = await makeAlbum([
      'grey.png',
      'cover.mp3',
      'long-64s-high.mp4',
      'refused/photo.jpg',
    ]);
    // Slow enough to be seen at work on any machine.
    const slow = 'send album --sandbox --gap 1 --video-preset slow';
    const terminal = await openTerminal(slow, { cwd });
    const lines = await terminal.until(/ of 4 files[^]*^normalize .*^upload .*^send /ms);
    expect(lines[0]).toMatch(/^[█░]+ {2}\d of 4 files/);
    expect(await terminal.flags()).toEqual({ hasCursor: false, isOther: true });
    await terminal.until(/\d+%  encode video +\d+ of 60 s  album\/long-64s-high/);
    await terminal.until(/rc=0/);
    expect(await terminal.flags()).toEqual({ hasCursor: true, isOther: false });
    const all = (await terminal.screen()).join('\n');
    expect(all).toMatch(/^before\n +files +kept +remuxed +encoded +in +out\n/);
    expect(all).toContain('3 sent, 1 skipped (1 not-media), 0 failed, 0 uncertain in');
    expect(all).toContain('statuscast undo --sandbox');
    expect(all).not.toContain('normalize');
  });

  test('it fits when the window changes, and leaves nothing behind', async () => {
    const cwd = await paintAlbum(12);
    const terminal = await openTerminal(`send album ${SLOW}`, { cwd, columns: 140, rows: 40 });
    await terminal.until(/done +1 sent/);
    for (const [columns, rows] of [
      [140, 40],
      [60, 20],
      [80, 24],
      [30, 8],
      [100, 30],
    ] as const) {
      await terminal.resize(columns, rows);
      const lines = await terminal.until(
        new RegExp(`^[█░]*.{0,${columns}}$[^]*send +1 at work`, 'm'),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const settled = await terminal.screen();
      expect(settled.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
      for (const head of ['normalize', 'upload', 'send']) {
        expect(settled.filter((line) => line.startsWith(`${head} `))).toHaveLength(1);
      }
    }
    await terminal.type('C-c');
    await terminal.until(/rc=130/);
    expect(await terminal.everything()).not.toContain('at work');
  });

  test('what is typed meanwhile does not stay in it', async () => {
    const cwd = await paintAlbum(12);
    const terminal = await openTerminal(`send album ${SLOW}`, { cwd });
    await terminal.until(/done +1 sent/);
    await terminal.type('Enter', 'Enter', 'w', 'h', 'y', 'Enter', 'Enter');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const lines = await terminal.until(/^[█░]+ {2}\d/m);
    expect(lines[0]).toMatch(/^[█░]+ {2}\d+ of 12 files/);
    for (const head of ['normalize', 'upload', 'send']) {
      expect(lines.filter((line) => line.startsWith(`${head} `))).toHaveLength(1);
    }
    expect(lines.join('\n')).not.toContain('why');
  });

  test('Ctrl-C says what is finished, and a second one leaves at once with the cursor back', async () => {
    const cwd = await paintAlbum(4);
    const sandbox = await openTestSandbox({
      faults: [{ name: 'slow', method: 'sendMediaStatus', times: Infinity }],
    });
    const terminal = await openTerminal('send album --yes', { cwd, env: variablesOf(sandbox) });
    await terminal.until(/send image/);
    await terminal.type('C-c');
    await terminal.until(/Interrupted: finishing the send in flight\. Ctrl-C again/);
    await terminal.type('C-c');
    const lines = await terminal.until(/rc=130/);
    expect(lines.filter((line) => line !== '')).toEqual([
      'before',
      'Ended at once. A run goes on with the same command.',
      'rc=130',
    ]);
    expect(await terminal.flags()).toEqual({ hasCursor: true, isOther: false });
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false, /█|░/],
    ['FORCE_COLOR=1', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, /█|░/],
    ['no Unicode', { LANG: 'C' }, true, /^\S*[#.]{8}[#.]* {2}\d/m],
  ] as const)('%s is kept to', async (_, env, hasColours, bars) => {
    const cwd = await paintAlbum(3);
    const terminal = await openTerminal(`send album ${SLOW}`, { cwd, env });
    await terminal.until(/done +1 sent/);
    const all = await terminal.everything();
    // oxlint-disable-next-line no-control-regex
    expect(/\u001b\[\d+m/.test(all)).toBe(hasColours);
    expect(stripVTControlCharacters(all)).toMatch(bars);
    // oxlint-disable-next-line no-control-regex
    if ('LANG' in env) expect(all).toMatch(/^[\u0000-\u007f]*$/);
  });

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }, ''],
    ['--plain', {}, '--plain'],
    ['CI', { CI: 'true' }, ''],
  ] as const)(
    'with %s there is a line a file, and nothing is painted over',
    async (_, env, flag) => {
      const cwd = await paintAlbum(2);
      const terminal = await openTerminal(`prepare album ${flag}`, { cwd, env });
      await terminal.until(/rc=0/);
      expect(await terminal.screen()).toContainEqual(
        expect.stringMatching(/^prepared +album\/1\.png: /),
      );
      // oxlint-disable-next-line no-control-regex
      expect(await terminal.everything()).not.toMatch(/\u001b\[[\d;]*[1-9]/);
    },
  );

  test('with --json the view is on standard error where that is a terminal', async () => {
    const cwd = await paintAlbum(3);
    const terminal = await openTerminal(`send album ${SLOW} --json > events.ndjson`, { cwd });
    await terminal.until(/^send +1 at work/m);
    await terminal.type('C-c');
    await terminal.until(/rc=130/);
    const text = await readFile(path.join(cwd, 'events.ndjson'), 'utf8');
    expect(parseLines(text).at(-1)).toMatchObject({ type: 'summary' });
    expect(text).not.toMatch(CONTROL);
  });
});

test.skipIf(whyNoTerminal !== null)('a plan is wrapped between words', async () => {
  const { cwd } = await makeAlbum(['refused/photo.jpg', 'refused/camera.dng', 'long-64s-high.mp4']);
  const columns = 60;
  const terminal = await openTerminal('plan album', { cwd, columns, rows: 40 });
  const lines = await terminal.until(/rc=/);
  expect(lines.filter((line) => stringWidth(line) === columns)).toEqual([]);
  expect(lines.join('\n')).toMatch(/\n {11}\w/);
});

describe.skipIf(whyNoTerminal !== null)('asking first', () => {
  test('says how many go to whom through which account; a yes goes on', async () => {
    const { cwd } = await makeAlbum(['grey.png', 'cover.mp3', 'refused/photo.jpg']);
    const sandbox = await openTestSandbox();
    const args = 'send album --caption Greetings --participants 70000001234,70000005678 --gap 0';
    const terminal = await openTerminal(args, { cwd, env: variablesOf(sandbox) });
    const asked = (await terminal.until(/Post\? \[y\/N\]/)).join('\n');
    expect(asked).toContain('up to 2 statuses, of 3 files');
    expect(asked).toContain('2 contacts: 70000001234, 70000005678');
    expect(asked).toContain(`instance ******${sandbox.credentials.idInstance.slice(-4)} at`);
    expect(asked).toContain('Greetings');
    expect(asked).not.toContain(sandbox.credentials.idInstance);
    expect(asked).not.toContain(sandbox.credentials.apiTokenInstance);
    expect(sandbox.requests()).toHaveLength(0);
    await terminal.type('y', 'Enter');
    await terminal.until(/rc=0/);
    expect(sandbox.statuses()).toHaveLength(2);
  });

  test.each([
    ['no', ['n', 'Enter'], 0],
    ['nothing', ['Enter'], 0],
    ['the end of the input', ['C-d'], 0],
    ['Ctrl-C', ['C-c'], 130],
  ] as const)('after %s nothing is posted', async (_, keys, code) => {
    const cwd = await paintAlbum(2);
    const sandbox = await openTestSandbox();
    const terminal = await openTerminal('send album', { cwd, env: variablesOf(sandbox) });
    const asked = await terminal.until(/Post\? \[y\/N\]/);
    expect(asked.join('\n')).toContain('all contacts');
    await terminal.type(...keys);
    await terminal.until(new RegExp(`Nothing was posted\\.\nrc=${code}$`, 'm'));
    expect(sandbox.requests()).toHaveLength(0);
  });

  test('a watch is asked about once, also where there is nothing yet', async () => {
    const { cwd, album } = await makeAlbum([]);
    const sandbox = await openTestSandbox();
    const args = 'watch album --gap 0 --steady-seconds 0.2';
    const terminal = await openTerminal(args, { cwd, env: variablesOf(sandbox) });
    const asked = await terminal.until(/Post\? \[y\/N\]/);
    expect(asked.join('\n')).toContain('It goes on with what appears there, without asking again.');
    expect(asked.join('\n')).toMatch(/to +all contacts/);
    await terminal.type('y', 'Enter');
    await terminal.until(/^watching for \d:\d\d: waiting for files/m);
    await cp(path.join(ROOT, 'fixtures/grey.png'), path.join(album, 'grey.png'));
    await terminal.until(/done +1 sent/);
    await terminal.type('C-c');
    await terminal.until(/rc=130/);
    expect(sandbox.statuses()).toHaveLength(1);
  });

  test('undo is asked about in the same way', async () => {
    const cwd = await paintAlbum(1);
    await runCli(['send', 'album', '--sandbox'], { cwd });
    const terminal = await openTerminal('undo --sandbox', { cwd });
    await terminal.until(/Delete it\? \[y\/N\]/);
    await terminal.type('C-c');
    expect((await terminal.until(/rc=130/)).join('\n')).not.toContain('undone');
  });
});

test('off a terminal there is one line a file, without control codes, and nothing is asked', async () => {
  const { cwd } = await makeAlbum({
    'grey.png': 'grey.png',
    'again.png': 'grey.png',
    'evil\u001b[31m\n.png': 'tiny-20x30.png',
    'photo.jpg': 'refused/photo.jpg',
    'cut.jpg': 'refused/truncated.jpg',
  });
  const sandbox = await openTestSandbox({
    faults: [{ name: 'too-fast', method: 'uploadFile', times: 3 }],
  });
  const env = { ...variablesOf(sandbox), FORCE_COLOR: '1' };
  const { code, stdout, stderr } = await runCli(['send', 'album', '--gap', '0'], { cwd, env });
  expect(code).toBe(1);
  expect(stderr).toBe('');
  expect(stdout).not.toMatch(CONTROL);
  const lines = stdout.split('\n');
  const files = lines.filter((line) => /^(sent|skipped|failed) /.test(line));
  expect(files).toHaveLength(5);
  expect(files).toContainEqual(
    expect.stringMatching(
      /^sent +album\/\S+: PNG\S* .+ → encoded as image: .+ → .+jpg, .+ → status /,
    ),
  );
  expect(lines.filter((line) => line.startsWith('waiting')).length).toBeLessThanOrEqual(3);
  expect(stdout).toContain('✗ Cannot decode it: ');
});
