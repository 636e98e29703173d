import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { processFile } from '../../src/pipeline.js';
import { fixture } from '../support/fixtures.js';
import { runCli, summaryOf } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';
import { wrapPrograms } from '../support/wrapped-programs.js';

// Programs started a file, counted by programs that note that they were started and then are the
// real ones. More of them is a step back, fewer of them is a reason to lower the figure here.

it.each([
  ['a clip that is kept', 'conforming.mp4', { ffmpeg: 0, ffprobe: 2 }, { ffmpeg: 1 }],
  ['a clip that is copied', 'moov-last.mp4', { ffmpeg: 1, ffprobe: 2 }, { ffmpeg: 1 }],
  ['a clip that is encoded', 'interlaced.mp4', { ffmpeg: 1, ffprobe: 2 }, { ffmpeg: 0 }],
  [
    'a clip of which the picture is copied',
    'no-sound.mp4',
    { ffmpeg: 1, ffprobe: 2 },
    { ffmpeg: 2 },
  ],
  ['a sound that is kept', 'conforming.mp3', { ffmpeg: 0, ffprobe: 2 }, { ffmpeg: 0 }],
  ['a sound that is encoded', 'long-64s.wav', { ffmpeg: 1, ffprobe: 2 }, { ffmpeg: 0 }],
  ['a photograph', 'landscape.jpg', { ffmpeg: 0, ffprobe: 0 }, { ffmpeg: 0 }],
] as const)('%s: %s takes %o, and %o for its previews', async (_, file, plain, forPreviews) => {
  expect(await countStarts(fixture(file), false)).toEqual(plain);
  expect(await countStarts(fixture(file), true)).toEqual({
    ...plain,
    ffmpeg: plain.ffmpeg + forPreviews.ffmpeg,
  });
});

it('where no file needs them they are not even asked what they can do', async () => {
  const isAsked = false;
  const none = { ffmpeg: 0, ffprobe: 0 };
  expect(await countStarts(fixture('landscape.jpg'), true, { isAsked })).toEqual(none);
  const asked = { ffmpeg: 2, ffprobe: 1 + 2 };
  expect(await countStarts(fixture('conforming.mp3'), false, { isAsked })).toEqual(asked);
});

it('HEICs share the processes that decode them', async () => {
  const folder = await tempFolder();
  const names = Array.from({ length: 8 }, (_, number) => `${number}.heic`);
  await mkdir(join(folder, 'in'));
  for (const name of names) await copyFile(fixture('album/phone.heic'), join(folder, 'in', name));
  const log = join(folder, 'starts');
  const noteStart = `import fs from 'node:fs'; fs.appendFileSync('${log}', process.argv[1] + '\\n');`;
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(noteStart)}` };
  const args = ['prepare', 'in', '--concurrency', '1', '--json'];
  const { code, stdout } = await runCli(args, { cwd: folder, env });
  expect(code).toBe(0);
  expect(summaryOf(stdout).counts.prepared).toBe(names.length);
  const starts = (await readFile(log, 'utf8')).split('\n');
  expect(starts.filter((line) => line.endsWith('cli.js'))).toHaveLength(1);
  const decoders = starts.filter((line) => line.endsWith('decode-heic.js'));
  // As many as are looked into at once.
  expect(decoders.length).toBeGreaterThanOrEqual(1);
  expect(decoders.length).toBeLessThanOrEqual(2);
});

async function countStarts(file: string, hasPreviews: boolean, { isAsked = true } = {}) {
  const folder = await tempFolder();
  const log = join(folder, 'starts');
  const env = await wrapPrograms(folder, (program) => `echo ${program} >> '${log}'`);
  const previews = { folder: join(folder, 'previews'), maxBytes: 1_000_000 };
  const settings = { out: join(folder, 'out') };
  if (isAsked) await (await findFfmpeg(env)).abilities();
  await writeFile(log, '');
  const outcomes: string[] = [];
  const run = { goal: 'prepare', settings, env, ...(hasPreviews ? { previews } : {}) } as const;
  for await (const event of processFile(file, run)) {
    if (event.type === 'result') outcomes.push(event.outcome);
  }
  expect(outcomes).toEqual(['prepared']);
  const starts = (await readFile(log, 'utf8')).split('\n');
  const count = (program: string) => starts.filter((line) => line === program).length;
  return { ffmpeg: count('ffmpeg'), ffprobe: count('ffprobe') };
}
