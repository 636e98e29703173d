import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { processFolder, writeReport, type StatuscastEvent } from '../../src/index.js';
import { markOwnProcess, nameOf, type ProcessMark } from '../../src/processes.js';
import { runCli, startCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const FAST = ['--gap', '0', '--uploads-per-second', '0'];

const read = (cwd: string) => readFile(path.join(cwd, '.statuscast/report.html'), 'utf8');

test('a send leaves a page that tells of every file, and none of the account', async () => {
  const { cwd } = await makeAlbum({
    'a.jpg': 'landscape.jpg',
    'b.mp4': 'sixty-frames.mp4',
    'c.mp3': 'conforming.mp3',
    'd.jpg': 'refused/truncated.jpg',
    'e.jpg': 'landscape.jpg',
  });
  const sandbox = await openTestSandbox();
  const args = ['send', 'album', ...FAST, '--participants', '70000001234', '--caption', 'Hello'];
  const { code, stdout } = await runCli(args, { cwd, env: variablesOf(sandbox) });
  expect(code).toBe(1);
  const file = path.join(cwd, '.statuscast/report.html');
  expect(stdout).toContain(`report:  ${file}`);
  const page = await read(cwd);
  expect(page).toContain('3 statuses posted');
  for (const { idMessage } of sandbox.statuses()) expect(page).toContain(idMessage);
  expect(page.match(/<p class="caption"/g)).toHaveLength(3);
  expect(page).toMatch(/link until/);
  expect(page).toContain('1 contact');
  expect(page).toContain('the same content as');
  expect(page.indexOf('d.jpg')).toBeLessThan(page.indexOf('a.jpg'));
  const { idInstance, apiTokenInstance } = sandbox.credentials;
  for (const secret of [idInstance, apiTokenInstance, '70000001234', 'idInstance', 'http:', cwd]) {
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toContain(secret);
  }
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  // Nothing of what it was made of is left.
  expect((await readdir(path.dirname(file))).filter((name) => name.startsWith('.report'))).toEqual(
    [],
  );
});

const EVIL = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</script></style>',
  '\u202egpj.exe',
  "' onload='x",
];

test('names and captions are text, whatever they hold', async () => {
  const names = EVIL.map((name, at) => `${at}${name.replaceAll('/', '∕')}.png`);
  const { cwd } = await makeAlbum(
    Object.fromEntries(names.map((name, at) => [name, at === 0 ? 'grey.png' : 'tiny-20x30.png'])),
  );
  const args = ['send', 'album', '--sandbox', ...FAST, '--caption', EVIL.join('\n')];
  await runCli(args, { cwd });
  const page = await read(cwd);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.match(/<\/script/g)).toHaveLength(1);
  expect(page.match(/<\/style/g)).toHaveLength(1);
  expect(page).not.toContain('<img');
  expect(page).not.toContain('\u202e');
});

test('prepare leaves one as well; --no-report, plan and a wrong call leave none', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const calls = [
    ['prepare', 'album', '--no-report'],
    ['plan', 'album'],
    ['prepare', 'nowhere'],
  ];
  await Promise.all(calls.map((args) => runCli(args, { cwd })));
  expect(await readdir(cwd)).not.toContain('.statuscast');
  const { code } = await runCli(['prepare', 'album', '--state', 'state'], { cwd });
  expect(code).toBe(0);
  const page = await readFile(path.join(cwd, 'state/report.html'), 'utf8');
  expect(page).toContain('1 file prepared');
});

test('an interrupted run leaves one that says so', async () => {
  const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg', 'long-64s-high.mp4']);
  const running = startCli(['send', 'album', '--sandbox', '--gap', '60'], { cwd });
  while (!/^sent /m.test(running.stdout())) await sleep(50);
  running.child.kill('SIGINT');
  expect((await running.finished).code).toBe(130);
  const page = await read(cwd);
  expect(page).toContain('Interrupted.');
  expect(page).toContain('Not reached');
});

test('a run that is stopped leaves one that says why', async () => {
  const { cwd } = await makeAlbum(['grey.png', 'landscape.jpg']);
  const sandbox = await openTestSandbox({
    faults: [{ name: 'unauthorized', method: 'sendMediaStatus', times: Infinity }],
  });
  const { code } = await runCli(['send', 'album', ...FAST], { cwd, env: variablesOf(sandbox) });
  expect(code).toBe(3);
  expect(await read(cwd)).toMatch(/class="stopped"[^]*Check GREEN_API_ID_INSTANCE/);
});

