import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import type { Part } from '../../src/job.js';
import { normalize } from '../../src/normalize/normalize.js';
import { plan } from '../../src/plan/plan.js';
import { planParts } from '../../src/plan/plan-parts.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import {
  compareSamples,
  numberedFrames,
  readFrameNumbers,
  readSamples,
} from '../support/frame-numbers.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const SPLIT = { long: 'split', maxDurationSeconds: 4 } as const;

interface Split {
  readonly source: string;
  readonly parts: readonly { readonly part: Part; readonly path: string }[];
}

/** Splits a file made of these arguments, and makes each of its parts. */
async function split(
  name: string,
  args: readonly string[],
  settingsInput: SettingsInput = SPLIT,
): Promise<Split> {
  const folder = await tempFolder();
  const source = await makeMedia(join(folder, name), args);
  const settings = createSettings(settingsInput);
  const media = await inspect(ffmpeg, source, { settings });
  if (media.type !== 'audio' && media.type !== 'video') throw new Error(JSON.stringify(media));
  const parts = [];
  for (const part of planParts(media, settings)) {
    const decided = plan(media, name, settings, [], part);
    if (decided.action === 'refuse') throw new Error(JSON.stringify(decided.error));
    const outputStem = join(folder, `${part.number}`);
    const task = { path: source, name, media, plan: decided, part, outputStem };
    const { output } = await normalize(ffmpeg, task, settings, { timeoutMs: 100_000 });
    parts.push({ part, path: output.path });
  }
  return { source, parts };
}

const SOUND = lavfi('anoisesrc=c=pink:r=44100:seed=7:a=0.5:d=17');

describe('the parts of a clip hold each of its frames once', () => {
  it.each([
    ['a.mp4', '25', '-c:v libx264 -g 250 -bf 2 -c:a aac'],
    ['a.mp4', '30000/1001', '-c:v libx264 -g 90 -c:a aac'],
    ['a.mkv', '30', '-c:v libx264 -g 300 -c:a libvorbis'],
    ['a.webm', '24', '-c:v libvpx -g 120 -c:a libopus'],
    ['a.avi', '25', '-c:v mpeg4 -q:v 2 -g 200 -c:a libmp3lame'],
    ['a.ts', '25', '-c:v libx264 -g 125 -bf 2 -c:a mp2'],
    ['a.flv', '20', '-c:v flv -q:v 2 -g 100 -c:a libmp3lame'],
  ] as const)('%s at %s frames/s (%s)', async (name, rate, options) => {
    const made = await split(name, [
      ...numberedFrames(rate, 17),
      ...SOUND,
      ...words(options),
      ...words('-b:v 400k -shortest'),
    ]);
    expect(made.parts.length).toBe(5);
    const numbers = [];
    for (const { path } of made.parts) {
      const probe = await expectVideoContract(path, 'encoded');
      expect(longestSeconds(probe)).toBeLessThanOrEqual(4);
      numbers.push(...(await readFrameNumbers(path)));
    }
    const frames = await readFrameNumbers(made.source);
    expect(frames.length).toBeGreaterThan(16 * 20);
    // AVI and FLV are written with a first frame that stands for two.
    expect(numbers.slice(numbers.lastIndexOf(0))).toEqual(frames);
    expect(numbers.length - frames.length).toBeLessThanOrEqual(1);
  });

  it('and each moment of its sound', { timeout: 60_000 }, async () => {
    const { source, parts } = await split('a.mp4', [
      ...numberedFrames('25', 17),
      ...SOUND,
      ...words('-c:v libx264 -g 250 -c:a aac -b:a 192k'),
    ]);
    expect(parts).toHaveLength(5);
    await expectSameSound(source, parts);
  });
});

