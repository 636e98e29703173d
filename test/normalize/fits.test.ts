import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../src/settings.js';
import { expectImageContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { normalizeFile } from '../support/normalize-file.js';
import { distance, readPixels, type Pixels } from '../support/pixels.js';
import { tempFolder } from '../support/temp-folder.js';

const RED = [255, 0, 0] as const;
const GREEN = [0, 200, 0] as const;
const GREY = [128, 128, 128] as const;

/** A grey picture, 1600×900, with a red mark at its left edge and a green one at its right. */
function marked(): Sharp {
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900">
      <rect width="1600" height="900" fill="rgb(${GREY.join()})"/>
      <rect width="160" height="900" fill="rgb(${RED.join()})"/>
      <rect x="1440" width="160" height="900" fill="rgb(${GREEN.join()})"/></svg>`),
  ).removeAlpha();
}

async function make(source: string, settings: SettingsInput) {
  const { output, plan } = await normalizeFile(source, await tempFolder(), { settings });
  await expectImageContract(output.path);
  if (plan.kind !== 'image') throw new Error('another kind');
  return { plan, path: output.path, pixels: await readPixels(output.path) };
}

async function markedFile(): Promise<string> {
  const source = join(await tempFolder(), 'a.png');
  await marked().png().toFile(source);
  return source;
}

const isAt = (pixels: Pixels, x: number, y: number, colour: readonly number[]) =>
  distance(pixels.at(x, y), colour) < 20;

describe('a mark at an edge', () => {
  it.each([
    ['W', true, false],
    ['E', false, true],
    ['centre', false, false],
  ] as const)('is in or out with a crop at %s', async (position, red, green) => {
    const { pixels } = await make(await markedFile(), { position });
    expect(isAt(pixels, 0.02, 0.5, RED)).toBe(red);
    expect(isAt(pixels, 0.98, 0.5, GREEN)).toBe(green);
    expect(isAt(pixels, 0.5, 0.5, GREY)).toBe(true);
  });

  it.each(['blur', 'pad'] as const)('is in with %s, on either side', async (fit) => {
    const { pixels } = await make(await markedFile(), { fit });
    expect([pixels.width, pixels.height]).toEqual([1080, 1920]);
    expect(isAt(pixels, 0.02, 0.5, RED)).toBe(true);
    expect(isAt(pixels, 0.98, 0.5, GREEN)).toBe(true);
  });

  it('of a picture that is stored turned is where it is in the upright one', async () => {
    const source = join(await tempFolder(), 'a.jpg');
    const stored = await marked().rotate(270).png().toBuffer();
    await sharp(stored).withMetadata({ orientation: 6 }).jpeg().toFile(source);
    const { plan, pixels } = await make(source, { position: 'E' });
    expect(plan.crop).toEqual({ left: 1600 - 506, top: 0, width: 506, height: 900 });
    expect(isAt(pixels, 0.98, 0.5, GREEN)).toBe(true);
    const named = await make(source, { crop: '0,0,160,284' });
    expect(isAt(named.pixels, 0.5, 0.1, RED)).toBe(true);
    expect(isAt(named.pixels, 0.95, 0.9, RED)).toBe(true);
  });

  it('is what is shown of it when it is named, and the rest is not', async () => {
    const { pixels } = await make(await markedFile(), { crop: '100,0,120,900', fit: 'pad' });
    expect(isAt(pixels, 0.46, 0.5, RED)).toBe(true);
    expect(isAt(pixels, 0.54, 0.5, GREY)).toBe(true);
    expect(isAt(pixels, 0.2, 0.5, [0, 0, 0])).toBe(true);
  });
});

describe('around a picture that is shown whole', () => {
  it.each([
    ['#000000', [0, 0, 0], 0],
    ['#ffffff', [255, 255, 255], 0],
    // JPEG has no such colour: the next one is a step away.
    ['#204060', [0x20, 0x40, 0x60], 1],
  ] as const)('is exactly %s where that is set', async (background, colour, tolerance) => {
    const { path } = await make(await markedFile(), { fit: 'pad', background });
    for (const top of [0, 1400]) {
      const border = { left: 0, top, width: 1080, height: 520 };
      const { channels } = await sharp(await sharp(path).extract(border).png().toBuffer()).stats();
      expect(channels.map(({ min, max }) => max - min)).toEqual([0, 0, 0]);
      const made = channels.map(({ min }) => min);
      expect(distance(made, colour)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('are its own colours, darker and without its detail', async () => {
    const source = join(await tempFolder(), 'a.png');
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const create = { width: 1600, height: 900, channels: 3, background: '#000', noise } as const;
    await sharp(await sharp({ create }).png().toBuffer())
      .linear([0.5, 0.4, 0.3], [60, 50, 40])
      .png()
      .toFile(source);
    const { path } = await make(source, { fit: 'blur' });
    const border = await statsOf(path, 20, 500);
    const picture = await statsOf(path, 700, 500);
    expect(picture.deviation).toBeGreaterThan(8);
    expect(border.deviation).toBeLessThan(4);
    for (const [i, mean] of border.means.entries()) {
      expect(mean / (picture.means[i] ?? 0)).toBeGreaterThan(0.6);
      expect(mean / (picture.means[i] ?? 0)).toBeLessThan(0.85);
    }
  });

  it.each([
    ['blur', '#ff8000', [255, 128, 0]],
    ['pad', '#00ff00', [0, 255, 0]],
  ] as const)('and behind what is transparent with %s lies %s', async (fit, background, colour) => {
    const { pixels } = await make(fixture('transparent.png'), { fit, background });
    expect(isAt(pixels, 0.02, 0.3, colour)).toBe(true);
    expect(isAt(pixels, 0.5, 0.5, [0, 0x77, 0xcc])).toBe(true);
  });
});

describe('every fit', () => {
  const files = [
    ...['grey.png', 'sixteen-bit.png', 'album/cmyk.jpg', 'album/display-p3.png', 'still.gif'],
    ...['tiny-20x30.png', 'panorama-3000x300.jpg', 'album/orientation-7.jpg', 'album/lake.webp'],
  ];
  it.each(['blur', 'pad', 'auto'] as const)(
    '%s makes statuses of all sorts of images',
    async (fit) => {
      for (const file of files) {
        expect((await make(fixture(file), { fit })).plan.action, file).toBe('encode');
      }
    },
  );

  it.each([
    [940, 2],
    [2, 940],
    [8000, 1],
    [1, 1],
  ] as const)('makes one of %i×%i pixels', async (width, height) => {
    const source = join(await tempFolder(), 'a.png');
    await sharp({ create: { width, height, channels: 3, background: '#c04020' } })
      .png()
      .toFile(source);
    for (const fit of ['blur', 'pad', 'auto'] as const) {
      expect((await make(source, { fit })).plan.action, fit).toBe('encode');
    }
  });

  it('keeps to the limit in bytes', async () => {
    const source = join(await tempFolder(), 'a.png');
    const noise = { type: 'gaussian', mean: 128, sigma: 80 } as const;
    await sharp({ create: { width: 1600, height: 900, channels: 3, background: '#000', noise } })
      .png()
      .toFile(source);
    const { plan, pixels } = await make(source, { fit: 'blur', imageMaxBytes: 100_000 });
    expect(pixels.width).toBeLessThan(plan.width);
  });
});

async function statsOf(path: string, top: number, height: number) {
  const part = await sharp(path).extract({ left: 0, top, width: 1080, height }).png().toBuffer();
  const { channels } = await sharp(part).stats();
  return {
    means: channels.map(({ mean }) => mean),
    deviation: Math.max(...channels.map(({ stdev }) => stdev)),
  };
}
