import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  check,
  createGreenApiClient,
  createSettings,
  findFfmpeg,
  normalizeAudio,
  normalizeImage,
  normalizeVideo,
  plan,
  probe,
  processFile,
  processFolder,
  sendMediaStatus,
  sniff,
  StatuscastError,
  uploadFile,
  type StatuscastEvent,
} from '../src/index.js';
import { isAlive } from './support/is-alive.js';
import { ROOT } from './support/run-cli.js';
import { makeAlbum, openTestSandbox } from './support/state.js';
import { tempFolder } from './support/temp-folder.js';
import { wrapPrograms } from './support/wrapped-programs.js';

const FAST = { uploadsPerSecond: 0, journalWaitMs: 1000 };

async function collect(events: AsyncIterable<StatuscastEvent>): Promise<StatuscastEvent[]> {
  const all: StatuscastEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test('processFolder tells a run from found to summary', async () => {
  const { cwd, album } = await makeAlbum(['landscape.jpg', 'cover.mp3']);
  const sandbox = await openTestSandbox();
  const { credentials } = sandbox;
  const settings = { ...FAST, state: path.join(cwd, 'state') };
  const events = await collect(processFolder(album, { goal: 'send', credentials, settings }));
  const of = (input: string) =>
    events.flatMap((event) =>
      'input' in event && event.input?.endsWith(input) === true
        ? [event.type === 'stage' ? event.stage : event.type]
        : [],
    );
  expect(of('landscape.jpg').filter((type) => type !== 'progress')).toEqual([
    ...['found', 'inspect', 'normalize', 'stage-end', 'upload', 'stage-end', 'send', 'result'],
  ]);
  expect(events.at(0)).toMatchObject({ type: 'started', goal: 'send' });
  expect(events.filter(({ type }) => type === 'totals')).toMatchObject([{ inputs: 2 }]);
  expect(events.at(-1)).toMatchObject({ type: 'summary', counts: { sent: 2 } });
  expect(sandbox.statuses()).toHaveLength(2);
});

test('processFile sends one file', async () => {
  const { cwd, album } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const { credentials } = sandbox;
  const settings = { ...FAST, state: path.join(cwd, 'state') };
  const file = path.join(album, 'grey.png');
  const events = await collect(processFile(file, { goal: 'send', credentials, settings }));
  expect(events.at(-1)).toMatchObject({ counts: { sent: 1 } });
  expect(sandbox.statuses()).toMatchObject([{ fileName: 'grey.jpg' }]);
});

test('leaving the loop ends the run: nothing half-written stays, and no program', async () => {
  const { cwd, album } = await makeAlbum(['long-64s-high.mp4', 'sixty-frames.mp4']);
  const pids = path.join(cwd, 'pids');
  const env = await wrapPrograms(cwd, (program) =>
    program === 'ffmpeg' ? `echo $$ >> '${pids}'` : ':',
  );
  const out = path.join(cwd, 'out');
  const options = { goal: 'prepare', settings: { out, videoPreset: 'slow' }, env } as const;
  let left: string | null = null;
  for await (const event of processFolder(album, options)) {
    if (event.type !== 'progress' || event.stage !== 'normalize') continue;
    left = event.input;
    break;
  }
  expect(left).not.toBeNull();
  expect(await readdir(out)).toEqual([]);
  const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
  expect(started.filter(isAlive)).toEqual([]);
});

test('a signal ends a run that has not begun, with a result for each input', async () => {
  const { cwd, album } = await makeAlbum(['grey.png', 'landscape.jpg']);
  const settings = { out: path.join(cwd, 'out') };
  const signal = AbortSignal.abort();
  const events = await collect(processFolder(album, { goal: 'prepare', settings, signal }));
  const codes = events.flatMap((event) => (event.type === 'result' ? [event.error?.code] : []));
  expect(codes).toEqual(['interrupted', 'interrupted']);
});

test('what is wrong with the call is thrown, with every fault', async () => {
  const wrong = collect(
    processFolder('nowhere', { goal: 'prepare', settings: { concurrency: 0, retries: -1 } }),
  );
  await expect(wrong).rejects.toThrow(StatuscastError);
  await expect(wrong).rejects.toThrow(/concurrency.*retries/);
});

test('the stages work by themselves, from bytes to a status', async () => {
  const out = await tempFolder();
  const ffmpeg = await findFfmpeg();
  const settings = createSettings({ maxDurationSeconds: 30 });
  const sandbox = await openTestSandbox();
  const { credentials } = sandbox;
  const client = createGreenApiClient(credentials);
  const limits = { timeoutMs: 60_000 };
  for (const name of ['holiday.mp3', 'album/memo.m4a', 'odd-321x241.mp4']) {
    const source = path.join(ROOT, 'fixtures', name);
    const media = await probe(ffmpeg, source, await sniff(source));
    if (media.type === 'unusable' || media.type === 'not-media') throw new Error(media.type);
    const decided = plan(media, name, settings);
    if (decided.action === 'refuse') throw new Error(decided.error.code);
    const output = path.join(out, `${path.basename(name)}.out`);
    if (decided.kind === 'image') await normalizeImage(ffmpeg, source, decided, output, limits);
    else if (decided.kind === 'audio')
      await normalizeAudio(ffmpeg, source, decided, output, limits);
    else await normalizeVideo(ffmpeg, source, decided, output, limits);
    const checked = await check(ffmpeg, output, decided.kind, settings);
    if (checked.type === 'broken') throw new Error(checked.faults.join());
    const extension = { image: 'jpg', audio: 'mp3', video: 'mp4' }[decided.kind];
    const fileName = `status.${extension}`;
    const link = await uploadFile(client, checked.output, fileName);
    const { urlFile } = link;
    const status = { urlFile, fileName, caption: name, participants: [] };
    expect(await sendMediaStatus(client, status, { retries: 1 })).toMatchObject({ type: 'sent' });
  }
  await client.close();
  expect(sandbox.statuses().map(({ kind, caption }) => [kind, caption])).toEqual([
    ['image', 'holiday.mp3'],
    ['audio', 'album/memo.m4a'],
    ['video', 'odd-321x241.mp4'],
  ]);
});
