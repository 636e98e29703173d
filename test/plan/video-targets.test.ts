import { describe, expect, it } from 'vitest';
import type { PictureStream } from '../../src/inspect/read-streams.js';
import type { SettingsInput } from '../../src/settings.js';
import { planned } from '../support/planned.js';
import { clipOf, type ClipChanges } from '../support/probes.js';

/** How a picture that has to be encoded is encoded. */
function encoded(changes: ClipChanges, settings: SettingsInput = {}) {
  const picture = { codec: 'hevc', ...changes.picture };
  const plan = planned(clipOf({ ...changes, picture }), settings);
  if (plan.kind !== 'video' || plan.picture.action !== 'encode') throw new Error(plan.action);
  return { ...plan.picture, cutSeconds: plan.cutSeconds };
}

describe('the size of an encoded picture', () => {
  const SIZES: readonly (readonly [Partial<PictureStream>, number, number])[] = [
    [{ width: 3840, height: 2160 }, 1280, 720],
    [{ width: 2160, height: 3840 }, 720, 1280],
    [{ width: 1920, height: 1080, rotationDegrees: 90 }, 720, 1280],
    [{ width: 4032, height: 3024 }, 960, 720],
    [{ width: 1000, height: 1000 }, 720, 720],
    [{ width: 3000, height: 300 }, 1280, 128],
    [{ width: 320, height: 240 }, 320, 240],
    [{ width: 321, height: 241 }, 320, 240],
    [{ width: 720, height: 576, sampleAspect: 16 / 15 }, 720, 540],
    [{ width: 720, height: 480, sampleAspect: 8 / 9 }, 640, 480],
    [{ width: 1440, height: 1080, sampleAspect: 4 / 3 }, 1280, 720],
    [{ width: 1, height: 1 }, 2, 2],
    [{ width: 8000, height: 2 }, 1280, 2],
  ];
  it.each(SIZES)('with %o is %d×%d', (picture, width, height) => {
    expect(encoded({ picture })).toMatchObject({ width, height });
  });

  it('follows the settings', () => {
    const settings = { videoMaxLongSide: 640, videoMaxShortSide: 360 };
    const size = encoded({ picture: { width: 1080, height: 1920 } }, settings);
    expect(size).toMatchObject({ width: 360, height: 640 });
  });
});

describe('the frame rate of an encoded picture', () => {
  it.each([
    [25, 25, 1],
    [24, 24, 1],
    [24_000 / 1001, 24_000, 1001],
    [30_000 / 1001, 30_000, 1001],
    [60_000 / 1001, 30_000, 1001],
    [50, 25, 1],
    [60, 30, 1],
    [120, 30, 1],
    [240, 30, 1],
    [90, 30, 1],
    [15, 15, 1],
    [1, 1, 1],
  ] as const)('of %f frames/s is %d/%d', (rate, frames, seconds) => {
    const picture = { averageFrameRate: rate, baseFrameRate: rate };
    expect(encoded({ picture }).frameRate).toEqual({ frames, seconds });
  });

  it.each([
    [29.4, 600, 30],
    [17.3, 90, 18],
    [4, 1000, 15],
    [200, 1000, 30],
  ] as const)('of %f frames/s on average is made constant', (average, base, frames) => {
    const picture = { averageFrameRate: average, baseFrameRate: base };
    expect(encoded({ picture }).frameRate).toEqual({ frames, seconds: 1 });
  });

  it('of none that is known is the highest that is allowed', () => {
    const picture = { averageFrameRate: null, baseFrameRate: null };
    const { frameRate } = encoded({ picture }, { videoMaxFrameRate: 24 });
    expect(frameRate).toEqual({ frames: 24, seconds: 1 });
  });
});

describe('the ceiling of the bit rate', () => {
  const hour = { durationSeconds: 3600, bytes: 900_000_000 };

  it('lets a minute at full rate fit into 16 MB with its sound', () => {
    const { maxBitrateKbps } = encoded({ media: hour });
    const bytes = ((maxBitrateKbps + 128) * 1000 * 60) / 8;
    expect(bytes).toBeLessThan(16_000_000);
    expect(bytes).toBeGreaterThan(15_000_000);
  });

  it('is higher for a short clip, within reason', () => {
    const short = encoded({ media: { durationSeconds: 5 } }).maxBitrateKbps;
    expect(short).toBeGreaterThan(encoded({ media: hour }).maxBitrateKbps);
    expect(short).toBeLessThanOrEqual(10_000);
  });

  it('does not fall to nothing, however small the limit', () => {
    const { maxBitrateKbps } = encoded({ media: hour }, { videoMaxBytes: 100_000 });
    expect(maxBitrateKbps).toBeGreaterThan(0);
  });
});

describe('what a picture needs', () => {
  it.each([
    [{ interlaced: true }, { deinterlace: true, toneMap: false }],
    // Fields of fewer lines than the filter needs.
    [
      { interlaced: true, width: 64, height: 14 },
      { deinterlace: false, toneMap: false },
    ],
    [{ transfer: 'smpte2084' }, { deinterlace: false, toneMap: true }],
    [{ transfer: 'arib-std-b67' }, { toneMap: true }],
    [{ transfer: 'smpte170m' }, { toneMap: false }],
  ] as const)('with %o is %o', (picture, needs) => {
    expect(encoded({ picture })).toMatchObject(needs);
  });

  it('is encoded as the settings say', () => {
    const settings = { videoCrf: 30, videoPreset: 'slow' } as const;
    expect(encoded({}, settings)).toMatchObject({ crf: 30, preset: 'slow' });
  });
});
