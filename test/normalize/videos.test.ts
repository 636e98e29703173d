import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSettings } from '../../src/resolve-settings.js';
import { expectVideoContract } from '../support/contract.js';
import { ffprobe } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { distance, readFrame } from '../support/pixels.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';
import { makeSoundUndecodable } from '../support/undecodable-sound.js';

const FAST = { videoPreset: 'ultrafast' } as const;

/** Red and green above, blue and yellow below. */
const CORNERS = [
  [0.25, 0.25, [255, 0, 0]],
  [0.75, 0.25, [0, 255, 0]],
  [0.25, 0.75, [0, 0, 255]],
  [0.75, 0.75, [255, 255, 0]],
] as const;

/** Matrices and codecs take their share; the wrong corner would be 255 away. */
const TOLERANCE = 60;

describe('a clip that is turned by its display matrix', () => {
  it('comes out upright from a phone', async () => {
    const source = fixture('album/phone-portrait.mov');
    const { output } = await normalizeFile(source, await tempFolder());
    expect([output.width, output.height]).toEqual([180, 320]);
    await expectVideoContract(output.path, 'encoded');
    const frame = await readFrame(output.path, 1);
    for (const [x, y, colour] of CORNERS) {
      expect(distance(frame.at(x, y), colour)).toBeLessThan(TOLERANCE);
    }
  });

  it.each([
    // What this ffmpeg writes is counted the other way round.
    ['90', 'transpose=clock'],
    ['180', 'hflip,vflip'],
    ['270', 'transpose=cclock'],
  ] as const)('by %s comes out upright', async (rotate, stored) => {
    const folder = await tempFolder();
    const colours = ['red', 'lime', 'blue', 'yellow'].map((c, i) => `color=${c}:s=64x48[${i}]`);
    const graph = `${colours.join(';')};[0][1]hstack[a];[2][3]hstack[b];[a][b]vstack,${stored}`;
    const turned = await makeMedia(join(folder, 'a.mp4'), [
      ...[...lavfi(graph), ...lavfi('sine')],
      ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, '-t', '1'],
    ]);
    const source = join(folder, 'b.mp4');
    const tag = ['-metadata:s:v:0', `rotate=${rotate}`];
    await makeMedia(source, ['-i', turned, '-c', 'copy', ...tag]);
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings: FAST });
    expect([output.width, output.height]).toEqual([128, 96]);
    const frame = await readFrame(output.path, 0.5);
    for (const [x, y, colour] of CORNERS) {
      expect(distance(frame.at(x, y), colour)).toBeLessThan(TOLERANCE);
    }
  });
});

/** The eight ways to store a picture: the matrix that brings it upright, and how it is stored. */
const MATRICES = [
  [[-1, 0, 0, 1], 'hflip'],
  [[1, 0, 0, -1], 'vflip'],
  [[0, 1, 1, 0], 'transpose=cclock_flip'],
  [[0, -1, -1, 0], 'transpose=clock_flip'],
  [[0, 1, -1, 0], 'transpose=cclock'],
  [[-1, 0, 0, -1], 'hflip,vflip'],
  [[0, -1, 1, 0], 'transpose=clock'],
] as const;

it.each(MATRICES)('a clip with the display matrix %o comes out upright', async (matrix, stored) => {
  const folder = await tempFolder();
  const colours = ['red', 'lime', 'blue', 'yellow'].map((c, i) => `color=${c}:s=64x48[${i}]`);
  const graph = `${colours.join(';')};[0][1]hstack[a];[2][3]hstack[b];[a][b]vstack,${stored}`;
  const source = await makeMedia(join(folder, 'a.mp4'), [
    ...[...lavfi(graph), ...lavfi('sine')],
    ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART, '-t', '1'],
  ]);
  const bytes = await readFile(source);
  const [a, b, c, d] = matrix;
  const at = bytes.indexOf('tkhd') + 44;
  for (const [i, sign] of [a, b, 0, c, d].entries()) bytes.writeInt32BE(sign * 65_536, at + 4 * i);
  await writeFile(source, bytes);
  const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings: FAST });
  expect(plan.reasons.join()).toMatch(/mirrored|turned/);
  await expectVideoContract(output.path, 'encoded');
  expect([output.width, output.height]).toEqual([128, 96]);
  const frame = await readFrame(output.path, 0.5);
  for (const [x, y, colour] of CORNERS) {
    expect(distance(frame.at(x, y), colour)).toBeLessThan(TOLERANCE);
  }
});