it.each([
  ['a.mp4', '-c:v libx264 -g 250 -pix_fmt yuv420p -c:a aac'],
  // As browsers record, which say no lengths.
  ['a.webm', '-c:v libvpx -b:v 400k -c:a libopus -f webm -live 1'],
])('a sound that goes on behind its picture is split to its end: %s (%s)', async (name, codecs) => {
  const { parts } = await split(
    name,
    [
      ...[...numberedFrames('25', 10), ...lavfi('anoisesrc=c=pink:r=44100:seed=7:a=0.5:d=60')],
      ...words(codecs),
    ],
    { long: 'split', maxDurationSeconds: 25 },
  );
  expect(parts).toHaveLength(3);
  let seconds = 0;
  for (const [at, { path }] of parts.entries()) {
    seconds += longestSeconds(await expectVideoContract(path, 'encoded'));
    const numbers = await readFrameNumbers(path);
    expect(numbers.at(-1)).toBe(249);
    if (at > 0) expect(new Set(numbers)).toEqual(new Set([249]));
  }
  expect(seconds).toBeCloseTo(60, 0);
});

describe('the parts of a sound hold each of its moments once', () => {
  it.each([
    ['a.wav', '-c:a pcm_s16le'],
    ['a.mp3', '-c:a libmp3lame -b:a 192k'],
    ['a.mp3', '-c:a libmp3lame -q:a 4 -write_xing 0'],
    ['a.ogg', '-c:a libvorbis -q:a 6'],
    ['a.m4a', '-c:a aac -b:a 192k'],
    ['a.flac', '-c:a flac'],
  ] as const)('%s (%s)', async (name, options) => {
    const { source, parts } = await split(name, [...SOUND, ...words(options)]);
    expect(parts.length).toBe(5);
    let read = 0;
    for (const { path } of parts) {
      const probe = await expectAudioContract(path);
      expect(longestSeconds(probe)).toBeLessThanOrEqual(4);
      read += longestSeconds(probe);
    }
    // LAME's delay makes each of them read a packet longer than it is, and the last one two.
    const seconds = (await readSamples(source)).length / 44_100;
    expect(Math.abs(read - seconds)).toBeLessThanOrEqual((parts.length + 1) * 0.0262);
    await expectSameSound(source, parts);
  });
});

async function expectSameSound(source: string, parts: Split['parts']): Promise<void> {
  const whole = await readSamples(source);
  let length = 0;
  for (const { part, path } of parts) {
    const heard = await readSamples(path);
    const from = Math.round(part.startSeconds * 44_100);
    const { lag, likeness } = compareSamples(heard.subarray(0, 60_000), whole.subarray(from), {
      most: 60,
    });
    expect(Math.abs(lag), `part ${part.number}`).toBeLessThanOrEqual(2);
    expect(likeness, `part ${part.number}`).toBeGreaterThan(0.9);
    length += part.seconds === null ? heard.length : Math.round(part.seconds * 44_100);
  }
  // A last packet is padded, and a decoder may drop what it knows to be padding.
  expect(Math.abs(length - whole.length)).toBeLessThanOrEqual(2 * 1152);
}

