import { describe, expect, it } from 'vitest';
import type { ImageProbe } from '../../src/inspect/probe-image.js';
import { plan as planMedia } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';
import { planned, refused } from '../support/planned.js';
import { imageOf } from '../support/probes.js';

const keep = (settings: SettingsInput, image: Partial<ImageProbe> = {}) =>
  planned(imageOf(image), settings);

const ONE_FACT: readonly (readonly [Partial<ImageProbe>, 'encode' | 'remux', RegExp])[] = [
  [{ format: 'png' }, 'encode', /JPEG/],
  [{ format: 'webp' }, 'encode', /JPEG/],
  [{ format: 'heif', compression: 'av1' }, 'encode', /JPEG/],
  [{ format: 'heif', compression: 'hevc' }, 'encode', /JPEG/],
  [{ orientation: 2 }, 'encode', /EXIF orientation 2/],
  [{ orientation: 3 }, 'encode', /EXIF orientation 3/],
  [{ orientation: 6, width: 1920, height: 1080 }, 'encode', /EXIF orientation 6/],
  [{ width: 1079 }, 'encode', /1079×1920 is not 9:16/],
  [{ width: 1000, height: 1000 }, 'encode', /1000×1000 is not 9:16/],
  [{ width: 1089, height: 1936 }, 'encode', /1089×1936 is larger than 1080×1920/],
  [{ width: 351, height: 624 }, 'encode', /351×624 is smaller than 360×640/],
  [{ space: 'cmyk', channels: 4 }, 'encode', /CMYK/],
  [{ space: 'b-w', channels: 1 }, 'encode', /b-w, not sRGB/],
  [{ bitDepth: 16, space: 'rgb16' }, 'encode', /16 bits/],
  [{ bitDepth: 12 }, 'encode', /12 bits/],
  [{ hasAlpha: true, channels: 4 }, 'encode', /transparent/],
  [{ profile: 'other' }, 'encode', /colour profile/],
  [{ bytes: 5_000_001 }, 'encode', /5000001 bytes are more than 5000000/],
  [{ metadata: ['EXIF', 'XMP'] }, 'remux', /carries EXIF, XMP/],
  [{ trailingBytes: 1 }, 'remux', /1 byte behind/],
];

describe('an image', () => {
  it('that keeps the contract is kept, and nothing is said against it', () => {
    expect(keep({})).toMatchObject({ kind: 'image', action: 'keep', reasons: [] });
  });

  it.each([
    { bytes: 5_000_000 },
    { width: 360, height: 640 },
    { width: 369, height: 656 },
    { profile: 'srgb' },
  ] as const)('at the edge of the contract is kept: %o', (image) => {
    expect(keep({}, image)).toMatchObject({ action: 'keep', reasons: [] });
  });

  it.each(ONE_FACT)('with %o: %s, for one reason', (image, action, reason) => {
    const plan = keep({}, image);
    expect(plan.action).toBe(action);
    expect(plan.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('with several faults has each of them named', () => {
    const { reasons } = keep({}, { format: 'png', bitDepth: 16, width: 900, height: 300 });
    expect(reasons).toHaveLength(3);
  });

  it('that is to be encoded because its copy failed says so', () => {
    const plan = planMedia(imageOf(), 'a.jpg', createSettings(), ['a copy was not enough: x']);
    expect(plan).toMatchObject({ action: 'encode', reasons: ['a copy was not enough: x'] });
  });
});

describe('the size of an encoded image', () => {
  it.each([
    [4032, 3024, 1080, 1920],
    [640, 480, 360, 640],
    [500, 1000, 495, 880],
    [900, 800, 450, 800],
    [20, 30, 360, 640],
    [3000, 300, 360, 640],
    [1080, 1920, 1080, 1920],
  ] as const)('of one of %d×%d is %d×%d', (width, height, expectedWidth, expectedHeight) => {
    const plan = keep({}, { format: 'png', width, height });
    expect(plan).toMatchObject({ width: expectedWidth, height: expectedHeight });
  });

  it('is that of the upright picture', () => {
    const plan = keep({}, { orientation: 8, width: 1000, height: 500 });
    expect(plan).toMatchObject({ width: 495, height: 880 });
  });

  it('follows --image-max-width, down to whole units of 9:16', () => {
    const plan = keep({ imageMaxWidth: 725 });
    expect(plan).toMatchObject({ action: 'encode', width: 720, height: 1280 });
    expect(plan.reasons).toEqual(['1080×1920 is larger than 720×1280']);
  });
});

describe('settings of images', () => {
  it('go into the plan', () => {
    const plan = keep({
      ...{ position: 'entropy', background: '#abcdef', imageQuality: 60 },
      ...{ imageMaxBytes: 100_000, maxMegapixels: 50 },
    });
    expect(plan).toMatchObject({
      ...{ position: 'entropy', background: '#abcdef', quality: 60, maxBytes: 100_000 },
      ...{ maxPixels: 50_000_000, action: 'encode' },
    });
  });

  it.each([
    [940, 2],
    [2, 940],
    [3000, 299],
  ] as const)('no crop is searched for in the extreme shape of %d×%d', (width, height) => {
    expect(keep({}, { width, height })).toMatchObject({ position: 'centre' });
  });
});

describe('an image is refused', () => {
  it('over 100 megapixels, with the figure and the option', () => {
    const error = refused(imageOf({ width: 10_001, height: 10_000 }));
    expect(error.code).toBe('too-large');
    expect(error).toHaveProperty('why', expect.stringMatching(/100\.01 megapixels.*100;.*--max-m/));
    expect(keep({}, { width: 10_000, height: 10_000 }).action).toBe('encode');
    expect(keep({ maxMegapixels: 200 }, { width: 10_001, height: 10_000 }).action).toBe('encode');
  });

  it.each([
    [{ truncated: true }, 'undecodable', /cut off/],
    [{ format: 'heif', compression: 'jpeg' }, 'format-unsupported', /export it as JPEG/],
  ] as const)('with %o', (image, code, why) => {
    const error = refused(imageOf(image));
    expect(error).toMatchObject({ code, file: 'file', why: expect.stringMatching(why) });
  });

  it('but not for the further pages of a TIFF: the first is taken', () => {
    expect(keep({}, { format: 'tiff', pages: 3 }).action).toBe('encode');
  });
});