it.each([
  ['with sound', [...lavfi('sine')]],
  ['without', []],
])('a clip that its display matrix only moves, %s, comes out without it', async (_, sound) => {
  const folder = await tempFolder();
  const source = await makeMedia(join(folder, 'a.mp4'), [
    ...[...lavfi('testsrc2=s=128x96'), ...sound],
    ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART, '-t', '1'],
  ]);
  const bytes = await readFile(source);
  const [across, down] = [6, 7].map((at) => bytes.indexOf('tkhd') + 44 + 4 * at);
  bytes.writeInt32BE(16 * 65_536, across);
  bytes.writeInt32BE(8 * 65_536, down);
  await writeFile(source, bytes);
  const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings: FAST });
  expect(plan.reasons).toContain('it is moved when it is shown');
  await expectVideoContract(output.path, 'encoded');
});

it('a clip is encoded as well as x264 does in a profile that a status has', async () => {
  const folder = await tempFolder();
  const settings = { ...FAST, videoCrf: 1 };
  const { output } = await normalizeFile(fixture('sixty-frames.mp4'), folder, { settings });
  await expectVideoContract(output.path, 'encoded');
  expect(() => createSettings({ videoCrf: 0 })).toThrow(/videoCrf/);
});

describe('a clip that is transparent on its right half is put on the background', () => {
  it.each([
    ['mov', '-c:v qtrle -pix_fmt argb'],
    ['mov', '-c:v png -pix_fmt rgba'],
    ['mov', '-c:v prores_ks -pix_fmt yuva444p10le'],
    ['webm', '-c:v libvpx-vp9 -pix_fmt yuva420p -b:v 300k'],
    ['webm', '-c:v libvpx -pix_fmt yuva420p -auto-alt-ref 0 -b:v 300k'],
  ] as const)('%s with %s', async (extension, codec) => {
    const folder = await tempFolder();
    const graph = `color=red:s=96x64:r=10:d=1,format=rgba,geq=r=255:g='mod(N*20,40)':b=0:a='255*lt(X,48)'`;
    const source = join(folder, `a.${extension}`);
    await makeMedia(source, [...lavfi(graph), ...words(codec)]);
    const settings = { ...FAST, background: '#0000ff' };
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectVideoContract(output.path, 'encoded');
    const frame = await readFrame(output.path, 0.5);
    expect(distance(frame.at(0.2, 0.5), [255, 0, 0])).toBeLessThan(TOLERANCE);
    expect(distance(frame.at(0.8, 0.5), [0, 0, 255])).toBeLessThan(TOLERANCE);
  });
});

describe('picture and sound are decided apart', () => {
  it('a good picture with AC-3 sound is copied, frame by frame', async () => {
    const source = fixture('surround-ac3.mkv');
    const { plan, output } = await normalizeFile(source, await tempFolder());
    expect(plan).toMatchObject({ picture: { action: 'copy' }, sound: { action: 'encode' } });
    expect(await hashStream(output.path, 'v')).toBe(await hashStream(source, 'v'));
  });

  it('a good sound with another picture is copied, packet by packet', async () => {
    const source = fixture('sixty-frames.mp4');
    const { plan, output } = await normalizeFile(source, await tempFolder());
    expect(plan).toMatchObject({ picture: { action: 'encode' }, sound: { action: 'copy' } });
    expect(await hashStream(output.path, 'a')).toBe(await hashStream(source, 'a'));
  });

  it.each(['moov-last.mp4', 'chapters-location.mp4', 'two-sounds.mp4'] as const)(
    '%s loses nothing of its first picture and sound',
    async (file) => {
      const { plan, output } = await normalizeFile(fixture(file), await tempFolder());
      expect(plan.action).toBe('remux');
      for (const type of ['v', 'a'] as const) {
        expect(await hashStream(output.path, type)).toBe(await hashStream(fixture(file), type));
      }
    },
  );

  it('a sound that cannot be decoded does not kill a good picture: silence takes its place', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.mp4');
    await makeSoundUndecodable(fixture('conforming.mp4'), source);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'));
    expect(plan).toMatchObject({ picture: { action: 'copy' }, sound: { action: 'silence' } });
    await expectVideoContract(output.path, 'copied');
  });
});

/** A hash of the packets of the first stream of a type. */
async function hashStream(path: string, type: 'v' | 'a'): Promise<string> {
  const hash = words(`-map 0:${type}:0 -c copy -f md5 pipe:1`);
  const stdout = await runForBytes(bundledFfmpeg, ['-v', 'error', '-i', `file:${path}`, ...hash]);
  return /MD5=(\w+)/.exec(stdout.toString())?.[1] ?? 'none';
}

