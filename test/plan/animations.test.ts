import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../src/settings.js';
import { planned, refused } from '../support/planned.js';
import { clipOf, type ClipChanges } from '../support/probes.js';

const PICTURE = { codec: 'gif', pixelFormat: 'bgra', hasAlpha: true } as const;

function roundsOf(delaysMs: readonly number[], settings: SettingsInput = {}) {
  const animation = { reader: 'ffmpeg', delaysMs } as const;
  const plan = planned(clipOf({ picture: PICTURE, sound: null, media: { animation } }), settings);
  if (plan.kind !== 'video' || plan.picture.action !== 'encode') throw new Error(plan.action);
  const { frameRate, rounds } = plan.picture;
  return { frameRate, rounds, seconds: plan.expectedSeconds, reasons: plan.reasons };
}

const many = (count: number, delay: number) => Array.from({ length: count }, () => delay);

describe('the rate of an animation', () => {
  it.each([
    [[100, 200, 500], 10, 1],
    [many(8, 100), 10, 1],
    [many(8, 70), 100, 7],
    [many(8, 40), 25, 1],
    [many(8, 20), 25, 1],
    [many(8, 1000 / 30), 30, 1],
    [many(8, 1001 / 30), 30_000, 1001],
    [[40, 70, 50], 30, 1],
    [[2000, 3000], 10, 1],
    [many(3, 150), 40, 3],
  ] as const)('of delays of %o ms is %d/%d', (delays, frames, seconds) => {
    expect(roundsOf(delays).frameRate).toEqual({ frames, seconds });
  });

  it.each([1, 5, 12, 24, 30])('is never over %d where that is the limit', (videoMaxFrameRate) => {
    for (const delay of [11, 20, 33, 40, 70, 150, 333, 1000, 2500]) {
      const { frames, seconds } = roundsOf([delay, delay, delay], { videoMaxFrameRate }).frameRate;
      expect(frames / seconds).toBeLessThanOrEqual(videoMaxFrameRate);
      expect(frames).toBeGreaterThan(0);
    }
  });
});

describe('the rounds of an animation', () => {
  it.each([
    [many(8, 100), 4, 3.2],
    [many(10, 100), 3, 3],
    [many(30, 100), 1, 3],
    [many(29, 100), 2, 5.8],
    [[100], 30, 3],
    [many(1000, 100), 1, 59.9],
  ] as const)('of %o ms are %d, %f s together', (delays, times, seconds) => {
    const { rounds, seconds: total } = roundsOf(delays);
    expect(rounds?.times).toBe(times);
    expect(total).toBeCloseTo(seconds, 6);
  });

  it('are named where there are several', () => {
    expect(roundsOf(many(8, 100)).reasons).toContain(
      '0.8 s is shorter than 3 s, so it is shown 4 times',
    );
    expect(roundsOf(many(40, 100)).reasons.join()).not.toContain('shown');
  });

  it('begin at the beginning and are not split, which is said', () => {
    const asked = { start: 3, long: 'split', maxDurationSeconds: 5 } as const;
    expect(roundsOf(many(80, 100), asked).reasons.join('; ')).toContain(
      'a moving picture is shown from its beginning, wherever it is to begin; ' +
        'a moving picture is cut, not split',
    );
    expect(roundsOf(many(40, 100)).reasons.join()).not.toContain('moving');
  });

  it('are no longer than the limit, however low that is', () => {
    expect(roundsOf(many(8, 100), { maxDurationSeconds: 1 }).seconds).toBeLessThanOrEqual(1);
  });
});

it('of frames that sharp reads the plan holds no more delays than are shown', () => {
  const animation = { reader: 'sharp', delaysMs: many(5000, 100) } as const;
  const plan = planned(clipOf({ picture: PICTURE, sound: null, media: { animation } }));
  expect(plan).toMatchObject({ picture: { rounds: { frames: 599 } } });
  expect(JSON.stringify(plan).match(/100,|100]/g)?.length).toBe(599);
});

describe('what a picture may need', () => {
  const needs = (changes: ClipChanges) => {
    const plan = planned(clipOf(changes), { background: '#AABBCC' });
    return plan.kind === 'video' && plan.picture.action === 'encode' ? plan : null;
  };

  it('transparent: the background', () => {
    expect(needs({ picture: PICTURE })?.picture).toMatchObject({ flatten: '#aabbcc' });
    expect(needs({ picture: { codec: 'vp9' } })?.picture).toMatchObject({ flatten: null });
  });

  it('HDR: tone mapping where this ffmpeg has it, and a word where it has not', () => {
    const picture = { transfer: 'smpte2084' };
    expect(needs({ picture })?.picture).toMatchObject({ toneMap: true });
    const without = needs({ picture, media: { canToneMap: false } });
    expect(without?.picture).toMatchObject({ toneMap: false, colours: { convert: null } });
    expect(without?.reasons).toContainEqual(expect.stringMatching(/HDR, which this ffmpeg cannot/));
  });

  it('a mirror: to be undone', () => {
    expect(needs({ picture: { mirrored: true } })).toMatchObject({
      picture: { mirrored: true },
      reasons: ['it is mirrored'],
    });
  });

  it('a sound that goes on: the last frame as long', () => {
    const picture = { codec: 'vp9', endSeconds: 2 };
    expect(needs({ picture, sound: { endSeconds: 5 } })?.picture).toMatchObject({ holdSeconds: 3 });
    expect(needs({ picture, sound: { endSeconds: 1 } })?.picture).toMatchObject({ holdSeconds: 0 });
  });
});

it('an animation of more megapixels than are allowed is refused', () => {
  const animation = { reader: 'sharp', delaysMs: [100, 100] } as const;
  const picture = { ...PICTURE, width: 16_000, height: 9000 };
  expect(refused(clipOf({ picture, media: { animation } })).code).toBe('too-large');
});
