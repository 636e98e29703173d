import { describe, expect, it } from 'vitest';
import type { ImageLook } from '../../src/inspect/look-at-image.js';
import type { ImageProbe } from '../../src/inspect/probe-image.js';
import type { ImagePlan } from '../../src/plan/plan-image.js';
import { plan, summarizePlan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';
import { refused } from '../support/planned.js';
import { imageOf } from '../support/probes.js';

function planOf(settings: SettingsInput, image: Partial<ImageProbe> = {}): ImagePlan {
  const seen = imageOf({ width: 1600, height: 900, ...image });
  const decided = plan(seen, 'file', createSettings(settings));
  if (decided.action !== 'refuse' && decided.kind !== 'image') throw new Error(decided.kind);
  if (decided.action === 'refuse') throw new Error(JSON.stringify(decided.error));
  return decided;
}

/** Of ten columns, each as salient as said. */
function look(saliency: readonly number[], ground: 'plain' | 'scene' = 'scene'): ImageLook {
  const seen = { columns: saliency.length, rows: 1, saliency, ground };
  return { found: { by: 'entropy', spot: { x: 1, y: 0 } }, saliency: seen };
}

const ONE_SUBJECT = look([0, 0, 90, 100, 90, 0, 0, 0, 10, 10]);
const TWO_SUBJECTS = look([0, 100, 0, 0, 0, 0, 0, 0, 100, 0]);

describe('auto', () => {
  it('crops where the crop keeps what stands out, and says how much is lost', () => {
    const decided = planOf({ fit: 'auto' }, { look: ONE_SUBJECT });
    expect(decided).toMatchObject({ fit: 'crop', crop: { width: 506, height: 900 } });
    expect(decided.reasons.at(-1)).toBe('cropping to 9:16 loses 7 % of what stands out');
    expect(decided.crop.left).toBeLessThanOrEqual(320);
    expect(decided.crop.left + decided.crop.width).toBeGreaterThanOrEqual(480);
  });

  it('shows all of it where two subjects lie apart, and says what a crop would lose', () => {
    const decided = planOf({ fit: 'auto' }, { look: TWO_SUBJECTS });
    expect(decided).toMatchObject({ fit: 'blur', crop: { left: 0, width: 1600, height: 900 } });
    expect(decided.reasons.at(-1)).toMatch(
      /^cropping to 9:16 would lose 50 % of what stands out, so all of it is shown over a blurred/,
    );
  });

  it('lets less be lost on a plain ground, where everything was put there', () => {
    const { saliency } = ONE_SUBJECT;
    const plain = look(saliency?.saliency ?? [], 'plain');
    expect(planOf({ fit: 'auto' }, { look: plain }).fit).toBe('blur');
  });

  it('weighs the crop at the position that is set', () => {
    const atLeft = look([90, 100, 90, 0, 0, 0, 0, 0, 10, 10]);
    const at = (position: 'W' | 'E' | 'entropy') =>
      planOf({ fit: 'auto', position }, { look: atLeft });
    expect(at('W').fit).toBe('crop');
    expect(at('E').reasons.at(-1)).toContain('lose 93 %');
    expect(at('entropy').reasons.at(-1)).toContain('lose 93 %');
  });

  it.each([
    [3000, 299, 'blur', /would lose 94 % of it/],
    [900, 9900, 'blur', /would lose 84 % of it/],
    [900, 1350, 'crop', /loses 16 % of it/],
  ] as const)('of %i×%i, where nobody looked, goes by the pixels: %s', (...row) => {
    const [width, height, fit, reason] = row;
    const decided = planOf({ fit: 'auto' }, { width, height });
    expect(decided.fit).toBe(fit);
    expect(decided.reasons.at(-1)).toMatch(reason);
  });
});

describe('a crop', () => {
  it('lies where the look found it, for the strategy that is set', () => {
    expect(planOf({ position: 'entropy' }, { look: ONE_SUBJECT }).crop.left).toBe(1600 - 506);
    expect(planOf({ position: 'W' }, { look: ONE_SUBJECT }).crop.left).toBe(0);
  });

  it('is in pixels of the upright picture', () => {
    const { crop } = planOf({ position: 'S' }, { orientation: 6, width: 1600, height: 600 });
    expect(crop).toEqual({ left: 0, top: 1600 - 1067, width: 600, height: 1067 });
  });
});

describe('an image that is 9:16 already', () => {
  it.each(['crop', 'blur', 'pad', 'auto'] as const)('is the same with --fit %s', (fit) => {
    const image = { width: 1080, height: 1920 };
    expect(planOf({ fit }, image)).toStrictEqual(planOf({}, image));
    expect(planOf({ fit }, image).action).toBe('keep');
    const large = { width: 2160, height: 3840 };
    expect(planOf({ fit }, large)).toStrictEqual(planOf({}, large));
  });
});

describe('the size of a picture that is shown whole', () => {
  it.each([
    [4000, 3000, 1080],
    [640, 480, 639],
    [300, 900, 504],
    [20, 30, 360],
  ] as const)('of %i×%i is %i wide: the largest that enlarges nothing', (width, height, frame) => {
    for (const fit of ['blur', 'pad'] as const) {
      expect(planOf({ fit }, { width, height })).toMatchObject({ fit, width: frame });
    }
  });
});

describe('--crop', () => {
  it('of another shape is cut to 9:16 around its centre', () => {
    const { crop } = planOf({ crop: '100,200,800,640' });
    expect(crop).toEqual({ left: 100 + 220, top: 200, width: 360, height: 640 });
  });

  it.each(['blur', 'pad'] as const)('is shown whole with --fit %s', (fit) => {
    const decided = planOf({ crop: '100,200,800,640', fit });
    expect(decided).toMatchObject({ fit, crop: { left: 100, top: 200, width: 800, height: 640 } });
    expect(decided.width).toBe(792);
  });

  it('of an image that could be kept encodes it, and says so', () => {
    const decided = planOf({ crop: '0,0,540,960' }, { width: 1080, height: 1920 });
    expect(decided).toMatchObject({
      action: 'encode',
      width: 540,
      crop: { width: 540, height: 960 },
    });
    expect(decided.reasons).toEqual(['only 540×960 of its 1080×1920 are to be shown']);
  });

  it('of all of an image is none', () => {
    expect(planOf({ crop: '0,0,1080,1920' }, { width: 1080, height: 1920 }).action).toBe('keep');
  });

  it.each([
    ['1500,0,200,200', '1700,200', {}],
    ['0,0,900,1601', '900,1601', { orientation: 6 }],
  ] as const)('%s outside the picture is refused with the numbers', (crop, reach, image) => {
    const seen = imageOf({ width: 1600, height: 900, ...image });
    const error = refused(seen, { crop });
    expect(error).toMatchObject({ code: 'crop-outside', file: 'file' });
    expect(error).toHaveProperty('why', expect.stringContaining(`${crop} reaches to ${reach}`));
  });
});

describe('what the outside is told', () => {
  it('is the window of what is encoded, and nothing of what is kept', () => {
    const decided = planOf({ fit: 'auto' }, { look: TWO_SUBJECTS });
    const crop = { left: 0, top: 0, width: 1600, height: 900 };
    expect(summarizePlan(decided)).toMatchObject({ action: 'encode', fit: 'blur', crop });
    const kept = summarizePlan(planOf({}, { width: 1080, height: 1920 }));
    expect(kept).toMatchObject({ action: 'keep', fit: null, crop: null });
  });
});
