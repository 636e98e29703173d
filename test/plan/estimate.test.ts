import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimate } from '../../src/plan/estimate.js';
import { plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import { anyClip, anyImage, anyRecording } from '../support/any-media.js';
import { clipOf } from '../support/probes.js';

const LIMITS = { image: 5_000_000, audio: 16_000_000, video: 16_000_000 } as const;

test('every plan has an estimate that is a number and within the limit of what is encoded', () => {
  const wishes = fc.record({
    audioAs: fc.constantFrom('media' as const, 'video' as const),
    fit: fc.constantFrom('crop' as const, 'blur' as const, 'pad' as const),
    loudness: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.oneof(anyImage, anyClip, anyRecording), wishes, (media, given) => {
      const decided = plan(media, 'file', createSettings(given));
      if (decided.action === 'refuse') return;
      const { bytes, seconds } = estimate(decided, media);
      expect(Number.isSafeInteger(bytes)).toBe(true);
      expect(bytes).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(seconds)).toBe(true);
      expect(seconds).toBeGreaterThan(0);
      if (decided.action === 'encode') expect(bytes).toBeLessThanOrEqual(LIMITS[decided.kind]);
    }),
    { numRuns: 2000 },
  );
});

test('silence that takes a copied picture past the limit is not counted beyond it', () => {
  const media = clipOf({ sound: null, media: { bytes: LIMITS.video - 100 } });
  const decided = plan(media, 'file', createSettings());
  if (decided.action === 'refuse') throw new Error('it is refused');
  expect(decided.action).toBe('encode');
  expect(estimate(decided, media).bytes).toBe(LIMITS.video);
});
