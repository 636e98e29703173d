import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { probeMedia } from '../../src/inspect/probe-media.js';
import { readMp4Layout } from '../../src/inspect/read-mp4-layout.js';
import { fixture } from '../support/fixtures.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { ffmpeg } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';
import { makeSoundUndecodable } from '../support/undecodable-sound.js';

async function video(path: string) {
  const seen = await inspect(ffmpeg, path);
  if (seen.type !== 'video') throw new Error(`it is ${seen.type}`);
  return seen;
}

describe('a clip is read as it is', () => {
  it.each([
    ['conforming.mp4', { codec: 'h264', profile: 'Main', width: 180, height: 320 }],
    ['conforming.mp4', { hasBFrames: false, interlaced: false, sampleAspect: 1 }],
    ['long-64s-high.mp4', { profile: 'High', hasBFrames: true }],
    ['anamorphic.mp4', { sampleAspect: 4 / 3 }],
    ['full-range.mp4', { range: 'pc' }],
    ['interlaced.mp4', { interlaced: true }],
    ['sixty-frames.mp4', { averageFrameRate: 60 }],
    ['odd-321x241.mp4', { codec: 'mpeg4', width: 321, height: 241 }],
    ['album/phone-portrait.mov', { width: 320, height: 180, rotationDegrees: 90 }],
    ['album/hdr10.mp4', { codec: 'hevc', transfer: 'smpte2084', primaries: 'bt2020' }],
  ] as const)('%s: %o', async (file, facts) => {
    await expect(video(fixture(file))).resolves.toMatchObject({ picture: facts });
  });

  it('its turn is counted clockwise, as it is to be shown', async () => {
    const folder = await tempFolder();
    for (const [written, shown] of [
      ['90', 270],
      ['180', 180],
      ['270', 90],
    ] as const) {
      const turn = ['-i', fixture('conforming.mp4'), '-c', 'copy'];
      const tag = ['-metadata:s:v:0', `rotate=${written}`];
      const path = await makeMedia(join(folder, `${written}.mp4`), [...turn, ...tag]);
      await expect(video(path)).resolves.toMatchObject({ picture: { rotationDegrees: shown } });
    }
  });

  it('a cover beside a real picture is not the picture', async () => {
    const path = await makeMedia(join(await tempFolder(), 'a.mp4'), [
      ...['-i', fixture('conforming.jpg'), '-i', fixture('conforming.mp4')],
      ...words('-map 0 -map 1 -c copy -disposition:v:0 attached_pic'),
    ]);
    const { picture, media } = await video(path);
    expect(picture.codec).toBe('h264');
    expect(media.pictures).toHaveLength(2);
  });

  it('a sound that this ffmpeg cannot decode does not hide the picture', async () => {
    const path = join(await tempFolder(), 'a.mp4');
    await makeSoundUndecodable(fixture('conforming.mp4'), path);
    const { sound, media } = await video(path);
    expect(sound).toBeNull();
    expect(media.sounds).toMatchObject([{ decodable: false }]);
  });

  it('its packets tell the order and the steps of its frames, where they are asked for', async () => {
    const timing = async (file: string) => {
      const options = { timeoutMs: 30_000, withTiming: true };
      return (await probeMedia(ffmpeg, fixture(file), 'mov', options)).timing;
    };
    const steady = await timing('conforming.mp4');
    expect(steady?.reordered).toBe(false);
    expect(steady?.longestStepSeconds).toBeCloseTo(0.04, 4);
    expect(steady?.shortestStepSeconds).toBeCloseTo(0.04, 4);
    expect((await timing('long-64s-high.mp4'))?.reordered).toBe(true);
    expect((await timing('variable-rate.mp4'))?.longestStepSeconds).toBeCloseTo(0.12, 4);
    expect(await timing('only-sound.mp4')).toBeNull();
  });
});

