import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeHeic } from '../../scripts/make-fixtures/heif.js';
import { readEmbeddedProfile } from '../../src/inspect/embedded-profile.js';
import { inspect } from '../../src/inspect/inspect.js';
import { isScanLost } from '../../src/inspect/jpeg-loss.js';
import { removeStalePartials } from '../../src/normalize/normalize.js';
import { plan } from '../../src/plan/plan.js';
import { markOwnProcess, nameOf } from '../../src/processes.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectImageContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { makeMedia, words } from '../support/make-media.js';
import { ffmpeg, leftovers, normalizeFile } from '../support/normalize-file.js';
import { distance, readPixels } from '../support/pixels.js';
import { ROOT } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';

const RED = [255, 0, 0] as const;
const GREEN = [0, 255, 0] as const;
const BLUE = [0, 0, 255] as const;
const YELLOW = [255, 255, 0] as const;
/** Clockwise from the upper left. */
const UPRIGHT = [RED, GREEN, YELLOW, BLUE] as const;
const CORNERS = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.8, 0.8],
  [0.2, 0.8],
] as const;

/** Four colours, 360×640 or as said. */
function quadrants(width = 360, height = 640): Promise<Buffer> {
  const fill = ([r, g, b]: readonly [number, number, number]) => `rgb(${r},${g},${b})`;
  const rect = (x: number, y: number, colour: readonly [number, number, number]) =>
    `<rect x="${x}%" y="${y}%" width="50%" height="50%" fill="${fill(colour)}"/>`;
  const parts = [rect(0, 0, RED), rect(50, 0, GREEN), rect(50, 50, YELLOW), rect(0, 50, BLUE)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}

async function normalizeBytes(bytes: Uint8Array, name = 'a') {
  const folder = await tempFolder();
  const source = join(folder, name);
  await writeFile(source, bytes);
  return normalizeFile(source, join(folder, 'made'));
}

const SIZE = { width: 360, height: 640 };

describe('a profile that ffmpeg does not see', () => {
  it.each(['psd', 'jp2'] as const)('in %s is gone by', async (kind) => {
    const folder = await tempFolder();
    const p3 = await sharp(await quadrants())
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { icc = Buffer.alloc(0) } = await sharp(p3).metadata();
    const plain = () => sharp(p3, { ignoreIcc: true }).removeAlpha();
    const source = join(folder, `a.${kind}`);
    await writeFile(
      source,
      kind === 'psd'
        ? psdOf(await plain().raw().toBuffer(), icc)
        : withJp2Profile(await makeJp2(await plain().png().toBuffer(), folder), icc),
    );
    const { output } = await normalizeFile(source, join(folder, 'made'));
    await expectImageContract(output.path);
    const pixels = await readPixels(output.path);
    for (const [at, [x, y]] of CORNERS.entries()) {
      expect(distance(pixels.at(x, y), UPRIGHT[at] ?? []), `corner ${at}`).toBeLessThan(16);
    }
  });
  it('is none where a forged file claims too much of it, or never ends', async () => {
    const forged = psdOf(Buffer.alloc(0), Buffer.alloc(200));
    const source = join(await tempFolder(), 'a.psd');
    await writeFile(source, forged.subarray(0, 200));
    await expect(readEmbeddedProfile(source)).resolves.toBeNull();
    const [head, block] = [forged.subarray(0, 34), Buffer.from('8BIM'.padEnd(12, '\0'), 'latin1')];
    head.writeUInt32BE(24_000_000, 30);
    await writeFile(
      source,
      Buffer.concat([head, ...Array.from({ length: 2_000_000 }, () => block)]),
    );
    const begunMs = performance.now();
    await expect(readEmbeddedProfile(source)).resolves.toBeNull();
    expect(performance.now() - begunMs).toBeLessThan(5000);
  });
});

/** A Photoshop file of one layer without compression, a plane behind the other. */
function psdOf(rgb: Buffer, icc: Buffer): Buffer {
  const start = Buffer.alloc(26);
  start.write('8BPS', 'latin1');
  start.writeUInt16BE(1, 4);
  start.writeUInt16BE(3, 12);
  start.writeUInt32BE(SIZE.height, 14);
  start.writeUInt32BE(SIZE.width, 18);
  start.writeUInt16BE(8, 22);
  start.writeUInt16BE(3, 24);
  const resource = (id: number, data: Buffer) => {
    const header = Buffer.alloc(12);
    header.write('8BIM', 'latin1');
    header.writeUInt16BE(id, 4);
    header.writeUInt32BE(data.length, 8);
    return Buffer.concat([header, data, Buffer.alloc(data.length % 2)]);
  };
  const resources = Buffer.concat([resource(0x03ed, Buffer.alloc(15)), resource(0x040f, icc)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(resources.length);
  const planes = [0, 1, 2].map((channel) => rgb.filter((_, at) => at % 3 === channel));
  return Buffer.concat([start, Buffer.alloc(4), length, resources, Buffer.alloc(6), ...planes]);
}

async function makeJp2(png: Buffer, folder: string): Promise<Buffer> {
  const [from, to] = [join(folder, 'plain.png'), join(folder, 'plain.jp2')];
  await writeFile(from, png);
  return readFile(await makeMedia(to, ['-i', from, ...words('-c:v jpeg2000 -pix_fmt rgb24')]));
}

/** The profile in place of the number of a colour space. */
function withJp2Profile(jp2: Buffer, icc: Buffer): Buffer {
  const [header, colour] = ['jp2h', 'colr'].map((type) => jp2.indexOf(type, 0, 'latin1') - 4);
  if (header === undefined || colour === undefined) throw new Error('it has no such boxes');
  const was = jp2.readUInt32BE(colour);
  const box = Buffer.alloc(11);
  box.writeUInt32BE(box.length + icc.length, 0);
  box.write('colr\x02', 4, 'latin1');
  jp2.writeUInt32BE(jp2.readUInt32BE(header) - was + box.length + icc.length, header);
  return Buffer.concat([jp2.subarray(0, colour), box, icc, jp2.subarray(colour + was)]);
}

describe('a HEIC picture', () => {
  it.each([0, 1, 2, 3] as const)(
    'that is to be turned by %i quarters is turned once',
    async (turns) => {
      const bytes = await makeHeic(await quadrants(), SIZE, { turns });
      const folder = await tempFolder();
      const source = join(folder, 'a.jpg');
      await writeFile(source, bytes);
      const seen = await inspect(ffmpeg, source);
      const size = turns % 2 === 0 ? SIZE : { width: 640, height: 360 };
      expect(seen).toMatchObject({ type: 'image', decoder: { type: 'libheif' }, image: size });
      const settings = { position: 'centre' } as const;
      const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
      await expectImageContract(output.path);
      const pixels = await readPixels(output.path);
      // Anticlockwise: what was right is above.
      const expected = [...UPRIGHT.slice(turns), ...UPRIGHT.slice(0, turns)];
      for (const [at, [x, y]] of CORNERS.entries()) {
        expect(distance(pixels.at(x, y), expected[at] ?? []), `corner ${at}`).toBeLessThan(16);
      }
    },
  );

  it('in Display P3 is converted, and without the profile left as it is', async () => {
    const png = await sharp(await quadrants())
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { icc } = await sharp(png).metadata();
    const withProfile = await normalizeBytes(await makeHeic(png, SIZE, { icc }));
    const without = await normalizeBytes(await makeHeic(png, SIZE));
    const [after, stored] = await Promise.all(
      [withProfile, without].map(({ output }) => readPixels(output.path)),
    );
    for (const [at, [x, y]] of CORNERS.entries()) {
      expect(distance(after?.at(x, y) ?? [], UPRIGHT[at] ?? [])).toBeLessThan(16);
    }
    // sRGB green is far less than full in the wider space: (117, 251, 76).
    expect(distance(stored?.at(0.8, 0.2) ?? [], GREEN)).toBeGreaterThan(80);
  });

  it('whose first brand sharp does not know is refused by name, not taken for a video', async () => {
    const bytes = await makeHeic(await quadrants(), SIZE);
    bytes.write('MiHE', 8, 'latin1');
    await expect(normalizeBytes(bytes, 'a.mp4')).rejects.toThrow(/HEIC, but/);
  });

  it.each([0.98, 0.7, 0.4])('cut off after %f of it is refused in words', async (share) => {
    const bytes = await makeHeic(await noisy(), SIZE);
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    await expect(normalizeBytes(cut)).rejects.toThrow(/cut off before its end/);
  });

  it('whose second half never arrived is refused, not sent half green', async () => {
    const bytes = await makeHeic(await noisy(), SIZE);
    bytes.fill(0, bytes.length >> 1);
    await expect(normalizeBytes(bytes)).rejects.toThrow(/its end never arrived/);
  });

  it('that a disk or a tool has filled up with zeroes is whole', async () => {
    const bytes = await makeHeic(await quadrants(), SIZE);
    const free = Buffer.alloc(4096);
    free.writeUInt32BE(4096, 0);
    free.write('free', 4, 'latin1');
    for (const more of [Buffer.alloc(4096), free]) {
      const { output } = await normalizeBytes(Buffer.concat([bytes, more]));
      expect(distance((await readPixels(output.path)).at(0.2, 0.2), RED)).toBeLessThan(16);
    }
  });

  it('of which a part is lost is refused, also where its end is there', async () => {
    const bytes = await makeHeic(await quadrants(1440, 1920), { width: 1440, height: 1920 });
    const data = bytes.indexOf('mdat') + 4;
    const lost = data + ((bytes.length - data) >> 1);
    bytes.fill(0xff, lost, bytes.length - 1);
    await expect(normalizeBytes(bytes)).rejects.toThrow(/a part of its picture is lost/);
  });

  it('larger than the limit is refused with both numbers before it is decoded', async () => {
    const source = join(await tempFolder(), 'a.heic');
    await writeFile(
      source,
      await makeHeic(await quadrants(1280, 960), { width: 1280, height: 960 }),
    );
    const seen = await inspect(ffmpeg, source);
    if (seen.type !== 'image') throw new Error(seen.type);
    const decided = plan(seen, 'a.heic', createSettings({ maxMegapixels: 1 }));
    expect(decided).toMatchObject({
      action: 'refuse',
      error: { code: 'too-large', why: expect.stringMatching(/^1.229 megapixels.* than 1;/) },
    });
  });
});

/** So that its end is no padding. */
async function noisy(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return sharp({ create: { ...SIZE, channels: 3, background: '#000', noise } })
    .png()
    .toBuffer();
}

const FORMATS: readonly (readonly [label: string, extension: string, args: string])[] = [
  ['BMP', 'bmp', '-pix_fmt bgr24'],
  ['BMP', 'bmp', '-pix_fmt pal8'],
  ['BMP', 'bmp', '-pix_fmt rgb555le'],
  ['TGA', 'tga', '-pix_fmt bgr24'],
  ['TGA', 'tga', '-pix_fmt bgra -rle 0'],
  ['PCX', 'pcx', '-pix_fmt rgb24'],
  ['JPEG 2000', 'jp2', '-pix_fmt rgb24'],
  ['JPEG 2000', 'j2k', '-pix_fmt rgb24'],
  ['JPEG-LS', 'jls', '-c:v jpegls -pix_fmt rgb24'],
  ['PPM', 'ppm', '-pix_fmt rgb24'],
  ['PPM', 'ppm', '-pix_fmt rgb48be'],
  ['PAM', 'pam', '-pix_fmt rgb24'],
  ['SGI', 'sgi', '-pix_fmt rgb24'],
  ['Sun Raster', 'ras', '-c:v sunrast -pix_fmt bgr24'],
];

describe('a picture that ffmpeg has to read, known by its bytes,', () => {
  it.each(FORMATS)(
    '%s (.%s %s) keeps its colours and its place',
    async (label, extension, args) => {
      const folder = await tempFolder();
      await writeFile(join(folder, 'in.png'), await quadrants());
      const from = ['-i', join(folder, 'in.png'), '-frames:v', '1'];
      const made = join(folder, `a.${extension}`);
      await makeMedia(made, [...from, ...words(args)]);
      // A name that says something else, and that ffmpeg would take for a sequence.
      const source = join(folder, 'a%03d:b.jpg');
      await writeFile(source, await readFile(made));
      const seen = await inspect(ffmpeg, source);
      expect(seen).toMatchObject({ type: 'image', label, image: SIZE });
      const { output, plan: decided } = await normalizeFile(source, join(folder, 'made'));
      expect(decided.reasons).toContain('WhatsApp shows images as JPEG');
      await expectImageContract(output.path);
      const pixels = await readPixels(output.path);
      for (const [at, [x, y]] of CORNERS.entries()) {
        expect(distance(pixels.at(x, y), UPRIGHT[at] ?? [])).toBeLessThan(24);
      }
      await expect(leftovers(output.path)).resolves.toEqual([]);
    },
  );

  it('of an icon the largest is taken', async () => {
    await expect(inspect(ffmpeg, fixture('album/favicon.ico'))).resolves.toMatchObject({
      image: { width: 128, height: 128 },
    });
    const { output } = await normalizeFile(fixture('album/favicon.ico'), await tempFolder(), {
      settings: { position: 'centre', background: '#ffffff' },
    });
    // The large one is a blue disc, the small one a landscape.
    const pixels = await readPixels(output.path);
    expect(distance(pixels.at(0.5, 0.5), [0, 0x77, 0xcc])).toBeLessThan(24);
    expect(distance(pixels.at(0.5, 0.02), [255, 255, 255])).toBeLessThan(12);
  });

  it('that is cut off in its header or of a kind that ffmpeg does not know is refused', async () => {
    const bmp = await readFile(fixture('album/paint.bmp'));
    await expect(normalizeBytes(bmp.subarray(0, 40))).rejects.toThrow(/BMP, but/);
    const psd = Buffer.from(await readFile(fixture('album/design.psd')));
    psd.writeUInt16BE(4, 24); // CMYK
    await expect(normalizeBytes(psd)).rejects.toThrow(/does not read, such as CMYK/);
  });

  it('that is larger than the limit is refused with both numbers', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'in.png'), await quadrants(1280, 960));
    const source = await makeMedia(join(folder, 'a.bmp'), ['-i', join(folder, 'in.png')]);
    const seen = await inspect(ffmpeg, source);
    if (seen.type !== 'image') throw new Error(seen.type);
    expect(plan(seen, 'a.bmp', createSettings({ maxMegapixels: 1 }))).toMatchObject({
      error: { code: 'too-large', why: expect.stringMatching(/^1.229 megapixels.* than 1;/) },
    });
  });
});

