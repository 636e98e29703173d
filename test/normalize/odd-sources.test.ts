import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { distance, readFrame } from '../support/pixels.js';
import { tempFolder } from '../support/temp-folder.js';

const H264 = [...CONFORMING_PICTURE, ...CONFORMING_SOUND];
const picture = (seconds: number, rate = '25') =>
  lavfi(`testsrc=s=96x64:r=${rate}:d=${seconds},format=yuv420p`);
const sound = (seconds: number) => lavfi(`sine=sample_rate=44100:d=${seconds}`);

interface Odd {
  readonly extension: string;
  readonly args: readonly string[];
  /** Seconds of the result, from and to. */
  readonly seconds: readonly [number, number];
  readonly picture?: 'copy' | 'encode';
}

const MINUTE = [59.8, 60] as const;
const THREE = [2.9, 3.2] as const;

const ODD: Readonly<Record<string, Odd>> = {
  'a broadcast that begins at 1.4 s': {
    ...{ extension: 'ts', args: [...picture(3), ...sound(3), ...H264], seconds: THREE },
  },
  'a broadcast of 66 s': {
    ...{ extension: 'ts', args: [...picture(66), ...sound(66), ...H264], seconds: MINUTE },
  },
  'an FLV of 66 s, stamped in milliseconds': {
    ...{ extension: 'flv', args: [...picture(66), ...sound(66), ...H264], seconds: MINUTE },
  },
  'a Matroska of 30 frames/s, stamped in milliseconds': {
    ...{ extension: 'mkv', args: [...picture(3, '30'), ...sound(3), ...H264], seconds: THREE },
  },
  'a Matroska of 30000/1001 frames/s and 66 s': {
    extension: 'mkv',
    args: [...picture(66, '30000/1001'), ...sound(66), ...H264],
    seconds: MINUTE,
  },
  'a fragmented MP4 of 66 s': {
    extension: 'mp4',
    args: [...picture(66), ...sound(66), ...H264, ...words('-movflags frag_keyframe+empty_moov')],
    seconds: MINUTE,
  },
  'a sound that begins a second late': {
    extension: 'mp4',
    args: [...picture(3), ...words('-itsoffset 1'), ...sound(2), ...H264],
    seconds: THREE,
  },
  'a picture that begins a second late, of 66 s': {
    extension: 'mp4',
    args: [...sound(66), ...words('-itsoffset 1'), ...picture(65), ...H264],
    seconds: MINUTE,
  },
  'a sound that outlasts its picture beyond a minute': {
    ...{ extension: 'mp4', args: [...picture(3), ...sound(66), ...H264], seconds: MINUTE },
  },
  'a picture that outlasts its sound beyond a minute': {
    ...{ extension: 'mp4', args: [...picture(66), ...sound(3), ...H264], seconds: MINUTE },
  },
  'a picture of 10/3 frames/s and 66 s': {
    extension: 'mp4',
    args: [...picture(66, '10/3'), ...sound(66), ...H264],
    seconds: MINUTE,
  },
  'a picture of a single frame': {
    extension: 'mp4',
    args: [...picture(0.04), ...sound(3), ...H264, ...words('-frames:v 1')],
    seconds: [0.03, 3.2],
  },
  'QuickTime with PCM and 10 bits': {
    extension: 'mov',
    args: [...picture(3), ...sound(3), ...words('-c:v prores_ks -c:a pcm_s24le')],
    seconds: THREE,
    picture: 'encode',
  },
  'an AVI of raw pixels and sound': {
    extension: 'avi',
    args: [...picture(3), ...sound(3), ...words('-c:v rawvideo -c:a pcm_s16le')],
    seconds: THREE,
    picture: 'encode',
  },
  'a DVD of anamorphic, interlaced MPEG-2': {
    extension: 'mpg',
    args: [
      ...[...lavfi('testsrc=s=720x576:r=25:d=3,setsar=16/15'), ...sound(3)],
      ...words('-c:v mpeg2video -flags +ildct+ilme -top 1 -c:a mp2 -ar 48000'),
    ],
    seconds: THREE,
    picture: 'encode',
  },
  'ASF with WMV and WMA': {
    extension: 'wmv',
    args: [...picture(3), ...sound(3), ...words('-c:v wmv2 -c:a wmav2')],
    seconds: THREE,
    picture: 'encode',
  },
  'Ogg with Theora and Vorbis': {
    extension: 'ogv',
    args: [...picture(3), ...sound(3), ...words('-c:v libtheora -c:a libvorbis')],
    seconds: THREE,
    picture: 'encode',
  },
  'four channels in AAC beside a good picture': {
    extension: 'mp4',
    args: [...picture(3), ...sound(3), ...H264, ...words('-ac 4')],
    seconds: THREE,
    picture: 'copy',
  },
};