describe('--start', () => {
  it('begins a clip at the frame that is shown then', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mp4'), [
      ...numberedFrames('25', 20),
      ...words('-c:v libx264 -g 250 -pix_fmt yuv420p'),
    ]);
    const { plan: decided, output } = await normalizeFile(source, folder, {
      settings: { start: 15.2 },
    });
    expect(decided.reasons).toContain('it is to begin at 15.2 s');
    const numbers = await readFrameNumbers(output.path);
    expect(numbers).toEqual(Array.from({ length: 120 }, (_, index) => 380 + index));
  });

  // As slides and recordings of a screen have them: decoding begins long after the frame did.
  it.each([
    ['slides.mp4', '-c:v libx264 -g 250 -bf 2 -pix_fmt yuv420p -c:a aac'],
    ['slides.mkv', '-c:v libx264 -g 5 -pix_fmt yuv420p -c:a libvorbis'],
    ['slides.webm', '-c:v libvpx -b:v 400k -g 5 -c:a libopus'],
    ['later.mkv', '-output_ts_offset 500 -c:v libx264 -g 5 -pix_fmt yuv420p -c:a mp2'],
  ])(
    'shows the frame that stands then, however long it has stood, in %s (%s)',
    async (name, codecs) => {
      const folder = await tempFolder();
      const [picture = '', ...rest] = numberedFrames('25', 80).toReversed();
      const stood = `${picture},select='not(between(n,50,1749))'`;
      const source = await makeMedia(join(folder, name), [
        ...[...rest.toReversed(), stood, ...lavfi('anoisesrc=c=pink:r=44100:seed=7:a=0.5:d=80')],
        ...words(`-vsync vfr ${codecs}`),
      ]);
      const settings = { start: 40, maxDurationSeconds: 34 };
      const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
      await expectVideoContract(output.path, 'encoded');
      const numbers = await readFrameNumbers(output.path);
      const changes = numbers.flatMap((number, at) =>
        number === numbers[at - 1]
          ? []
          : [[at / (numbers.length / (output.durationSeconds ?? 1)), number] as const],
      );
      expect(changes[0]).toEqual([0, 49]);
      expect(changes[1]?.[0]).toBeCloseTo(30, 0);
      expect(changes[1]?.[1]).toBeGreaterThanOrEqual(1750);
      const [heard, whole] = [await readSamples(output.path), await readSamples(source)];
      const from = whole.subarray(40 * 44_100);
      const { lag, likeness } = compareSamples(heard.subarray(0, 60_000), from, { most: 2000 });
      // Opus and Vorbis are sought to the packet.
      expect(Math.abs(lag)).toBeLessThanOrEqual(441);
      expect(likeness).toBeGreaterThan(0.8);
    },
  );

  it('leaves the full minute behind it', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.wav'), [...lavfi('sine=r=8000:d=200')]);
    const { output } = await normalizeFile(source, folder, { settings: { start: 100 } });
    const seconds = longestSeconds(await expectAudioContract(output.path));
    expect(seconds).toBeGreaterThanOrEqual(59.8);
  });
});

describe('a clip that is split, or begun later,', () => {
  it.each(['a.mp4', 'a.mkv'])('is silent behind the end of its sound (%s)', async (name) => {
    const made = await split(name, [
      ...numberedFrames('25', 17),
      ...lavfi('sine=d=9.9'),
      ...words('-c:v libx264 -preset ultrafast -g 50 -c:a aac'),
    ]);
    expect(made.parts.length).toBe(5);
    for (const { path } of made.parts) await expectVideoContract(path, 'encoded');
    const late = await normalizeFile(made.source, join(await tempFolder(), 'late'), {
      settings: { start: 12 },
    });
    expect(late.plan.reasons).toContain('nothing of its sound is there');
    await expectVideoContract(late.output.path, 'encoded');
  });

  it('may have subtitles, for which there is no decoder', async () => {
    const subtitles = join(await tempFolder(), 'a.srt');
    await writeFile(subtitles, '1\n00:00:01,000 --> 00:00:09,000\nwords\n');
    const made = await split('a.mkv', [
      ...[...numberedFrames('25', 9), ...lavfi('sine=d=9'), '-i', subtitles],
      ...words('-c:v libx264 -preset ultrafast -c:a aac -c:s srt'),
    ]);
    expect(made.parts.length).toBe(3);
  });

  it('is told to begin earlier, also where it does not say how long it is', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.webm'), [
      ...[...numberedFrames('25', 2), ...lavfi('sine=d=2')],
      ...words('-c:v libvpx -deadline realtime -c:a libopus -f webm -live 1'),
    ]);
    const beginning = (start: number) =>
      normalizeFile(source, join(folder, `from ${start}`), { settings: { start } });
    await expectVideoContract((await beginning(1)).output.path, 'encoded');
    await expect(beginning(3)).rejects.toThrow(/begin at 3 s, and it ends at 2/);
  });

  it('is cut where it is a moving picture', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.webp');
    const raw = { width: 48, height: 64 * 12, channels: 3, pageHeight: 64 } as const;
    const strip = sharp(randomBytes(raw.width * raw.height * raw.channels), { raw });
    await strip.webp({ delay: Array.from({ length: 12 }, () => 500) }).toFile(source);
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings: SPLIT });
    expect(longestSeconds(await expectVideoContract(output.path, 'encoded'))).toBeCloseTo(4, 0);
  });
});
