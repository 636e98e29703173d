import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import { failureOf } from '../support/failure.js';
import { CONFORMING_SOUND, lavfi, makeMedia, words } from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const FAST = { videoPreset: 'ultrafast' } as const;

/** Nothing is harder to compress: no pixel has to do with its neighbours or the next frame. */
const noise = (size: string, seconds: number) =>
  lavfi(`color=gray:s=${size}:r=30:d=${seconds},noise=alls=100:allf=t`);
const hiss = (seconds: number) => lavfi(`anoisesrc=r=48000:d=${seconds}:a=1`);
const MPEG4 = words('-c:v mpeg4 -q:v 2');

describe('a clip of noise comes out within its limit', () => {
  it.each([
    ['1280x720', 1, 1_000_000],
    ['1280x720', 3, 1_000_000],
    ['640x360', 8, 1_500_000],
    ['320x180', 20, 1_000_000],
    ['128x72', 62, 1_200_000],
  ] as const)('of %s and %i s (%i bytes)', async (size, seconds, videoMaxBytes) => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mkv'), [
      ...[...noise(size, seconds), ...hiss(seconds), ...MPEG4, ...words('-c:a libmp3lame')],
    ]);
    const settings = { ...FAST, videoMaxBytes };
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectVideoContract(output.path, 'encoded');
    expect(output.bytes).toBeLessThanOrEqual(videoMaxBytes);
    // The room is used, not wasted.
    expect(output.bytes).toBeGreaterThan(videoMaxBytes * 0.6);
  });
});

describe('the limit holds for a clip whose header', () => {
  it.each([
    ['says a tenth of its length', 0.6],
    ['says a hundred times its length', 600],
    ['says nothing of its length', 0],
  ] as const)('%s', async (_, claimed) => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.flv'), [
      ...[...noise('320x180', 6), ...hiss(6), ...words('-c:v flv1 -q:v 2 -c:a libmp3lame')],
    ]);
    await claimDuration(source, claimed);
    const settings = { ...FAST, videoMaxBytes: 600_000 };
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectVideoContract(output.path, 'encoded');
    expect(output.bytes).toBeLessThanOrEqual(600_000);
    expect(output.durationSeconds).toBeGreaterThan(5.8);
  });
});

it.each([
  ['0.6 s', 0.6],
  ['600 s', 600],
])(
  'a silent clip of 6 s whose header says %s is whole, and its silence no longer',
  async (_, claimed) => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.flv'), [
      ...[...lavfi('testsrc2=s=320x180:r=30:d=6'), ...words('-c:v flv1 -q:v 2')],
    ]);
    await claimDuration(source, claimed);
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings: FAST });
    await expectVideoContract(output.path, 'encoded');
    expect(output.durationSeconds).toBeGreaterThan(5.9);
    expect(output.durationSeconds).toBeLessThan(6.2);
  },
);

it('the limit holds for a sound that is shown as a video, whose header says a hundredth', async () => {
  const folder = await tempFolder();
  const source = await makeMedia(join(folder, 'a.flv'), [
    ...[...hiss(30), ...words('-c:a libmp3lame')],
  ]);
  await claimDuration(source, 0.3);
  const settings = { ...FAST, audioAs: 'video', videoMaxBytes: 800_000 } as const;
  const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
  await expectVideoContract(output.path, 'encoded');
  expect(output.bytes).toBeLessThanOrEqual(800_000);
  expect(output.durationSeconds).toBeGreaterThan(29.8);
});

/** Sets the duration that an FLV tells at its start: the number behind the word. */
async function claimDuration(path: string, seconds: number): Promise<void> {
  const bytes = await readFile(path);
  const word = 'duration';
  bytes.writeDoubleBE(seconds, bytes.indexOf(word) + word.length + 1);
  await writeFile(path, bytes);
}

describe('sound that takes most of the limit', () => {
  const heavy = words('-c:a aac -b:a 320k -ac 2 -ar 48000');

  it('is encoded lower where its rate is known, with the reason', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mp4'), [
      ...[...noise('320x180', 5), ...hiss(5), ...MPEG4, ...heavy],
    ]);
    const settings = { ...FAST, videoMaxBytes: 250_000 };
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings });
    expect(plan.reasons).toContainEqual(expect.stringMatching(/sound of \d{3} kbit\/s leaves too/));
    expect(output.bytes).toBeLessThanOrEqual(250_000);
    await expectVideoContract(output.path, 'encoded');
  });

  it('is paid for by the picture where its rate is not known', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mkv'), [
      ...[...noise('320x180', 5), ...hiss(5), ...MPEG4, ...heavy],
    ]);
    const settings = { ...FAST, videoMaxBytes: 450_000 };
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings });
    expect(plan).toMatchObject({ sound: { action: 'copy' } });
    expect(output.bytes).toBeLessThanOrEqual(450_000);
    await expectVideoContract(output.path, 'encoded');
  });
});

it('what cannot be made to fit is refused with its size, its length, the limit and what to do', async () => {
  const folder = await tempFolder();
  const source = await makeMedia(join(folder, 'a.mkv'), [
    ...[...noise('320x180', 40), ...hiss(40), ...MPEG4, ...CONFORMING_SOUND],
  ]);
  const settings = { ...FAST, videoMaxBytes: 100_000 };
  const error = await failureOf(normalizeFile(source, join(folder, 'made'), { settings }));
  expect(error.code).toBe('too-large');
  expect(error.message).toMatch(
    /^Cannot use a\.mkv: its 40\.\d+ s take \d{6,} bytes .* more than the 100000 .* --video-max-bytes/,
  );
});

it.each([
  [500_000, 64],
  [300_000, 32],
])('a recording of a minute fits into %i bytes', async (audioMaxBytes, kbps) => {
  const folder = await tempFolder();
  const source = await makeMedia(join(folder, 'a.wav'), [...hiss(62)]);
  const settings = { audioMaxBytes };
  const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings });
  expect(plan).toMatchObject({ kind: 'audio', sound: { bitrateKbps: kbps } });
  expect(output.bytes).toBeLessThanOrEqual(audioMaxBytes);
  expect(output.durationSeconds).toBeGreaterThanOrEqual(59.8);
  await expectAudioContract(output.path);
});
