import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  processFile,
  type Preview,
  type PreviewEvent,
  type ResultEvent,
  type SettingsInput,
} from '../../src/index.js';
import { fixture } from '../support/fixtures.js';
import { numberedFrames, readFrameNumbers } from '../support/frame-numbers.js';
import { hashOf } from '../support/hash.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { ffmpeg } from '../support/normalize-file.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';
import { wrapPrograms } from '../support/wrapped-programs.js';

/** A clip that is kept as it is: red, then blue from the middle on. */
async function makeClip(folder: string, seconds: number, keyFrames: number): Promise<string> {
  const half = (colour: string) => lavfi(`color=${colour}:s=320x240:r=30:d=${seconds / 2}`);
  const interval = Math.ceil((seconds * 30) / keyFrames);
  return makeMedia(path.join(folder, 'clip.mp4'), [
    ...[...half('red'), ...half('blue'), ...lavfi(`sine=sample_rate=44100:d=${seconds}`)],
    ...['-filter_complex', '[0:v][1:v]concat=n=2[v]', '-map', '[v]', '-map', '2:a'],
    ...[...CONFORMING_PICTURE, ...words(`-g ${interval} -keyint_min ${interval}`)],
    ...[...words('-sc_threshold 0'), ...CONFORMING_SOUND, ...FASTSTART],
  ]);
}

interface Shown {
  readonly previews: readonly PreviewEvent[];
  readonly result: ResultEvent;
  /** Seconds. */
  readonly progress: readonly number[];
}

async function show(
  folder: string,
  file: string,
  given: SettingsInput = {},
  env: NodeJS.ProcessEnv = {},
): Promise<Shown> {
  const previews = { folder: path.join(folder, 'previews'), maxBytes: 1_000_000 };
  const settings = { ...given, out: path.join(folder, 'out') };
  const found: PreviewEvent[] = [];
  const results: ResultEvent[] = [];
  const progress: number[] = [];
  const run = { goal: 'prepare', settings, previews, env: { ...process.env, ...env } } as const;
  for await (const event of processFile(file, run)) {
    if (event.type === 'preview') found.push(event);
    if (event.type === 'progress' && event.stage === 'normalize') progress.push(event.done);
    if (event.type === 'result') results.push(event);
  }
  const [result] = results;
  if (result?.outcome !== 'prepared') throw new Error(`not made: ${JSON.stringify(result?.error)}`);
  // Nothing is left there but what is told of.
  const told = found.flatMap(({ before, after }) => [before, after]);
  const files = told.flatMap((preview) => (preview === null ? [] : [path.basename(preview.path)]));
  expect((await readdir(previews.folder)).toSorted()).toEqual([...new Set(files)].toSorted());
  return { previews: found, result, progress };
}

async function previewsOf(folder: string, file: string): Promise<PreviewEvent> {
  const { previews, result } = await show(folder, file);
  expect(result.plan?.action).toBe('keep');
  const [event] = previews;
  if (event === undefined) throw new Error('there is no preview');
  return event;
}

/** Where a frame of a preview is in its file. */
function windowOf(window: Preview['window'], frame: number): Preview['window'] {
  return { ...window, top: window.top + frame * window.height };
}

/** The middle of each frame. */
async function coloursOf(preview: PreviewEvent['after']): Promise<readonly string[]> {
  if (preview === null) throw new Error('there is no picture');
  const { width, height, window, frames } = preview;
  const { data, info } = await sharp(preview.path).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height });
  return Array.from({ length: frames }, (_, frame) => {
    const { left, top, width: wide, height: high } = windowOf(window, frame);
    const [x, y] = [left + Math.floor(wide / 2), top + Math.floor(high / 2)];
    const at = (y * width + x) * info.channels;
    return (data[at] ?? 0) > (data[at + 2] ?? 0) ? 'red' : 'blue';
  });
}

test.each([
  ['one key frame', 1, ['red', 'red', 'red', 'red']],
  ['two key frames', 2, ['red', 'red', 'blue', 'blue']],
  ['a key frame each second', 6, ['red', 'red', 'blue', 'blue']],
])('a clip of six seconds and %s is shown by what it has', async (_, keyFrames, colours) => {
  const folder = await tempFolder();
  const { before, after } = await previewsOf(folder, await makeClip(folder, 6, keyFrames));
  expect(await coloursOf(after)).toEqual(colours);
  expect(await coloursOf(before)).toEqual(['red']);
});

