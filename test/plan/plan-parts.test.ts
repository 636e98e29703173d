import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Media } from '../../src/inspect/inspection.js';
import { plan } from '../../src/plan/plan.js';
import { planParts } from '../../src/plan/plan-parts.js';
import { createSettings } from '../../src/resolve-settings.js';
import { anyClip, anyImage, anyRecording } from '../support/any-media.js';

const anyStart = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true }));
const anyLength = fc.double({ min: 0.1, max: 20_000, noNaN: true });

/** Any clip or recording, of a length that is known. */
const anyLong = fc
  .tuple(fc.oneof(anyClip, anyRecording), anyLength)
  .map(([seen, durationSeconds]) => withLength(seen, durationSeconds));

function withLength(seen: Media, durationSeconds: number): Media {
  if (seen.type === 'image') return seen;
  return { ...seen, media: { ...seen.media, durationSeconds } };
}

describe('the parts of anything that is split', () => {
  it('follow one another without a gap, from the start to the end', () => {
    fc.assert(
      fc.property(anyLong, anyStart, (seen, start) => {
        const parts = planParts(seen, createSettings({ long: 'split', start }));
        const [first] = parts;
        expect(Math.abs(first.startSeconds - start)).toBeLessThan(1.01);
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
        for (const [index, part] of parts.entries()) {
          expect(part.of).toBe(parts.length);
          const next = parts[index + 1];
          const end = part.startSeconds + (part.seconds ?? 0);
          if (next === undefined) expect(part.seconds).toBeNull();
          else expect(Math.abs(next.startSeconds - end)).toBeLessThan(1e-6);
        }
      }),
    );
  });

  it('are as few as may be, and none is longer than a status', () => {
    fc.assert(
      fc.property(anyLong, (seen) => {
        if (seen.type === 'image') return;
        const total = seen.media.durationSeconds ?? 0;
        const parts = planParts(seen, createSettings({ long: 'split' }));
        expect(parts.length).toBeLessThanOrEqual(Math.ceil(total / 58) + 1);
        if (total <= 60) expect(parts).toHaveLength(1);
        for (const { seconds } of parts) expect(seconds ?? 0).toBeLessThanOrEqual(60);
        const last = parts.at(-1);
        if (parts.length > 1) {
          expect(total - (last?.startSeconds ?? 0)).toBeGreaterThan(4.9);
          expect(total - (last?.startSeconds ?? 0)).toBeLessThanOrEqual(60);
        }
      }),
    );
  });

  it('are of one frame where a second holds no more', () => {
    const settings = { long: 'split', maxDurationSeconds: 1, videoMaxFrameRate: 1 } as const;
    fc.assert(
      fc.property(anyClip, (seen) => {
        const parts = planParts(withLength(seen, 3), createSettings(settings));
        expect(parts.length).toBeGreaterThanOrEqual(2);
        for (const { seconds } of parts) expect(seconds ?? 1).toBe(1);
      }),
    );
  });

  it('are encoded, each with its place in its reasons', () => {
    fc.assert(
      fc.property(anyLong, (seen) => {
        const settings = createSettings({ long: 'split' });
        const parts = planParts(seen, settings);
        for (const part of parts.length === 1 ? [] : parts) {
          const decided = plan(seen, 'file', settings, [], part);
          if (decided.action === 'refuse') return;
          expect(decided.action).toBe('encode');
          expect(decided.reasons.join()).toContain(`it is part ${part.number} of ${part.of}`);
          expect(decided).toMatchObject({ startSeconds: part.startSeconds });
          expect('leadSeconds' in decided && decided.leadSeconds <= part.startSeconds).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('a picture is always whole', () => {
  fc.assert(
    fc.property(anyImage, anyStart, (seen, start) => {
      expect(planParts(seen, createSettings({ long: 'split', start }))).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});

it('what ends before it is to begin is refused with both times', () => {
  fc.assert(
    fc.property(anyLong, (seen) => {
      if (seen.type === 'image' || (seen.media.durationSeconds ?? 0) > 86_000) return;
      const start = (seen.media.durationSeconds ?? 0) + 1;
      expect(plan(seen, 'file', createSettings({ start }))).toMatchObject({
        action: 'refuse',
        error: { code: 'too-short', why: expect.stringMatching(/begin at .* s, and it ends at/) },
      });
    }),
    { numRuns: 50 },
  );
});
