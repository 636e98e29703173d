import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { lookAtImage } from '../../src/inspect/look-at-image.js';
import { probeImage } from '../../src/inspect/probe-image.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';
import { fixture } from '../support/fixtures.js';
import { planFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const opens = (path: string) => async () => ({ path, image: await probeImage(path) });

const lookWith = async (path: string, settings: SettingsInput = {}) =>
  (await lookAtImage(opens(path), createSettings(settings), { timeoutMs: 10_000 })).look;

async function draw(shapes: string, width = 1200, height = 800): Promise<string> {
  const path = join(await tempFolder(), 'a.jpg');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`;
  await sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).jpeg().toFile(path);
  return path;
}

describe('nobody looks', () => {
  it.each([
    ['conforming.jpg', {}],
    ['conforming.jpg', { fit: 'auto' }],
    ['landscape.jpg', { position: 'centre' }],
    ['landscape.jpg', { fit: 'blur' }],
    ['landscape.jpg', { fit: 'pad' }],
    ['landscape.jpg', { crop: '0,0,90,160' }],
    ['refused/truncated.jpg', {}],
  ] as const)('at %s with %o: there is nothing to choose', async (file, settings) => {
    await expect(lookWith(fixture(file), settings)).resolves.toBeNull();
  });

  it.each([
    [1100, 100],
    [100, 1100],
  ])('at %i×%i: the shape is too extreme', async (width, height) => {
    const path = await draw('<circle cx="50" cy="50" r="40"/>', width, height);
    await expect(lookWith(path, { fit: 'auto' })).resolves.toBeNull();
  });

  it('at more pixels than are let in', async () => {
    const path = await draw('<circle cx="50" cy="50" r="40"/>', 2000, 1000);
    await expect(lookWith(path, { maxMegapixels: 1 })).resolves.toBeNull();
  });
});

describe('a look', () => {
  it.each([
    ['grey.png', {}, true, false],
    ['album/cmyk.jpg', { position: 'entropy' }, true, false],
    ['sixteen-bit.png', { fit: 'auto' }, false, true],
    ['transparent.png', { fit: 'auto', position: 'entropy' }, true, true],
    ['landscape.jpg', { fit: 'auto', position: 'N' }, false, true],
  ] as const)('at %s with %o goes no further than that', async (file, settings, found, seen) => {
    const look = await lookWith(fixture(file), settings);
    expect([look?.found != null, look?.saliency != null]).toEqual([found, seen]);
    expect(JSON.parse(JSON.stringify(look))).toStrictEqual(look);
  });

  it('measures the upright picture', async () => {
    const stored = await sharp(await draw('<circle cx="100" cy="400" r="90"/>'))
      .rotate(270)
      .toBuffer();
    const path = join(await tempFolder(), 'b.jpg');
    await sharp(stored).withMetadata({ orientation: 6 }).jpeg().toFile(path);
    const seen = (await lookWith(path, { fit: 'auto' }))?.saliency;
    expect([seen?.columns, seen?.rows]).toEqual([64, 43]);
    expect(seen?.saliency[21 * 64 + 5]).toBeGreaterThan(700);
    expect(seen?.saliency[21 * 64 + 58]).toBe(0);
  });
});

/** A lawn, a sky, and what is put on them; nothing is even. */
const scene = (things: string) => `
  <linearGradient id="sky" x2="0" y2="1">
    <stop offset="0" stop-color="#7aa7d8"/><stop offset="1" stop-color="#cfe3f2"/>
  </linearGradient>
  <rect width="1200" height="800" fill="url(#sky)"/>
  <rect y="500" width="1200" height="300" fill="#6d8f4e"/>${things}`;

/** Somebody in a dark coat. */
const person = (x: number) => `
  <rect x="${x - 55}" y="360" width="110" height="330" rx="40" fill="#2b2b33"/>
  <circle cx="${x}" cy="310" r="55" fill="#d9a07c"/>`;

const lines = (x: number, letters: number) =>
  Array.from(
    { length: 9 },
    (_, i) =>
      `<rect x="${x}" y="${150 + i * 60}" width="${letters * 20 - (i % 3) * 40}" height="22" fill="#222"/>`,
  ).join('');

describe('auto decides as a person would', () => {
  it.each([
    ['one person at the left', scene(person(300)), 'crop'],
    ['one person at the right', scene(person(900)), 'crop'],
    ['a couple side by side', scene(person(560) + person(690)), 'crop'],
    ['two people far apart', scene(person(150) + person(1050)), 'blur'],
    ['a row of people', scene([100, 300, 500, 700, 900, 1100].map(person).join('')), 'blur'],
    ['a page of text', lines(80, 50), 'blur'],
    ['one thing on a white ground', '<rect x="500" y="200" width="200" height="400"/>', 'crop'],
    ['a wide logo', '<rect x="150" y="350" width="900" height="100" fill="#c00"/>', 'blur'],
    ['nothing at all', '<rect width="1200" height="800" fill="#888"/>', 'crop'],
  ] as const)('of %s', async (_, shapes, fit) => {
    const { plan } = await planFile(await draw(shapes), { fit: 'auto' });
    expect(plan).toMatchObject({ fit });
    expect(plan.reasons.at(-1)).toMatch(/\d+ % of what stands out/);
  });
});

it('the small copy of a picture with wide colours is in sRGB', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'wide.png');
  const colour = { r: 200, g: 40, b: 40 };
  await sharp({ create: { width: 1200, height: 800, channels: 3, background: colour } })
    .withIccProfile('p3')
    .png()
    .toFile(path);
  // In the wide colours of the file the same red has less red, and more of the rest.
  const [lessRed, moreGreen] = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
  expect([lessRed, moreGreen]).toEqual([expect.closeTo(185, -1), expect.closeTo(55, -1)]);
  const { copy } = await lookAtImage(opens(path), createSettings({}), { timeoutMs: 10_000 });
  const [red = 0, green = 0, blue = 0] = copy?.data ?? [];
  expect(Math.max(...[red - 200, green - 40, blue - 40].map(Math.abs))).toBeLessThanOrEqual(4);
});
