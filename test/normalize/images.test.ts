import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { expectImageContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { leftovers, normalizeFile, planFile } from '../support/normalize-file.js';
import { distance, readPixels, type Pixels } from '../support/pixels.js';
import { tempFolder } from '../support/temp-folder.js';

const RED = [255, 0, 0] as const;
const GREEN = [0, 255, 0] as const;
const BLUE = [0, 0, 255] as const;
const YELLOW = [255, 255, 0] as const;

/** Red and green above, blue and yellow below. */
function quadrants(width: number, height: number): Sharp {
  const part = { width: width / 2, height: height / 2, channels: 3 } as const;
  const fill = ([r, g, b]: readonly [number, number, number]) => ({ r, g, b });
  return sharp({ create: { width, height, channels: 3, background: fill(RED) } }).composite([
    { input: { create: { ...part, background: fill(GREEN) } }, left: part.width, top: 0 },
    { input: { create: { ...part, background: fill(BLUE) } }, left: 0, top: part.height },
    {
      input: { create: { ...part, background: fill(YELLOW) } },
      left: part.width,
      top: part.height,
    },
  ]);
}

function expectUpright(pixels: Pixels): void {
  const corners = [
    [0.25, 0.25, RED],
    [0.75, 0.25, GREEN],
    [0.25, 0.75, BLUE],
    [0.75, 0.75, YELLOW],
  ] as const;
  for (const [x, y, colour] of corners) expect(distance(pixels.at(x, y), colour)).toBeLessThan(12);
}

/** What makes of an upright picture the one that its orientation turns upright again. */
const STORED: readonly (readonly ((picture: Sharp) => Sharp)[])[] = [
  [],
  [(picture) => picture.flop()],
  [(picture) => picture.rotate(180)],
  [(picture) => picture.flip()],
  [(picture) => picture.rotate(90), (picture) => picture.flop()],
  [(picture) => picture.rotate(270)],
  [(picture) => picture.rotate(90), (picture) => picture.flip()],
  [(picture) => picture.rotate(90)],
];

/** The picture as a JPEG that only its orientation makes upright. */
async function storeTurned(upright: Sharp, orientation: number, source: string): Promise<void> {
  let stored = await upright.png().toBuffer();
  // One at a time: in a single chain sharp has an order of its own.
  for (const step of STORED[orientation - 1] ?? []) {
    // oxlint-disable-next-line no-await-in-loop
    stored = await step(sharp(stored)).png().toBuffer();
  }
  await sharp(stored).withMetadata({ orientation }).jpeg().toFile(source);
}

describe('an image comes out upright', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('from EXIF orientation %i', async (orientation) => {
    const folder = await tempFolder();
    const source = join(folder, 'a.jpg');
    await storeTurned(quadrants(720, 1280), orientation, source);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    await expectImageContract(output.path);
    const pixels = await readPixels(output.path);
    expect([pixels.width, pixels.height]).toEqual([720, 1280]);
    expectUpright(pixels);
  });

  it.each([2, 3, 4, 5, 6, 7, 8] as const)(
    'from EXIF orientation %i, with what is shown of it where it is in the upright one',
    async (orientation) => {
      const folder = await tempFolder();
      const settings = { crop: '201,33,540,960' };
      // Each place has a colour of its own, so that a window at the wrong end is seen.
      const slope = `<svg width="900" height="1400"><defs>
        <linearGradient id="x"><stop stop-color="#f00"/><stop offset="1" stop-color="#000"/></linearGradient>
        <linearGradient id="y" x2="0" y2="1"><stop stop-color="#00f"/><stop offset="1" stop-color="#000"/></linearGradient>
      </defs><rect width="900" height="1400" fill="url(#x)"/>
      <rect width="900" height="1400" fill="url(#y)" opacity=".5"/></svg>`;
      const upright = await sharp(Buffer.from(slope)).png().toBuffer();
      const [plain, turned] = await Promise.all(
        [1, orientation].map(async (one) => {
          const source = join(folder, `${one}.jpg`);
          await storeTurned(sharp(upright), one, source);
          const { output } = await normalizeFile(source, join(folder, `made-${one}`), { settings });
          return readPixels(output.path);
        }),
      );
      expect([turned?.width, turned?.height]).toEqual([540, 960]);
      for (const [x, y] of [
        [0.01, 0.01],
        [0.99, 0.01],
        [0.01, 0.99],
        [0.99, 0.99],
      ] as const) {
        expect(distance(turned?.at(x, y) ?? [], plain?.at(x, y) ?? [])).toBeLessThanOrEqual(4);
      }
    },
  );

  it.each(['album/orientation-6.jpg', 'album/orientation-7.jpg'] as const)('%s', async (file) => {
    const { output } = await normalizeFile(fixture(file), await tempFolder());
    expect([output.width, output.height]).toEqual([360, 640]);
    expectUpright(await readPixels(output.path));
  });
});