test('a page that cannot be written is a warning, and the run is as it was', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  await mkdir(path.join(cwd, '.statuscast/report.html'), { recursive: true });
  const { code, stdout } = await runCli(['prepare', 'album'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain('warning    Cannot write the report');
  expect(stdout).toContain('1 prepared');
});

test('what killed runs had begun is removed by the next one, and that of living ones is not', async () => {
  const cwd = await tempFolder();
  const own = markOwnProcess();
  const begin = async (name: string, owner: ProcessMark, ageDays = 0) => {
    const folder = path.join(cwd, `.report-${nameOf(owner)}-${name}`);
    await mkdir(folder);
    const touchedAt = new Date(Date.now() - ageDays * 24 * 3_600_000);
    await utimes(folder, touchedAt, touchedAt);
  };
  await begin('killed', { ...own, pid: 999_999_999 });
  // A number is given again: that of the first process of a container always is.
  if (own.began !== '') await begin('before', { ...own, began: '1' });
  await begin('waiting-for-long', own, 30);
  await begin('elsewhere', { ...own, host: 'another' }, 1);
  await begin('left-elsewhere', { ...own, host: 'another' }, 30);
  // Of somebody's own.
  await mkdir(path.join(cwd, '.report-notes'));
  await utimes(path.join(cwd, '.report-notes'), 0, 0);
  for await (const event of writeReport(path.join(cwd, 'report.html'), () => someEvents(20))) {
    void event;
  }
  const left = (await readdir(cwd)).map((name) => name.replace(/^\.report-\w+-\d+-\d+-/, ''));
  expect(left.toSorted()).toEqual([
    ...['.report-notes', 'elsewhere', 'report.html', 'waiting-for-long'],
  ]);
});

/** The page of a run over a clip that is kept, one that is encoded and a photograph that is cut. */
async function pageOf(
  onEvent: (event: StatuscastEvent, folder: string) => unknown,
): Promise<string> {
  const { cwd } = await makeAlbum(['conforming.mp4', 'sixty-frames.mp4', 'landscape.jpg']);
  const [file, out] = [path.join(cwd, 'state/report.html'), path.join(cwd, 'out')];
  const events = writeReport(file, async function* (previews) {
    const options = { goal: 'prepare', settings: { out }, previews } as const;
    for await (const event of processFolder(path.join(cwd, 'album'), options)) {
      await onEvent(event, previews.folder);
      yield event;
    }
  });
  for await (const event of events) expect(event.type).not.toBe('warning');
  expect(await readdir(path.dirname(file))).toEqual(['report.html']);
  return readFile(file, 'utf8');
}

test('a file that two pictures are of is in the page once', async () => {
  const page = await pageOf(() => undefined);
  expect(page.match(/class="picture"/g)).toHaveLength(6);
  expect(page.match(/data:image\/jpeg/g)).toHaveLength(4);
  const used = [...page.matchAll(/<use href="#([^"]+)"/g)].map(([, id = '']) => id);
  expect(new Set(used).size).toBe(2);
  for (const id of used) expect(page.split(`id="${id}"`)).toHaveLength(2);
});

test('a run whose folder was taken for left over writes its page all the same', async () => {
  const page = await pageOf((event, folder) =>
    event.type === 'summary' ? rm(folder, { recursive: true }) : null,
  );
  expect(page).toContain('3 files prepared');
  expect(page).not.toMatch(/class="picture"|<use/);
});

test('a run that throws leaves what there is, and throws', async () => {
  const cwd = await tempFolder();
  const file = path.join(cwd, 'report.html');
  const run = writeReport(file, async function* () {
    yield* someEvents(3);
    throw new Error('the disk is <gone>');
  });
  await expect(async () => {
    for await (const event of run) void event;
  }).rejects.toThrow('the disk is <gone>');
  expect(await readFile(file, 'utf8')).toContain('the disk is &#60;gone&#62;');
});

test('20,000 files take no more memory than 200, and stand in their order', async () => {
  const cwd = await tempFolder();
  const file = path.join(cwd, 'report.html');
  const begunBytes = process.memoryUsage().rss;
  let most = 0;
  let count = 0;
  const events = writeReport(file, () => someEvents(20_000));
  for await (const event of events) {
    if (event.type === 'result' && ++count % 1000 === 0) {
      most = Math.max(most, process.memoryUsage().rss - begunBytes);
    }
  }
  expect(most).toBeLessThan(120e6);
  const page = await readFile(file, 'utf8');
  const numbers = [...page.matchAll(/<h3 dir="auto">(\d+)\.jpg/g)].map(([, number]) =>
    Number(number),
  );
  expect(numbers).toHaveLength(20_000);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test('previews end where their room does, and the page says so', async () => {
  const { cwd, album } = await makeAlbum({
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`${at + 10}.png`, 'grey.png'] as const),
    ),
  });
  const file = path.join(cwd, 'report.html');
  const settings = { out: path.join(cwd, 'out'), concurrency: 1 };
  const events = writeReport(file, ({ folder }) =>
    processFolder(album, {
      ...{ goal: 'prepare', settings, previews: { folder, maxBytes: 20_000 } },
    }),
  );
  let previews = 0;
  for await (const event of events) if (event.type === 'preview') previews++;
  expect(previews).toBeGreaterThan(1);
  // Seven fill the room, and those of one file more may be under way by then.
  expect(previews).toBeLessThan(9);
  expect(await readFile(file, 'utf8')).toContain(
    `${12 - previews} statuses without a picture here`,
  );
});

/** Results that come two by two in the wrong order. */
async function* someEvents(count: number): AsyncGenerator<StatuscastEvent> {
  yield { type: 'started', goal: 'send', watch: false, stateDir: null, outDir: '/out' };
  for (let number = 0; number < count; number += 2) {
    const pair = [number, number + 1].filter((own) => own < count);
    for (const own of pair) yield { type: 'found', input: `${own}.jpg`, bytes: 1000 };
    for (const own of pair.toReversed()) yield resultOf(own);
  }
  if (count < 10) return;
  const counts = { sent: count, prepared: 0, planned: 0, skipped: 0, failed: 0, uncertain: 0 };
  yield { type: 'summary', counts, estimate: null, seconds: 9, stopped: null };
}

function resultOf(number: number): StatuscastEvent {
  const plan = {
    action: 'encode',
    reasons: ['4000×3000 is not 9:16'],
    fit: 'crop',
    crop: null,
  } as const;
  const size = { bytes: 1000, width: 1080, height: 1920, durationSeconds: null };
  return {
    ...{ type: 'result', input: `${number}.jpg`, kind: 'image', source: 'JPEG, 4000×3000' },
    ...{ outcome: 'sent', plan, estimate: null, urlFile: null, reason: null, detail: null },
    output: { path: `/out/${number}.jpg`, mime: 'image/jpeg', ...size },
    ...{ idMessage: `3EB0${number}`, posting: null, error: null, parts: null },
  };
}