describe('colours of an encoded picture', () => {
  it.each([
    ['bt709', 'tv', 'yuv420p'],
    ['smpte170m', 'tv', 'yuv420p'],
    ['bt709', 'pc', 'yuvj420p'],
    ['bt470bg', 'tv', 'yuv420p'],
    ['bt2020nc', 'tv', 'yuv422p10le'],
    ['smpte170m', 'tv', 'yuv444p'],
  ] as const)('%s, %s (%s) are what they were', async (matrix, range, format) => {
    const folder = await tempFolder();
    const to = { bt709: 'bt709', bt2020nc: 'bt2020', smpte170m: 'bt601', bt470bg: 'bt601' }[matrix];
    const source = await makeMedia(join(folder, 'a.mp4'), [
      ...lavfi('color=#c86432:s=64x64:d=1,format=rgb24'),
      ...['-vf', `scale=out_color_matrix=${to}:out_range=${range},format=${format}`],
      ...words(`-c:v libx264 -crf 5 -colorspace ${matrix}`),
      ...words(`-color_primaries bt709 -color_trc bt709 -color_range ${range}`),
    ]);
    const settings = { ...FAST, videoCrf: 5 };
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectVideoContract(output.path, 'encoded');
    const [y, cb, cr] = await readYuv(output.path);
    // #c86432 in BT.709 of limited range.
    expect([Math.abs(y - 117), Math.abs(cb - 96), Math.abs(cr - 174)].every((d) => d <= 4)).toBe(
      true,
    );
  });

  it('PQ is brought down to SDR, not just relabelled', async ({ skip }) => {
    const { filters } = await ffmpeg.abilities();
    skip(!filters.has('zscale'), 'this ffmpeg has no zscale');
    const source = fixture('album/hdr10.mp4');
    const { plan, output } = await normalizeFile(source, await tempFolder());
    expect(plan.reasons).toContain('it is HDR');
    await expectVideoContract(output.path, 'encoded');
    // Its ground, half of the code in PQ, is some 90 cd/m²: nearly white on an SDR screen.
    const [before = 0] = (await readFrame(source, 1)).at(0.5, 0.05);
    const [after = 0] = (await readFrame(output.path, 1)).at(0.5, 0.05);
    expect(before).toBeLessThan(140);
    expect(after).toBeGreaterThan(before + 10);
  });
});

/** Mean luma and chroma of the first frame of a plain clip. */
async function readYuv(path: string): Promise<readonly [number, number, number]> {
  const raw = words('-frames:v 1 -pix_fmt yuv444p -f rawvideo pipe:1');
  const bytes = await runForBytes(bundledFfmpeg, ['-v', 'error', '-i', `file:${path}`, ...raw]);
  const plane = bytes.length / 3;
  return [bytes[plane / 2] ?? 0, bytes[plane * 1.5] ?? 0, bytes[plane * 2.5] ?? 0];
}

describe('a clip that is hard to compress', () => {
  it('of 59 s of noise fits its limit', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mp4'), [
      ...lavfi('color=gray:s=192x108:r=25:d=59,noise=alls=100:allf=t'),
      ...lavfi('sine=d=59'),
      ...[...CONFORMING_PICTURE, '-crf', '30', ...CONFORMING_SOUND, ...FASTSTART],
    ]);
    const settings = { ...FAST, videoMaxBytes: 3_000_000 };
    expect((await ffprobe(source)).format.size).toBeGreaterThan(2 * settings.videoMaxBytes);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings });
    expect(plan.reasons).toEqual([expect.stringMatching(/bytes are more than 3000000/)]);
    expect(output.bytes).toBeLessThanOrEqual(settings.videoMaxBytes);
    // The room is used, not wasted.
    expect(output.bytes).toBeGreaterThan(settings.videoMaxBytes * 0.7);
    await expectVideoContract(output.path, 'encoded');
  });
});

describe('shape and rate', () => {
  it.each([
    ['anamorphic.mp4', { width: 240, height: 240 }],
    ['odd-321x241.mp4', { width: 320, height: 240 }],
    ['sixty-frames.mp4', { r_frame_rate: '30/1' }],
    ['interlaced.mp4', { r_frame_rate: '25/1', width: 320, height: 240 }],
    ['variable-rate.mp4', { pix_fmt: 'yuv420p' }],
  ] as const)('of %s: %o', async (file, facts) => {
    const { output } = await normalizeFile(fixture(file), await tempFolder());
    const probe = await expectVideoContract(output.path, 'encoded');
    expect(probe.streams.find(({ codec_type }) => codec_type === 'video')).toMatchObject(facts);
  });

  it.each([
    ['3840x2160', 1280, 720],
    ['1080x1920', 720, 1280],
    ['2000x200', 1280, 128],
  ] as const)('of %s become %d×%d', async (size, width, height) => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mp4'), [
      ...[...lavfi(`testsrc=s=${size}:r=10:d=0.5`), ...words('-c:v mpeg4 -q:v 20')],
    ]);
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings: FAST });
    expect(output).toMatchObject({ width, height });
    await expectVideoContract(output.path, 'encoded');
  });
});