it('a drawing has no more pixels than are allowed, and is not refused for them', async () => {
  const folder = await tempFolder();
  const source = join(folder, 'banner.svg');
  const shapes = '<rect width="600" height="100" fill="#f00"/>';
  await writeFile(
    source,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 100">${shapes}</svg>`,
  );
  const settings = { maxMegapixels: 1 };
  const { output } = await normalizeFile(source, join(folder, 'made'), { settings });
  await expectImageContract(output.path);
  expect(distance((await readPixels(output.path)).at(0.5, 0.5), RED)).toBeLessThan(12);
});

describe('a picture is decoded once', () => {
  it('where inspect and normalize share a scratch folder, which is made only when it is needed', async () => {
    const folder = await tempFolder();
    const scratch = join(folder, 'scratch');
    const timeoutMs = 60_000;
    await inspect(ffmpeg, fixture('conforming.jpg'), { scratch });
    expect(existsSync(scratch)).toBe(false);
    const svg = fixture('album/logo.svg');
    await inspect(ffmpeg, svg, { scratch });
    const [rendered = ''] = await readdir(scratch);
    // Another picture in its place comes out: it was not rendered again.
    const { width, height } = await sharp(join(scratch, rendered)).metadata();
    await sharp({ create: { width, height, channels: 3, background: '#00f' } })
      .png()
      .toFile(join(scratch, rendered));
    const { output } = await normalizeFile(svg, join(folder, 'made'), { scratch, timeoutMs });
    expect(distance((await readPixels(output.path)).at(0.5, 0.5), BLUE)).toBeLessThan(12);
  });

  it('and a folder that a killed run has left is removed', async () => {
    const folder = await tempFolder();
    const left = join(
      folder,
      'album',
      `.part-${nameOf({ ...markOwnProcess(), pid: 999_999_999 })}-x`,
    );
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'a.png'), 'x');
    await removeStalePartials(folder);
    await expect(readdir(join(folder, 'album'))).resolves.toEqual([]);
  });
});