test.each([
  ['whose clock counts frames', [], ['-video_track_timescale', '30']],
  ['whose picture ends before its sound', ['-t', '4'], []],
])('a clip %s is shown by its key frames', async (_, picture, muxer) => {
  const folder = await tempFolder();
  const clip = ['-i', await makeClip(folder, 6, 6)];
  const { after } = await previewsOf(
    folder,
    await makeMedia(path.join(folder, 'changed.mp4'), [
      ...[...picture, ...clip, ...clip, ...words('-map 0:v -map 1:a -c copy')],
      ...[...muxer, ...FASTSTART],
    ]),
  );
  expect(await coloursOf(after)).toEqual(['red', 'red', 'blue', 'blue']);
});

test('a clip whose end is lost is shown by its beginning', async () => {
  const folder = await tempFolder();
  const file = await makeClip(folder, 6, 6);
  const bytes = await readFile(file);
  const from = bytes.indexOf('mdat') + Math.floor((bytes.length - bytes.indexOf('mdat')) / 2);
  await writeFile(file, bytes.fill(0, from));
  const { after } = await previewsOf(folder, file);
  expect(await coloursOf(after)).toEqual(['red']);
});

/** A clip that has to be encoded, each frame of which says its number. */
function makeNumbered(folder: string, seconds: number): Promise<string> {
  return makeMedia(path.join(folder, 'numbered.mkv'), [
    ...[...numberedFrames('25', seconds), ...lavfi(`sine=sample_rate=44100:d=${seconds}`)],
    ...words('-c:v ffv1 -c:a flac'),
  ]);
}

async function numbersOf(folder: string, preview: PreviewEvent['after']) {
  if (preview === null) throw new Error('there is no picture');
  const { frames, window } = preview;
  const row: number[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const file = path.join(folder, `frame-${frame}.png`);
    await sharp(preview.path).extract(windowOf(window, frame)).toFile(file);
    row.push(...(await readFrameNumbers(file)));
  }
  return row;
}

test.each([
  ['as a whole', {}, 1],
  ['in parts', { long: 'split', maxDurationSeconds: 10 }, 3],
] as const)(
  'what is encoded %s is shown by its frames at equal distances',
  async (_, given, of) => {
    const folder = await tempFolder();
    const { previews, result, progress } = await show(
      folder,
      await makeNumbered(folder, 24),
      given,
    );
    // What is decoded before a part, and dropped, is none of it.
    for (const seconds of progress) expect(seconds).toBeLessThanOrEqual(24 / of + 2);
    const outputs = result.parts?.map(({ output }) => output) ?? [result.output];
    expect(outputs).toHaveLength(of);
    for (const [index, output] of outputs.entries()) {
      const { before, after } =
        previews.find(({ part }) => (part?.number ?? 1) === index + 1) ?? {};
      const made = await readFrameNumbers(output?.path ?? '');
      expect(await numbersOf(folder, before ?? null)).toEqual([made[0]]);
      const strip = await numbersOf(folder, after ?? null);
      expect(strip).toHaveLength(6);
      for (const [at, number] of strip.entries()) {
        // The distance is rounded to a millionth of a frame a second.
        const due = Math.floor((at * made.length) / strip.length);
        expect([made[due - 1], made[due], made[due + 1]]).toContain(number);
      }
    }
  },
);

// Turned, fields, full range, other shapes of pixels, rates that change, one that is copied, and
// one whose pictures take runs of their own.
test.each([
  ...['mirrored.mp4', 'interlaced.mp4', 'full-range.mp4', 'anamorphic.mp4', 'yuv444.mp4'],
  ...['variable-rate.mp4', 'sixty-frames.mp4', 'moov-last.mp4', 'no-sound.mp4'],
])('%s is shown as it came out', async (name) => {
  const folder = await tempFolder();
  const { previews, result } = await show(folder, fixture(name));
  const [{ before, after } = { before: null, after: null }] = previews;
  const { output } = result;
  if (before === null || after === null || output === null) throw new Error('nothing is shown');
  const seconds = output.durationSeconds ?? 0;
  expect(await differenceOf(output.path, 0, before, 0)).toBeLessThan(LIKE);
  for (let frame = 0; frame < after.frames; frame++) {
    const at = (frame * seconds) / after.frames;
    expect(await differenceOf(output.path, at, after, frame)).toBeLessThan(LIKE);
  }
});

