/**
 * Makes a page of photographs with the crop that each would get, and what comes of each in every
 * fit: `npm run page:fits -- [FOLDER or FILES]`. Writes `fits/index.html` with its pictures, and one
 * contact sheet, `fits/fits.png`.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { findFfmpeg } from '../src/ffmpeg/find-ffmpeg.js';
import { inspect } from '../src/inspect/inspect.js';
import type { CropWindow } from '../src/job.js';
import { normalizeImage } from '../src/normalize/normalize-image.js';
import { plan } from '../src/plan/plan.js';
import { createSettings } from '../src/resolve-settings.js';

const FITS = ['crop', 'blur', 'pad', 'auto'] as const;
const OUT = 'fits';
const PICTURES = 12;

/** Pixels of a picture on the page and on the sheet. */
const TILE = { width: 200, height: 356, gap: 10, words: 64 } as const;

/** Without arguments: real photographs of many shapes where they are at hand, else the fixtures. */
const CORPUS = '../shared/corpus';
const CHOSEN = [
  ...['Landscape_0.jpg', 'Landscape_5.jpg', 'Landscape_6.jpg', 'Portrait_6.jpg', 'london.jpg'],
  ...['tokyo.jpg', '2569067123_aca715a2ee_o.jpg', 'Channel_digital_image_CMYK_color.jpg'],
  ...['minnie-320x240-rgb.jpg', 'apple_gainmap_new.jpg', 'big_buck_bunny.jpg'],
  ...['alpha-premultiply-2048x1536-paper.png'],
];

interface Result {
  readonly name: string;
  /** The picture with the default crop drawn on it. */
  readonly original: Buffer;
  readonly fits: readonly { readonly fit: string; readonly made: Buffer; readonly why: string }[];
}

const ffmpeg = await findFfmpeg();
await mkdir(OUT, { recursive: true });
const results: Result[] = [];
for (const file of await chosenFiles(process.argv.slice(2))) {
  if (results.length === PICTURES) break;
  const result = await show(path.resolve(file), results.length);
  if (result !== null) results.push(result);
}
await writePage(results);
await writeSheet(results);
console.log(`${results.length} pictures: ${OUT}/index.html, ${OUT}/fits.png`);

async function chosenFiles(given: readonly string[]): Promise<readonly string[]> {
  if (given.length === 0) {
    if (existsSync(CORPUS)) return CHOSEN.map((name) => path.join(CORPUS, name));
    return chosenFiles(['fixtures', 'fixtures/album']);
  }
  const found = await Promise.all(
    given.map(async (name) =>
      (await stat(name)).isDirectory()
        ? (await readdir(name)).toSorted().map((file) => path.join(name, file))
        : [name],
    ),
  );
  return found.flat();
}

/** One picture in every fit; null for what is not encoded as an image. */
async function show(file: string, index: number): Promise<Result | null> {
  if (!(await stat(file)).isFile()) return null;
  const fits = [];
  let window: CropWindow | null = null;
  for (const fit of FITS) {
    const settings = createSettings({ fit, background: '#303030' });
    const media = await inspect(ffmpeg, file, { settings });
    if (media.type !== 'image') return null;
    const decided = plan(media, path.basename(file), settings);
    if (decided.action !== 'encode' || decided.kind !== 'image') return null;
    const output = path.resolve(OUT, `${index}-${fit}.jpg`);
    try {
      await normalizeImage(ffmpeg, file, decided, output, { timeoutMs: 60_000 });
    } catch {
      return null; // what does not decode has nothing to show
    }
    if (fit === 'crop') window = decided.crop;
    const size = `${decided.width}×${decided.height}`;
    const why = fit === 'auto' ? decided.reasons.join('; ') : size;
    const made = await sharp(output).resize(TILE.width, TILE.height).png().toBuffer();
    fits.push({ fit, made, why });
  }
  if (window === null) return null;
  const original = await drawWindow(file, window);
  await sharp(original)
    .jpeg()
    .toFile(path.join(OUT, `${index}-original.jpg`));
  return { name: path.basename(file), original, fits };
}

async function drawWindow(file: string, window: CropWindow): Promise<Buffer> {
  const upright = await sharp(file).autoOrient().toColourspace('srgb').png().toBuffer();
  const { width, height } = await sharp(upright).metadata();
  const line = Math.max(2, Math.round(Math.max(width, height) / 100));
  const frame = `<svg width="${width}" height="${height}">
    <rect x="${window.left + line / 2}" y="${window.top + line / 2}"
      width="${window.width - line}" height="${window.height - line}"
      fill="none" stroke="#f00" stroke-width="${line}"/></svg>`;
  const drawn = await sharp(upright)
    .composite([{ input: Buffer.from(frame) }])
    .png()
    .toBuffer();
  return sharp(drawn).resize(TILE.width, TILE.height, { fit: 'inside' }).png().toBuffer();
}

async function writePage(all: readonly Result[]): Promise<void> {
  const rows = all.map(({ name, fits }, index) => {
    const tile = (picture: string, title: string, why: string) =>
      `<figure><img src="${index}-${picture}.jpg" width="${TILE.width}" alt=""><figcaption><b>${title}</b> ${escape(why)}</figcaption></figure>`;
    const made = fits.map(({ fit, why }) => tile(fit, fit, why));
    return `<section>${[tile('original', escape(name), ''), ...made].join('')}</section>`;
  });
  const style = `body{font:13px sans-serif;background:#eee}section{display:flex;gap:${TILE.gap}px}figure{margin:0 0 24px;width:${TILE.width}px}`;
  const page = `<!doctype html><meta charset="utf-8"><title>How pictures fit 9:16</title><style>${style}</style>${rows.join('\n')}`;
  await writeFile(path.join(OUT, 'index.html'), page);
}

/** Two pictures a row: five tiles each, with the words beneath. */
async function writeSheet(all: readonly Result[]): Promise<void> {
  const step = { x: TILE.width + TILE.gap, y: TILE.height + TILE.words };
  const perRow = 2 * (FITS.length + 1);
  const tiles = all.flatMap(({ name, original, fits }) => [
    { input: original, words: name },
    ...fits.map(({ fit, made, why }) => ({ input: made, words: `${fit}: ${why}` })),
  ]);
  const layers = tiles.flatMap(({ input, words }, i) => {
    const left = (i % perRow) * step.x;
    const top = Math.floor(i / perRow) * step.y;
    const text = Buffer.from(captionOf(words));
    return [
      { input, left, top },
      { input: text, left, top: top + TILE.height },
    ];
  });
  const height = Math.ceil(tiles.length / perRow) * step.y;
  await sharp({ create: { width: perRow * step.x, height, channels: 3, background: '#eee' } })
    .composite(layers)
    .png()
    .toFile(path.join(OUT, 'fits.png'));
}

/** Text in lines of some 34 letters. */
function captionOf(words: string): string {
  const lines = (words.match(/.{1,34}(\s|$)|.{34}/g) ?? []).slice(0, 5);
  const texts = lines.map((line, i) => `<text x="1" y="${12 + i * 12}">${escape(line)}</text>`);
  return `<svg width="${TILE.width}" height="${TILE.words}" font-size="11" font-family="sans-serif">${texts.join('')}</svg>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
