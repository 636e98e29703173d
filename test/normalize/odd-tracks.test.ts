import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { planParts } from '../../src/plan/plan-parts.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { readSamples } from '../support/frame-numbers.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile, planFile } from '../support/normalize-file.js';
import { distance, readPixels } from '../support/pixels.js';
import { tempFolder } from '../support/temp-folder.js';

const PICTURE = lavfi('testsrc=s=96x64:r=25:d=6,format=yuv420p');
const H264 = words('-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50');

it('a raw AAC whose bit rate falls is as long as its packets say, to its last part', async () => {
  const source = join(await tempFolder(), 'a.aac');
  // Noise, and then what takes hardly a bit: by its beginning it would last for a few seconds.
  const loud = lavfi('anoisesrc=a=0.5:r=44100:d=4');
  const quiet = lavfi('sine=f=300:r=44100:d=36');
  const joined = words('-filter_complex [0][1]concat=n=2:v=0:a=1 -ac 1 -c:a aac -q:a 1 -f adts');
  await makeMedia(source, [...loud, ...quiet, ...joined]);
  const settings = createSettings({ long: 'split', maxDurationSeconds: 15 });
  const media = await inspect(ffmpeg, source, { settings });
  if (media.type !== 'audio') throw new Error(media.type);
  expect(media.media.durationSeconds).toBeCloseTo(40, 0);
  expect(planParts(media, settings)).toHaveLength(3);
  const late = await normalizeFile(source, join(await tempFolder(), 'made'), {
    settings: { start: 30 },
  });
  const probe = await expectAudioContract(late.output.path);
  expect(longestSeconds(probe)).toBeCloseTo(10, 0);
});

it('a Matroska whose sound begins late is as long as its streams', async () => {
  const folder = await tempFolder();
  const clip = join(folder, 'a.mp4');
  await makeMedia(clip, [...PICTURE, ...lavfi('sine=d=6'), ...H264, ...words('-bf 2 -c:a aac')]);
  const source = join(folder, 'a.mkv');
  const apart = ['-i', clip, ...words('-itsoffset 3'), '-i', clip];
  await makeMedia(source, [...apart, ...words('-map 0:v -map 1:a -c copy')]);
  const { output } = await normalizeFile(source, join(folder, 'made'));
  const seconds = longestSeconds(await expectVideoContract(output.path, 'encoded'));
  expect(seconds).toBeGreaterThan(8.9);
  expect(seconds).toBeLessThan(9.3);
});

it.each([9, 12, 15, 16])('%i channels are heard, each of them', async (channels) => {
  const folder = await tempFolder();
  const source = join(folder, 'a.wav');
  await writeFile(source, manyChannels(channels));
  const { output } = await normalizeFile(source, join(folder, 'made'));
  const probe = await expectAudioContract(output.path);
  expect(longestSeconds(probe)).toBeCloseTo(1, 0);
  const heard = await readSamples(output.path);
  expect(Math.max(...heard.slice(10_000, 11_000))).toBeGreaterThan(0.01);
  const settings = { audioAs: 'video' } as const;
  const drawn = await normalizeFile(source, join(folder, 'drawn'), { settings });
  await expectVideoContract(drawn.output.path, 'encoded');
  const clip = join(folder, 'a.mov');
  await makeMedia(clip, [...PICTURE, '-i', source, ...H264, ...words('-c:a copy -shortest')]);
  const made = await normalizeFile(clip, join(folder, 'clip'));
  const { streams } = await expectVideoContract(made.output.path, 'copied');
  expect(streams.map(({ codec_name: codec }) => codec)).toEqual(['h264', 'aac']);
});

