import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** A clip of 64 s at a rate of frames. */
function longClip(path: string, rate: string, more: readonly string[] = []): Promise<string> {
  return makeMedia(path, [
    ...[...lavfi(`color=s=96x64:r=${rate}:d=64`), ...lavfi('sine=d=64')],
    ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART, ...more],
  ]);
}

describe('what is longer than a minute is cut, not rejected', () => {
  it.each([
    ['long-64s.mp3', 'remux'],
    ['long-64s.wav', 'encode'],
  ] as const)('%s (%s)', async (file, action) => {
    const { plan, output } = await normalizeFile(fixture(file), await tempFolder());
    expect(plan.action).toBe(action);
    const probe = await expectAudioContract(output.path);
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
  });

  it.each([
    ['ogg', '-c:a libopus -b:a 16k'],
    ['amr', '-c:a libopencore_amrnb -ar 8000 -ac 1'],
    ['m4a', '-c:a aac -ar 32000'],
    ['mp3', '-c:a libmp3lame -ar 48000'],
    ['flac', '-c:a flac -ar 96000'],
  ] as const)('a voice note over 60 s as %s (%s)', async (extension, options) => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await makeMedia(source, [...lavfi('sine=d=61'), ...words(options)]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    const probe = await expectAudioContract(output.path);
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
  });

  it.each([
    ['long-64s.mp4', 'copied'],
    ['long-64s-high.mp4', 'encoded'],
  ] as const)('%s (%s)', async (file, picture) => {
    const { plan, output } = await normalizeFile(fixture(file), await tempFolder());
    expect(plan).toMatchObject({ picture: { action: picture === 'copied' ? 'copy' : 'encode' } });
    const probe = await expectVideoContract(output.path, picture);
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
  });

  it.each(['1', '2', '5', '10', '24000/1001', '30000/1001', '30'] as const)(
    'a picture of %s frames/s that is copied',
    async (rate) => {
      const folder = await tempFolder();
      const source = await longClip(join(folder, 'a.mp4'), rate);
      const { plan, output } = await normalizeFile(source, join(folder, 'made'));
      expect(plan).toMatchObject({ action: 'remux', picture: { action: 'copy' } });
      const probe = await expectVideoContract(output.path, 'copied');
      expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
    },
  );

  it.each(['1', '7', '24000/1001', '60000/1001', '50'] as const)(
    'a picture of %s frames/s that is encoded',
    async (rate) => {
      const folder = await tempFolder();
      const source = await longClip(join(folder, 'a.mp4'), rate, words('-bf 2 -profile:v high'));
      const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
        settings: { videoPreset: 'ultrafast' },
      });
      expect(plan).toMatchObject({ picture: { action: 'encode' }, sound: { action: 'copy' } });
      const probe = await expectVideoContract(output.path, 'encoded');
      expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
    },
  );

  it.each(['long-64s.mp3', 'long-64s.mp4', 'long-64s-high.mp4', 'long-64s.wav'] as const)(
    '%s, to the limit that is set, also where it is no whole number',
    async (file) => {
      const settings = { maxDurationSeconds: 12.5 };
      const { output } = await normalizeFile(fixture(file), await tempFolder(), { settings });
      expect(output.durationSeconds).toBeLessThanOrEqual(12.5);
      expect(output.durationSeconds).toBeGreaterThanOrEqual(12.3);
    },
  );
});

describe('a silent track', () => {
  it.each([
    ['2', 'mp4', []],
    ['2.3', 'mp4', []],
    ['64', 'mp4', []],
    // The header of a pipe does not say how long it is.
    ['3', 'webm', words('-c:v libvpx -b:v 50k -f webm -live 1')],
  ] as const)('is as long as its picture of %s s (%s)', async (seconds, extension, more) => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    const picture = lavfi(`testsrc=s=96x64:r=25:d=${seconds}`);
    await makeMedia(source, [...picture, ...CONFORMING_PICTURE.slice(0, 2), ...more]);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
      settings: { videoPreset: 'ultrafast' },
    });
    expect(plan).toMatchObject({ sound: { action: 'silence' } });
    const { streams } = await expectVideoContract(output.path, 'encoded');
    const [first = 0, second = 0] = streams.map(({ duration }) => duration ?? 0);
    expect(Math.abs(first - second)).toBeLessThan(0.1);
    expect(Math.max(first, second)).toBeGreaterThan(Math.min(Number(seconds), 60) - 0.2);
  });

  it('is not added where it is not wanted', async () => {
    const settings = { silentTrack: false };
    const { plan, output } = await normalizeFile(fixture('no-sound.mp4'), await tempFolder(), {
      settings,
    });
    expect(plan).toMatchObject({ action: 'keep', reasons: [] });
    expect(output.durationSeconds).toBeCloseTo(2, 1);
  });
});