// Cut, turned, kept, whole over a blurred copy, and with a colour behind it, looked at or not.
test.each([
  ['landscape.jpg', {}],
  ['album/orientation-6.jpg', {}],
  ['conforming.jpg', {}],
  ['landscape.jpg', { fit: 'blur' }],
  ['transparent.png', { background: '#00ff00' }],
  ['transparent.png', { background: '#00ff00', position: 'centre' }],
] as const)('the still %s is shown as it came out with %o', async (name, given) => {
  const folder = await tempFolder();
  const { previews, result } = await show(folder, fixture(name), given);
  const [{ after } = { after: null }] = previews;
  const { output } = result;
  if (after === null || output === null) throw new Error('nothing is shown');
  const real = await sharp(output.path).resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer();
  expect(await differenceFrom(real, after, 0)).toBeLessThan(LIKE);
});

// Decoded once, for the look: anew it would be 400 pixels wide.
test.each([
  ['three-halves.png', '1200x800', { width: 480, height: 320 }],
  ['wide.png', '1500x600', { width: 480, height: 192 }],
  ['by-another-decoder.bmp', '1200x800', { width: 480, height: 320 }],
])('of %s the copy that was looked at is shown', async (name, pixels, size) => {
  const folder = await tempFolder();
  const input = words(`-v error -f lavfi -i color=c=0x336699:s=${pixels}`);
  const file = path.join(folder, name);
  await runForBytes(bundledFfmpeg, [...input, ...words('-frames:v 1'), file]);
  const { previews } = await show(folder, file);
  const before = previews[0]?.before;
  expect(before).toMatchObject(size);
  expect(await sharp(before?.path ?? '').metadata()).toMatchObject(size);
});

const SIDE = 24;

/** What is turned the other way, or of other colours, is at 6 and more. */
const LIKE = 5;

/** How far a frame of a preview is from one of a clip, over all, 0 to 255. */
async function differenceOf(
  file: string,
  seconds: number,
  preview: NonNullable<PreviewEvent['after']>,
  frame: number,
): Promise<number> {
  const args = ['-v', 'error', '-ss', String(seconds), '-i', `file:${file}`, '-frames:v', '1'];
  const scaled = ['-vf', `scale=${SIDE}:${SIDE}:flags=area,format=rgb24`, '-f', 'rawvideo'];
  const real = await runForBytes(bundledFfmpeg, [...args, ...scaled, 'pipe:1']);
  return differenceFrom(real, preview, frame);
}

async function differenceFrom(real: Buffer, preview: Preview, frame: number): Promise<number> {
  const seen = await sharp(preview.path)
    .extract(windowOf(preview.window, frame))
    .resize(SIDE, SIDE, { fit: 'fill' })
    .raw()
    .toBuffer();
  const sum = seen.reduce((total, value, at) => total + Math.abs(value - (real[at] ?? 0)), 0);
  return sum / seen.length;
}

/** A picture that stands for long, and one that ends before its sound does. */
const still = (folder: string, shown: string) =>
  makeMedia(path.join(folder, 'still.mp4'), [
    ...lavfi(`testsrc2=s=640x360:r=30:d=24,select='${shown}'`),
    ...[...lavfi('sine=d=24'), ...words('-vsync vfr -c:v mpeg4 -c:a aac')],
  ]);
const mute = (folder: string) =>
  makeMedia(path.join(folder, 'mute.mkv'), [...lavfi('testsrc2=d=24'), ...words('-c:v mpeg4')]);