it('sound that an edit list hides is no part of the output', async () => {
  const folder = await tempFolder();
  const whole = join(folder, 'whole.mp4');
  const long = lavfi('testsrc=s=96x64:r=25:d=70,format=yuv420p');
  const aac = words('-bf 2 -c:a aac -ar 48000');
  await makeMedia(whole, [...long, ...lavfi('sine=r=48000:d=70'), ...H264, ...aac]);
  const source = join(folder, 'trimmed.mp4');
  await makeMedia(source, [...words('-ss 1.3'), '-i', whole, ...words('-c copy')]);
  const { plan } = await planFile(source);
  expect(plan.reasons.join()).toMatch(/an edit list hides 1\.\d+ s of its sound/);
  const { output } = await normalizeFile(source, join(folder, 'made'));
  const { streams } = await expectVideoContract(output.path, 'encoded');
  const sound = streams.find(({ codec_type: type }) => type === 'audio');
  const storedSeconds = ((sound?.nb_frames ?? 0) * 1024) / 48_000;
  expect(storedSeconds - (sound?.duration ?? 0)).toBeLessThan(0.1);
});

// At each joint packets of sound overlap: a few of them in the minute that is taken, or a hundred.
it.each([
  ['a minute', 61, 5, /^(?!.*overlap)/],
  ['half a second', 0.5, 150, /packets of its sound overlap by \d/],
])(
  'of clips of %s that were joined the sound is what it should be',
  async (_, seconds, of, says) => {
    const folder = await tempFolder();
    const one = join(folder, 'one.mp4');
    const picture = lavfi(`testsrc=s=96x64:r=25:d=${seconds},format=yuv420p`);
    const aac = words('-bf 2 -c:a aac -ar 48000');
    await makeMedia(one, [...picture, ...lavfi(`sine=r=48000:d=${seconds}`), ...H264, ...aac]);
    const source = join(folder, 'joined.mp4');
    await makeMedia(source, [...words(`-stream_loop ${of - 1}`), '-i', one, ...words('-c copy')]);
    const { plan } = await planFile(source);
    expect(plan.reasons.join()).not.toContain('an edit list hides');
    expect(plan.reasons.join()).toMatch(says);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    const { streams } = await expectVideoContract(output.path, 'encoded');
    const sound = streams.find(({ codec_type: type }) => type === 'audio');
    const storedSeconds = ((sound?.nb_frames ?? 0) * 1024) / 48_000;
    expect(storedSeconds - (sound?.duration ?? 0)).toBeLessThan(0.1);
  },
);

it.each(['mjpeg', 'png'])(
  'one picture that is shown for seconds is a video (%s)',
  async (codec) => {
    const folder = await tempFolder();
    const still = join(folder, 'still.png');
    const create = { width: 90, height: 160, channels: 3, background: '#3060c0' } as const;
    await sharp({ create }).png().toFile(still);
    const source = join(folder, 'a.mov');
    const shown = [...words('-loop 1 -framerate 1/6 -t 6'), '-i', still];
    await makeMedia(source, [...shown, ...lavfi('sine=d=6'), '-c:v', codec, ...words('-c:a aac')]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    expect(longestSeconds(await expectVideoContract(output.path, 'encoded'))).toBeCloseTo(6, 0);
  },
);

it('a profile of other colours with the curve of sRGB is no sRGB', async () => {
  const folder = await tempFolder();
  const source = join(folder, 'a.jpg');
  const create = { width: 1080, height: 1920, channels: 3, background: '#f00' } as const;
  const bytes = await sharp({ create }).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
  // Where the maker's mark is, the name of the curve, as Android and Chrome have it in theirs.
  bytes.write('sRGB', bytes.indexOf('ICC_PROFILE') + 'ICC_PROFILE'.length + 3 + 4, 'latin1');
  await writeFile(source, bytes);
  const { plan } = await planFile(source);
  expect(plan.reasons).toContain('its colour profile is another than sRGB');
  const { output } = await normalizeFile(source, join(folder, 'made'));
  expect(distance((await readPixels(output.path)).at(0.5, 0.5), [255, 0, 0])).toBeLessThan(6);
});

/** A second of so many channels, of which the last alone sounds: no muxer of ffmpeg would name them. */
function manyChannels(channels: number): Buffer {
  const data = Buffer.alloc(channels * 2 * 48_000);
  for (let at = 0; at < 48_000; at++) {
    data.writeInt16LE(at % 96 < 48 ? 16_000 : -16_000, (at * channels + channels - 1) * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(48_000, 24);
  head.writeUInt32LE(channels * 2 * 48_000, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