describe('an image that carries only metadata', () => {
  it('loses it, and keeps each of its pixels', async () => {
    const source = fixture('gps-position.jpg');
    const { output, plan } = await normalizeFile(source, await tempFolder());
    expect(plan.action).toBe('remux');
    const raw = (path: string) => sharp(path).raw().toBuffer();
    expect((await raw(output.path)).equals(await raw(source))).toBe(true);
    expect((await sharp(source).metadata()).exif).toBeDefined();
    await expectImageContract(output.path);
  });
});

describe('colours', () => {
  it('of Display P3 are converted to sRGB, not just relabelled', async () => {
    const source = fixture('album/display-p3.png');
    const stored = await sharp(source, { ignoreIcc: true }).raw().toBuffer();
    const { output } = await normalizeFile(source, await tempFolder());
    const pixels = await readPixels(output.path);
    expectUpright(pixels);
    // sRGB red is less than full in the wider space.
    expect(distance([...stored.subarray(0, 3)], RED)).toBeGreaterThan(15);
  });

  it('of CMYK are converted, not inverted', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.jpg');
    await quadrants(360, 640).toColourspace('cmyk').jpeg({ quality: 95 }).toFile(source);
    const expected = await readPixels(source);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    await expectImageContract(output.path);
    const pixels = await readPixels(output.path);
    for (const [x, y] of [[0.25, 0.25] as const, [0.75, 0.25] as const, [0.25, 0.75] as const]) {
      expect(distance(pixels.at(x, y), expected.at(x, y))).toBeLessThan(16);
    }
    const [red = 0, green = 0, blue = 0] = pixels.at(0.25, 0.25);
    expect(red).toBeGreaterThan(green + 80);
    expect(red).toBeGreaterThan(blue + 80);
  });

  it.each([
    ['sixteen-bit.png', 0.5, 0.1],
    ['sixteen-bit.png', 0.5, 0.9],
    ['grey.png', 0.5, 0.1],
    ['grey.png', 0.5, 0.9],
  ] as const)('of %s at %f, %f are what they were', async (file, x, y) => {
    const { output } = await normalizeFile(fixture(file), await tempFolder(), {
      settings: { position: 'centre' },
    });
    const [after, before] = await Promise.all([readPixels(output.path), readPixels(fixture(file))]);
    expect(distance(after.at(x, y), before.at(x, y))).toBeLessThan(16);
  });
});

describe('what is transparent', () => {
  it.each([
    ['#000000', [0, 0, 0]],
    ['#ff8000', [255, 128, 0]],
    ['#ffffff', [255, 255, 255]],
  ] as const)('lies on %s where that is set', async (background, colour) => {
    const { output } = await normalizeFile(fixture('transparent.png'), await tempFolder(), {
      settings: { background, position: 'centre' },
    });
    const pixels = await readPixels(output.path);
    for (const y of [0.02, 0.98]) expect(distance(pixels.at(0.5, y), colour)).toBeLessThan(10);
    expect(distance(pixels.at(0.5, 0.5), [0, 0x77, 0xcc])).toBeLessThan(16);
  });
});

/** A plain wide picture with one lively patch at its left or right edge. */
async function patchAtEdge(path: string, edge: 'left' | 'right'): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 90 } as const;
  const create = { width: 80, height: 240, channels: 3, background: '#000', noise } as const;
  const patch = await sharp({ create }).linear([1.4, 0.5, 0.2], [0, 0, 0]).png().toBuffer();
  const background = { r: 200, g: 210, b: 220 };
  await sharp({ create: { width: 1600, height: 640, channels: 3, background } })
    .composite([{ input: patch, top: 200, left: edge === 'left' ? 60 : 1460 }])
    .png()
    .toFile(path);
}

