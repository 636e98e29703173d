import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Media } from '../../src/inspect/inspection.js';
import { plan, type Plan } from '../../src/plan/plan.js';
import type { AudioPlan } from '../../src/plan/plan-audio.js';
import type { Size } from '../../src/plan/crop-window.js';
import { uprightSize } from '../../src/job.js';
import type { ImagePlan } from '../../src/plan/plan-image.js';
import type { EncodePicture, VideoPlan } from '../../src/plan/plan-video.js';
import { createSettings } from '../../src/resolve-settings.js';
import { anyClip, anyImage, anyRecording } from '../support/any-media.js';
import { keepsContract } from '../support/contract-of-probes.js';

const settings = createSettings();
const RUNS = { numRuns: 3000 };

describe.each([
  ['image', anyImage],
  ['recording', anyRecording],
  ['clip', anyClip],
] as const)('every plan of any %s', (_, media) => {
  it('keeps the file exactly where it keeps the contract, and else says why', () => {
    fc.assert(
      fc.property(media, (seen) => {
        const decided = plan(seen, 'file', settings);
        if (decided.action === 'refuse') return;
        expect(decided.action === 'keep').toBe(keepsContract(seen));
        expect(decided.reasons.length === 0).toBe(decided.action === 'keep');
        expect(decided.reasons.every((reason) => reason.length > 0)).toBe(true);
      }),
      RUNS,
    );
  });

  it('makes something that fits a status', () => {
    fc.assert(
      fc.property(media, fc.boolean(), (seen, again) => {
        const because = again ? ['a copy was not enough'] : [];
        const decided = plan(seen, 'file', settings, because);
        if (decided.action === 'refuse') return;
        expect(decided.kind).toBe(seen.type);
        expectFit(decided, seen);
      }),
      RUNS,
    );
  });

  it('is the same each time, and survives JSON', () => {
    fc.assert(
      fc.property(media, (seen) => {
        const decided = plan(seen, 'file', settings);
        expect(JSON.parse(JSON.stringify(decided))).toStrictEqual(decided);
        expect(plan(seen, 'file', settings)).toStrictEqual(decided);
      }),
      { numRuns: 500 },
    );
  });

  it('that comes after a copy that failed encodes everything', () => {
    fc.assert(
      fc.property(media, (seen) => {
        const decided = plan(seen, 'file', settings, ['why']);
        if (decided.action === 'refuse') return;
        expect(decided.action).toBe('encode');
        expect(decided.reasons.at(-1)).toBe('why');
        expect(JSON.stringify(decided)).not.toContain('"action":"copy"');
      }),
      { numRuns: 500 },
    );
  });
});

describe('every plan of any image, in any fit', () => {
  const anyFit = fc.record({
    fit: fc.constantFrom('crop', 'blur', 'pad', 'auto'),
    position: fc.constantFrom('attention', 'entropy', 'centre', 'NE', 'S', 'W'),
    part: fc.option(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), PART)),
  });

  it('shows a part that lies in the picture, and nothing enlarged that fills 360×640', () => {
    fc.assert(
      fc.property(anyImage, anyFit, (seen, { fit, position, part }) => {
        if (seen.type !== 'image') throw new Error('another kind');
        const upright = uprightSize(seen.image);
        const crop = part === null ? '' : partOf(part, upright);
        const decided = plan(seen, 'file', createSettings({ fit, position, crop }));
        if (decided.action === 'refuse') return;
        if (decided.kind !== 'image') throw new Error('another kind');
        expect(decided.fit === fit || fit === 'auto' || decided.fit === 'crop').toBe(true);
        expectShown(decided, upright);
        expect(decided.reasons.length === 0).toBe(decided.action === 'keep');
        expect(JSON.parse(JSON.stringify(decided))).toStrictEqual(decided);
      }),
      RUNS,
    );
  });
});

const PART = { minLength: 4, maxLength: 4 } as const;

/** `X,Y,W,H` of some part of a picture. */
function partOf([x = 0, y = 0, w = 0, h = 0]: readonly number[], size: Size): string {
  const left = Math.floor(x * (size.width - 1));
  const top = Math.floor(y * (size.height - 1));
  const width = 1 + Math.floor(w * (size.width - left - 1));
  return [left, top, width, 1 + Math.floor(h * (size.height - top - 1))].join(',');
}