test.each([
  ['a picture that stands for long', (folder: string) => still(folder, 'lt(t,0.2)+gt(t,23.5)')],
  ['a picture that ends early', (folder: string) => still(folder, 'lt(t,9)')],
  ['a clip without sound', mute],
  ['a clip that is mirrored', async () => fixture('mirrored.mp4')],
  ['a clip that is copied', async () => fixture('moov-last.mp4')],
  ['a clip that is copied and cut', async () => fixture('long-64s.mp4')],
  ['fields', async () => fixture('interlaced.mp4')],
])('%s comes out the same whether it is shown or not', async (_, make) => {
  const folder = await tempFolder();
  const file = await make(folder);
  const out = path.join(folder, 'plain');
  const plain: ResultEvent[] = [];
  for await (const event of processFile(file, { goal: 'prepare', settings: { out } })) {
    if (event.type === 'result') plain.push(event);
  }
  const { result } = await show(folder, file);
  const [made, shown] = [plain[0]?.output, result.output];
  if (!made || !shown) throw new Error('nothing was made');
  expect(await hashOf(shown.path)).toBe(await hashOf(made.path));
});

test.each([
  ['at once', ''],
  ['at the end', `'${ffmpeg.ffmpegPath}' "$@" >&2;`],
])('a picture that cannot be left, as is seen %s, costs no clip', async (_, first) => {
  const folder = await tempFolder();
  const white = String.raw`LC_ALL=C tr '\000-\376' '\377' < "$f" > "$f.white"; mv "$f.white" "$f"`;
  const spoil = `f="\${a#file:}"; [ -e "$f" ] && { ${white}; }; echo "$a: No space left on device" >&2`;
  const each = `for a in "$@"; do case "$a" in *.rgb) ${spoil};; esac; done`;
  const failing = await wrapPrograms(
    folder,
    () => `case "$*" in *split*) ${first} ${each}; exit 1;; esac`,
  );
  const clip = await makeNumbered(folder, 9);
  const { previews, result } = await show(folder, clip, {}, failing);
  expect(result.outcome).toBe('prepared');
  const [{ before, after } = { before: null, after: null }] = previews;
  expect(await numbersOf(folder, before)).toEqual([0]);
  // Of its key frame, and not of what was left in white.
  expect(Math.max(...(await numbersOf(folder, after)))).toBeLessThan(9 * 25);
});

test('a clip that says that it lasts for no time at all is made and shown', async () => {
  const folder = await tempFolder();
  const file = await makeMedia(path.join(folder, 'a.flv'), [
    ...[...numberedFrames('25', 6), ...lavfi('sine=sample_rate=44100:d=6')],
    ...words('-c:v flv1 -q:v 2 -c:a libmp3lame'),
  ]);
  const bytes = await readFile(file);
  const word = 'duration';
  bytes.writeDoubleBE(0, bytes.indexOf(word) + word.length + 1);
  await writeFile(file, bytes);
  const { previews, result } = await show(folder, file);
  expect(result.output?.durationSeconds).toBeCloseTo(6, 0);
  expect(previews[0]?.after?.frames).toBeGreaterThan(1);
});

test('a clip that does not say how long it is has a whole strip', async () => {
  const folder = await tempFolder();
  const bytes = await runForBytes(bundledFfmpeg, [
    ...[...numberedFrames('25', 9), ...lavfi('sine=sample_rate=48000:d=9')],
    ...words('-v error -c:v libvpx -c:a libopus -f webm -live 1 pipe:1'),
  ]);
  const file = path.join(folder, 'recorded.webm');
  await writeFile(file, bytes);
  const { previews, result } = await show(folder, file);
  expect(result.plan?.action).toBe('encode');
  expect(previews[0]?.after?.frames).toBeGreaterThan(1);
});

test('how far a clip is counts its frames, not those that are left of it', async () => {
  const folder = await tempFolder();
  const lines = String.raw`printf 'frame=50\nout_time=24:00:10.000000\n'`;
  const early = await wrapPrograms(folder, () => `case "$*" in *-progress*) ${lines};; esac`);
  const { progress } = await show(folder, await makeNumbered(folder, 9), {}, early);
  expect(progress[0]).toBe(2);
  for (const seconds of progress) expect(seconds).toBeLessThanOrEqual(9);
});