describe('a JPEG whose end marker is there and part of its scan is not', () => {
  it.each([
    ['that would be kept', 360, 640, false],
    ['that would be encoded', 700, 500, false],
    ['that is progressive', 700, 500, true],
  ] as const)('%s is refused', async (_, width, height, progressive) => {
    const noise = { type: 'gaussian', mean: 120, sigma: 30 } as const;
    const whole = await sharp({ create: { width, height, channels: 3, background: '#000', noise } })
      .jpeg({ progressive })
      .toBuffer();
    const share = progressive ? 0.02 : 0.5;
    const half = whole.subarray(0, Math.floor(whole.length * share));
    const bytes = Buffer.concat([half, Buffer.from([0xff, 0xd9])]);
    await expect(normalizeBytes(bytes)).rejects.toThrow(/the lower part of its picture is lost/);
    await expect(normalizeBytes(whole)).resolves.toBeDefined();
  });

  it('is refused also when many are looked at at once', async () => {
    const noise = { type: 'gaussian', mean: 120, sigma: 30 } as const;
    const create = { width: 1200, height: 1600, channels: 3, background: '#000', noise } as const;
    const whole = await sharp({ create }).jpeg().toBuffer();
    const half = whole.subarray(0, whole.length / 2);
    const file = join(await tempFolder(), 'half.jpg');
    await writeFile(file, Buffer.concat([half, Buffer.from([0xff, 0xd9])]));
    const lost = await Promise.all(
      Array.from({ length: 40 }, () => isScanLost(file, create.width, create.height, 30_000)),
    );
    expect(new Set(lost)).toEqual(new Set([true]));
  });

  it('while one that is grey below, or has odd bytes before its scan, is used', async () => {
    const grey = await sharp({ create: { ...SIZE, channels: 3, background: '#808080' } })
      .jpeg()
      .toBuffer();
    await expect(normalizeBytes(grey)).resolves.toMatchObject({ plan: { action: 'keep' } });
    const whole = await readFile(fixture('landscape.jpg'));
    const at = 4 + whole.readUInt16BE(4); // behind the first segment
    const extra = Buffer.concat([whole.subarray(0, at), Buffer.alloc(3), whole.subarray(at)]);
    await expect(sharp(extra, { failOn: 'warning' }).stats()).rejects.toThrow(/extraneous/);
    await expect(normalizeBytes(extra)).resolves.toMatchObject({ plan: { action: 'encode' } });
  });
});

const corpus = join(ROOT, '../shared/corpus');
const isThere = existsSync(corpus);
if (!isThere) console.log('skipped: the corpus of real files is not beside the project');

describe.skipIf(!isThere)('real HEIC files', () => {
  it.each([
    ['pug.heic', 4032, 3024],
    ['alpha.heic', 1440, 960],
    ['empty_icc.heic', 1025, 900],
    ['sample_still_photo.heic', 1080, 1920],
    ['RGBA_12__29x100.heif', 29, 100],
    ['RGB_10__29x100.heif', 29, 100],
    ['zPug_3.heic', 64, 64],
  ] as const)('%s of %i×%i', async (file, width, height) => {
    const seen = await inspect(ffmpeg, join(corpus, file));
    expect(seen).toMatchObject({ decoder: { type: 'libheif' }, image: { width, height } });
    const { output } = await normalizeFile(join(corpus, file), await tempFolder());
    await expectImageContract(output.path);
  });

  it.each(['truncated.heic', 'corrupted.hif'])('%s is refused', async (file) => {
    await expect(normalizeFile(join(corpus, file), await tempFolder())).rejects.toThrow(
      /cut off before its end/,
    );
  });
});