describe('a recording is read as it is', () => {
  it.each([
    ['conforming.mp3', { codec: 'mp3', sampleRateHz: 44_100, channels: 2 }],
    ['surround.flac', { codec: 'flac', sampleRateHz: 48_000, channels: 6 }],
    ['album/dictation.amr', { codec: 'amr_nb', sampleRateHz: 8000, channels: 1 }],
    ['album/jingle.caf', { codec: 'pcm_alaw', sampleRateHz: 8000 }],
  ] as const)('%s: %o', async (file, facts) => {
    const seen = await inspect(ffmpeg, fixture(file));
    expect(seen).toMatchObject({ type: 'audio', sound: { ...facts, decodable: true } });
  });
});

describe('the layout of an MP4', () => {
  it.each([
    ['conforming.mp4', 'moov-first'],
    ['moov-last.mp4', 'moov-last'],
    ['refused/truncated.mp4', 'moov-last'],
    ['conforming.mp3', null],
    ['album/screen.webm', null],
    ['refused/empty.jpg', null],
  ] as const)('of %s is %s', async (file, layout) => {
    await expect(readMp4Layout(fixture(file))).resolves.toBe(layout);
  });

  it('of a fragmented one is fragmented', async () => {
    const path = await makeMedia(join(await tempFolder(), 'a.mp4'), [
      ...['-i', fixture('conforming.mp4'), '-c', 'copy'],
      ...words('-movflags frag_keyframe+empty_moov'),
    ]);
    await expect(readMp4Layout(path)).resolves.toBe('fragmented');
  });

  it('of one with bytes behind its boxes is ragged', async () => {
    const path = join(await tempFolder(), 'a.mp4');
    const bytes = await readFile(fixture('conforming.mp4'));
    for (const more of [Buffer.alloc(100), bytes.subarray(-5000)]) {
      await writeFile(path, Buffer.concat([bytes, more]));
      await expect(readMp4Layout(path)).resolves.toBe('ragged');
    }
  });

  it.each([
    ['uuid', [], 'ragged'],
    ['uuid', ['moov'], 'ragged'],
    ['meta', ['moov'], 'moov-first'],
    ['XMP_', ['moov', 'udta'], 'ragged'],
    ['©day', ['moov', 'udta'], 'moov-first'],
    ['uuid', ['moov', 'trak'], 'ragged'],
  ] as const)('of one with a box %s in %o is %s', async (type, parents, layout) => {
    const bytes = await readFile(fixture('conforming.mp4'));
    const box = Buffer.from(`\0\0\0\x10${type}somewhere`.slice(0, 16), 'latin1');
    let end = bytes.length;
    for (const parent of parents) {
      const at = bytes.indexOf(parent, 0, 'latin1') - 4;
      end = at + bytes.readUInt32BE(at);
      bytes.writeUInt32BE(end - at + box.length, at);
    }
    const path = join(await tempFolder(), 'a.mp4');
    await writeFile(path, Buffer.concat([bytes.subarray(0, end), box, bytes.subarray(end)]));
    await expect(readMp4Layout(path)).resolves.toBe(layout);
  });

  it('of a forged one with endless boxes is told in no time', async () => {
    const path = join(await tempFolder(), 'a.mp4');
    await writeFile(path, Buffer.from('\0\0\0\x08free'.repeat(1_000_000), 'latin1'));
    await expect(readMp4Layout(path)).resolves.toBeNull();
    await writeFile(path, Buffer.from(`\0\0\0\x01mdat${'\xff'.repeat(64)}`, 'latin1'));
    await expect(readMp4Layout(path)).resolves.toBe('moov-last');
  });
});

it('a probe that takes too long is stopped, and one that is aborted ends', async () => {
  const path = await makeMedia(join(await tempFolder(), 'a.mp4'), [
    ...[...lavfi('testsrc=s=64x64'), ...lavfi('sine')],
    ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART, '-t', '1'],
  ]);
  await expect(inspect(ffmpeg, path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'interrupted',
  });
  await expect(inspect(ffmpeg, path, { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'program-timeout',
  });
});