describe('the crop', () => {
  it.each([
    ['attention', 'left'],
    ['attention', 'right'],
    ['entropy', 'left'],
    ['entropy', 'right'],
  ] as const)('by %s holds what there is to see at the %s edge', async (position, edge) => {
    const folder = await tempFolder();
    const source = join(folder, 'a.png');
    await patchAtEdge(source, edge);
    const { output } = await normalizeFile(source, join(folder, 'made'), {
      settings: { position },
    });
    expect(await deviation(output.path)).toBeGreaterThan(20);
  });

  it('by centre holds the centre', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.png');
    await patchAtEdge(source, 'left');
    const settings = { position: 'centre' } as const;
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    expect(await deviation(output.path)).toBeLessThan(2);
  });

  it('of a tall picture holds what there is to see at its end', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.png');
    await patchAtEdge(source, 'right');
    const turned = join(folder, 'b.png');
    await sharp(source).rotate(90).toFile(turned);
    const { output } = await normalizeFile(turned, join(folder, 'made'));
    expect(await deviation(output.path)).toBeGreaterThan(20);
    await expect(leftovers(output.path)).resolves.toEqual([]);
  });

  it('stretches nothing: a circle stays a circle', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.png');
    const circle = '<svg width="1000" height="700"><circle cx="500" cy="350" r="150"/></svg>';
    await sharp(Buffer.from(circle)).flatten({ background: '#ffffff' }).png().toFile(source);
    const settings = { position: 'centre' } as const;
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    const { info } = await sharp(output.path)
      .trim({ threshold: 100 })
      .toBuffer({ resolveWithObject: true });
    expect(Math.abs(info.width - info.height)).toBeLessThanOrEqual(3);
    expect(info.width).toBeGreaterThan(200);
  });
});

/** How lively a picture is: the mean standard deviation of its channels. */
async function deviation(path: string): Promise<number> {
  const { channels } = await sharp(path).stats();
  return channels.reduce((sum, { stdev }) => sum + stdev, 0) / channels.length;
}

describe('wide pixels', () => {
  const red = () =>
    sharp({ create: { width: 900, height: 1200, channels: 3, background: '#f00' } });

  it.each([
    ['a.png', () => red().withIccProfile('srgb').toColourspace('rgb16').png()],
    ['a.tif', () => red().withIccProfile('srgb').toColourspace('rgb16').tiff()],
    ['a.avif', () => red().withIccProfile('p3').avif({ bitdepth: 10, lossless: true, effort: 0 })],
  ] as const)('with a colour profile keep their colours: %s', async (name, draw) => {
    const folder = await tempFolder();
    const source = join(folder, name);
    await draw().toFile(source);
    const made = await normalizeFile(source, join(folder, 'made'));
    expect(distance((await readPixels(made.output.path)).at(0.5, 0.5), RED)).toBeLessThan(6);
  });

  it('of transparent grey stand on the background', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.png');
    const nothing = { data: Buffer.alloc(2 * 400 * 400), width: 400, height: 400 };
    const raw = { width: nothing.width, height: nothing.height, channels: 2 } as const;
    await sharp(nothing.data, { raw }).toColourspace('b-w').png().toFile(source);
    const settings = { background: '#00ff80', fit: 'pad' } as const;
    const made = await normalizeFile(source, join(folder, 'made'), { settings });
    const pixels = await readPixels(made.output.path);
    for (const y of [0.05, 0.5]) {
      expect(distance(pixels.at(0.5, y), [0, 255, 128])).toBeLessThan(6);
    }
  });

  it('of grey floating-point numbers are refused, not made black', async () => {
    const source = join(await tempFolder(), 'a.tif');
    await writeFile(source, floatTiff(90, 160));
    await expect(planFile(source)).rejects.toThrow('32 bits');
  });
});

/** White as a float of 1 for each pixel: a TIFF of one strip behind its directory. */
function floatTiff(width: number, height: number): Buffer {
  const bytes = width * height * 4;
  const tags = [
    ...[256, width, 257, height, 258, 32, 259, 1, 262, 1, 273, 134],
    ...[277, 1, 278, height, 279, bytes, 339, 3],
  ];
  const entries = tags.length / 2;
  const head = Buffer.alloc(134);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries, 8);
  for (let at = 0; at < entries; at++) {
    head.writeUInt16LE(tags[2 * at] ?? 0, 10 + 12 * at);
    head.writeUInt16LE(4, 12 + 12 * at);
    head.writeUInt32LE(1, 14 + 12 * at);
    head.writeUInt32LE(tags[2 * at + 1] ?? 0, 18 + 12 * at);
  }
  return Buffer.concat([head, Buffer.from(new Float32Array(width * height).fill(1).buffer)]);
}