function expectShown({ fit, crop, width: frame }: ImagePlan, size: Size): void {
  expect(Object.values(crop).every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  expect(crop.left + crop.width).toBeLessThanOrEqual(size.width);
  expect(crop.top + crop.height).toBeLessThanOrEqual(size.height);
  expect(crop.width * crop.height).toBeGreaterThan(0);
  const units = frame / 9;
  expect(Number.isInteger(units) && units >= 40 && units <= 120).toBe(true);
  if (fit === 'crop')
    expect(Math.abs(crop.width / 9 - crop.height / 16)).toBeLessThanOrEqual(1 / 9);
  const filled = fit === 'crop' ? Math.min : Math.max;
  // A window is rounded to whole pixels: half a pixel of its size says nothing.
  const most = filled((crop.width + 0.5) / 9, (crop.height + 0.5) / 16);
  expect(units).toBeLessThanOrEqual(Math.max(40, most));
  const least = filled((crop.width - 0.5) / 9, (crop.height - 0.5) / 16);
  expect(units, 'the largest of these').toBeGreaterThanOrEqual(Math.min(120, Math.floor(least)));
}
it('every plan of a clip that is encoded fits its limit by its rates, where any rate could', () => {
  const limits = fc.record({
    videoMaxBytes: fc.integer({ min: 100_000, max: 100_000_000 }),
    maxDurationSeconds: fc.double({ min: 1, max: 60, noNaN: true }),
    audioBitrateKbps: fc.integer({ min: 32, max: 320 }),
  });
  fc.assert(
    fc.property(anyClip, limits, (seen, given) => {
      const decided = plan(seen, 'file', createSettings(given));
      if (decided.action === 'refuse' || seen.type !== 'video') return;
      if (decided.kind !== 'video' || decided.picture.action !== 'encode') return;
      // Silence takes next to nothing.
      const copied = seen.sound === null ? 0 : (seen.sound.bitrateKbps ?? given.audioBitrateKbps);
      const soundKbps = decided.sound.action === 'encode' ? decided.sound.bitrateKbps : copied;
      const { maxBitrateKbps } = decided.picture;
      if (maxBitrateKbps === LOWEST_KBPS) return;
      const seconds = Math.min(seen.media.durationSeconds ?? Infinity, given.maxDurationSeconds);
      const kbits = maxBitrateKbps * (seconds + 1) + soundKbps * seconds;
      expect((kbits * 1000) / 8).toBeLessThanOrEqual(given.videoMaxBytes);
    }),
    RUNS,
  );
});

/** What the picture gets where there is no room: the second try and the refusal are for that. */
const LOWEST_KBPS = 40;

function expectFit(decided: Plan, seen: Media): void {
  switch (decided.kind) {
    case 'image':
      return expectImage(decided, seen);
    case 'audio':
      return expectAudio(decided);
    case 'video':
      return expectVideo(decided, seen);
  }
}

function expectImage({ width, height, quality }: ImagePlan, seen: Media): void {
  if (seen.type !== 'image') throw new Error('another kind');
  const units = width / 9;
  expect(Number.isInteger(units)).toBe(true);
  expect(height).toBe(units * 16);
  expect(units).toBeGreaterThanOrEqual(40);
  expect(units).toBeLessThanOrEqual(120);
  const turned = seen.image.orientation >= 5;
  const upright = turned
    ? [seen.image.height, seen.image.width]
    : [seen.image.width, seen.image.height];
  const fits = Math.min((upright[0] ?? 0) / 9, (upright[1] ?? 0) / 16);
  expect(units, 'the largest that needs no enlarging').toBe(
    Math.min(120, Math.max(40, Math.floor(fits))),
  );
  expect(quality).toBeGreaterThanOrEqual(40);
}

function expectAudio({ sound, cutSeconds, expectedSeconds }: AudioPlan): void {
  expect(cutSeconds).toBeLessThan(60);
  expect(cutSeconds).toBeGreaterThan(59.8);
  expect(expectedSeconds ?? 0).toBeLessThan(60);
  if (sound.action === 'encode') expectSound(sound);
}

function expectVideo(decided: VideoPlan, seen: Media): void {
  if (seen.type !== 'video') throw new Error('another kind');
  const { picture, sound, cutSeconds } = decided;
  expect(cutSeconds).toBeLessThan(60);
  expect(cutSeconds).toBeGreaterThan(0);
  if (picture.action === 'encode') {
    expectPicture(picture, seen);
    const { frames, seconds } = picture.frameRate;
    expectWholeMinute(Math.ceil((cutSeconds * frames) / seconds) * (seconds / frames));
  } else {
    const rate = seen.picture.averageFrameRate ?? Number.NaN;
    // Slow pictures of odd rates may not fit by copying: they are found out and encoded.
    if (rate >= 7.5 || Number.isInteger(rate)) {
      expectWholeMinute(Math.ceil(Math.round(cutSeconds * rate * 1e6) / 1e6) / rate);
    }
  }
  if (sound.action === 'encode') expectSound(sound);
  expect(sound.action === 'none').toBe(false);
  expect(sound.action === 'silence').toBe(seen.sound === null);
}

/** Where the picture of a longer source ends. */
function expectWholeMinute(seconds: number): void {
  expect(seconds).toBeLessThanOrEqual(60.0001);
  expect(seconds).toBeGreaterThanOrEqual(59.8);
}

function expectPicture(
  { width, height, frameRate, maxBitrateKbps, crf }: EncodePicture,
  seen: Extract<Media, { readonly type: 'video' }>,
): void {
  expect([width % 2, height % 2]).toEqual([0, 0]);
  expect(Math.max(width, height)).toBeLessThanOrEqual(1280);
  expect(Math.min(width, height)).toBeLessThanOrEqual(720);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(2);
  const { picture } = seen;
  const turned = picture.rotationDegrees % 180 !== 0;
  // Never enlarged; a side of a single pixel becomes two, since an even number is needed.
  expect(width).toBeLessThanOrEqual(Math.max(2, turned ? picture.height : picture.width));
  expect(height).toBeLessThanOrEqual(Math.max(2, turned ? picture.width : picture.height));
  expect(frameRate.frames / frameRate.seconds).toBeLessThanOrEqual(30);
  expect(frameRate.frames / frameRate.seconds).toBeGreaterThan(0);
  expect(Number.isInteger(frameRate.frames) && Number.isInteger(frameRate.seconds)).toBe(true);
  expect(Number.isInteger(maxBitrateKbps) && maxBitrateKbps > 0).toBe(true);
  expect(crf).toBe(23);
}

function expectSound(sound: { readonly sampleRateHz: number; readonly channels: number }): void {
  expect([44_100, 48_000]).toContain(sound.sampleRateHz);
  expect([1, 2]).toContain(sound.channels);
}
