import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { expectImageContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { hashOf } from '../support/hash.js';
import { leftovers, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** The hardest picture to compress; less so with a small deviation. */
async function noise(path: string, width: number, height: number, sigma = 80): Promise<string> {
  const pattern = { type: 'gaussian', mean: 128, sigma } as const;
  await sharp({ create: { width, height, channels: 3, background: '#000', noise: pattern } })
    .png({ compressionLevel: 0 })
    .toFile(path);
  return path;
}

describe('an image that is hard to compress', () => {
  it('goes down in quality, then in size, until it fits the limit', async () => {
    const folder = await tempFolder();
    const source = await noise(join(folder, 'a.png'), 1080, 1920);
    const limits = [5_000_000, 1_500_000, 400_000] as const;
    const made = [];
    for (const imageMaxBytes of limits) {
      const target = join(folder, String(imageMaxBytes));
      const { output } = await normalizeFile(source, target, { settings: { imageMaxBytes } });
      await expectImageContract(output.path);
      expect((await stat(output.path)).size).toBe(output.bytes);
      expect(output.bytes).toBeLessThanOrEqual(imageMaxBytes);
      made.push(output);
    }
    expect(made.map(({ width }) => width)).toEqual([1080, 1080, expect.any(Number)]);
    expect(made[2]?.width).toBeLessThan(1080);
    expect(made[2]?.width).toBeGreaterThanOrEqual(360);
  });

  it('fits even 50,000 bytes where the picture allows for it', async () => {
    const folder = await tempFolder();
    const source = await noise(join(folder, 'a.png'), 1080, 1920, 12);
    const settings = { imageMaxBytes: 50_000 };
    const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectImageContract(output.path);
    expect(output.bytes).toBeLessThanOrEqual(50_000);
  });

  it('that cannot fit is an error with both numbers, and leaves nothing', async () => {
    const folder = await tempFolder();
    const source = await noise(join(folder, 'a.png'), 360, 640);
    const settings = { imageMaxBytes: 50_000 };
    await expect(normalizeFile(source, join(folder, 'made'), { settings })).rejects.toMatchObject({
      facts: { code: 'contract-broken', faults: [expect.stringMatching(/\d+ .* 50000/)] },
    });
    await expect(leftovers(join(folder, 'made', 'x'))).resolves.toEqual([]);
  });
});

describe('an extreme shape', () => {
  it.each([
    [940, 2],
    [2, 940],
    [1, 1],
    [8000, 1],
    [1, 8000],
    [12_000, 30],
  ] as const)('of %d×%d is done within 10 s', async (width, height) => {
    const folder = await tempFolder();
    const source = await noise(join(folder, 'a.png'), width, height);
    const begun = performance.now();
    const { output } = await normalizeFile(source, join(folder, 'made'));
    expect(performance.now() - begun).toBeLessThan(10_000);
    await expectImageContract(output.path);
  });
});

describe('a damaged image', () => {
  it('that is cut off is undecodable; its source is untouched, and nothing is left', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.jpg');
    // So little that only decoding to the end shows it; inspect sees what lacks whole rows.
    await writeFile(source, (await readFile(fixture('landscape.jpg'))).subarray(0, -20));
    const before = await hashOf(source);
    await expect(normalizeFile(source, join(folder, 'made'))).rejects.toMatchObject({
      facts: { code: 'undecodable', file: 'a.jpg' },
    });
    await expect(hashOf(source)).resolves.toBe(before);
    await expect(leftovers(join(folder, 'made', 'x'))).resolves.toEqual([]);
  });

  it.each([
    ['png', 'grey.png'],
    ['webp', 'album/lake.webp'],
    ['gif', 'still.gif'],
    ['avif', 'album/forest.avif'],
  ] as const)('as %s, cut off in the middle, is undecodable', async (extension, file) => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    const whole = await readFile(fixture(file));
    await writeFile(source, whole.subarray(0, whole.length * 0.6));
    await expect(normalizeFile(source, join(folder, 'made'))).rejects.toThrow(/undecodable|decode/);
  });
});