describe('an odd clip comes out as a status', () => {
  it.each(Object.entries(ODD))('%s', async (_, odd) => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, `a.${odd.extension}`), odd.args);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
      settings: { videoPreset: 'ultrafast' },
    });
    if (plan.kind !== 'video') throw new Error(`it is ${plan.kind}`);
    expect(plan.picture.action).toBe(odd.picture ?? plan.picture.action);
    const made = plan.picture.action === 'copy' ? 'copied' : 'encoded';
    const seconds = longestSeconds(await expectVideoContract(output.path, made));
    expect(seconds).toBeGreaterThanOrEqual(odd.seconds[0]);
    expect(seconds).toBeLessThanOrEqual(odd.seconds[1]);
  });
});

describe('an odd recording comes out as a status', () => {
  it.each([
    [64, 'MP3 without a length in its header', 'mp3', '-c:a libmp3lame -b:a 64k -write_xing 0'],
    [64, 'MP3 of variable rate', 'mp3', '-c:a libmp3lame -q:a 5'],
    [64, 'bare AAC', 'aac', '-c:a aac'],
    [64, 'MP3 in Matroska', 'mka', '-c:a libmp3lame'],
    [3, 'MP3 in WAV', 'wav', '-c:a libmp3lame'],
    [3, 'AIFF', 'aiff', '-c:a pcm_s16be'],
    [3, 'AU', 'au', '-c:a pcm_mulaw -ar 8000'],
    [3, 'WavPack', 'wv', '-c:a wavpack'],
    [3, 'Speex', 'ogg', '-c:a libspeex -ar 16000 -ac 1'],
    [3, 'sound in Matroska', 'mka', '-c:a libvorbis'],
  ] as const)('%i s of %s', async (seconds, _, extension, options) => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await makeMedia(source, [...sound(seconds), ...words(options)]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    const probe = await expectAudioContract(output.path);
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(Math.min(seconds - 0.1, 59.8));
    expect(longestSeconds(probe)).toBeLessThanOrEqual(Math.min(seconds + 0.2, 60));
  });

  it('title and artist survive, and nothing else', async () => {
    const folder = await tempFolder();
    for (const [extension, codec] of [
      ['mp3', 'libmp3lame'],
      ['flac', 'flac'],
      ['ogg', 'libvorbis'],
    ] as const) {
      const source = join(folder, `a.${extension}`);
      const tags = ['title=Ода = "радости"', 'artist=A;B', 'album=C', 'comment=D'];
      const marks = tags.flatMap((tag) => ['-metadata', tag]);
      // oxlint-disable-next-line no-await-in-loop
      await makeMedia(source, [...sound(1), '-c:a', codec, ...marks]);
      // oxlint-disable-next-line no-await-in-loop
      const { output } = await normalizeFile(source, join(folder, extension));
      // oxlint-disable-next-line no-await-in-loop
      const { format } = await expectAudioContract(output.path);
      expect(format.tags).toMatchObject({ title: 'Ода = "радости"', artist: 'A;B' });
    }
  });
});

it.each(['libvpx', 'libx264'])(
  'a clip whose picture changes its size is made at the first one, to its end (%s)',
  async (codec) => {
    const folder = await tempFolder();
    const pieces = [];
    for (const [colour, size] of [
      ['red', '96x64'],
      ['lime', '192x128'],
      ['blue', '48x32'],
    ]) {
      const piece = join(folder, `${colour}.mkv`);
      const frames = lavfi(`color=${colour}:s=${size}:r=25:d=1,format=yuv420p`);
      await makeMedia(piece, [...frames, '-c:v', codec, ...words('-bf 0')]);
      pieces.push(`file ${colour}.mkv`);
    }
    const list = join(folder, 'list.txt');
    await writeFile(list, pieces.join('\n'));
    const source = join(folder, 'a.mkv');
    await makeMedia(source, [...words('-f concat -i'), list, ...words('-c copy')]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    expect(output).toMatchObject({ width: 96, height: 64 });
    expect(longestSeconds(await expectVideoContract(output.path, 'encoded'))).toBeCloseTo(3, 0);
    for (const [seconds, colour] of [
      [0.5, [255, 0, 0]],
      [1.5, [0, 255, 0]],
      [2.5, [0, 0, 255]],
    ] as const) {
      const pixels = await readFrame(output.path, seconds);
      expect(distance(pixels.at(0.9, 0.9), colour), `at ${seconds} s`).toBeLessThan(24);
    }
  },
);

it('a clip whose sound changes its layout keeps both', async () => {
  const folder = await tempFolder();
  const pieces = [];
  for (const channels of ['2', '6']) {
    const piece = join(folder, `${channels}.ts`);
    const streams = [...picture(1), ...lavfi('sine=r=48000:d=1')];
    await makeMedia(piece, [...streams, ...CONFORMING_PICTURE, ...words('-c:a ac3 -ac'), channels]);
    pieces.push(await readFile(piece));
  }
  const source = join(folder, 'a.ts');
  await writeFile(source, Buffer.concat(pieces));
  const { plan, output } = await normalizeFile(source, join(folder, 'made'));
  expect(plan).toMatchObject({ picture: { deinterlace: false }, sound: { action: 'encode' } });
  expect(longestSeconds(await expectVideoContract(output.path, 'encoded'))).toBeCloseTo(2, 0);
});
