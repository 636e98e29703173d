import { sharp } from '../inspect/sharp.js';
import { barsIn, barsSvg } from './draw-bars.js';
import { drawWords, type Words } from './draw-words.js';
import { LAYOUT_WIDTH, svg } from './draw-layout.js';

/** What is drawn once of a sound that is shown as a video: all that does not move. */
export interface Scene extends Words {
  readonly height: number;
  /** `#RRGGBB` */
  readonly background: string;
  /** A picture's own bytes; null: there is none. */
  readonly cover: Buffer | null;
  readonly maxPixels: number;
}

const ART = { size: 528, top: 168, radius: 36 } as const;

/** Hues that white words can be read on, whichever of them a title leads to. */
const HUES: readonly string[] = ['#1f8a70', '#2f6fb5', '#7a4fb0', '#b0476f', '#b5622f', '#3f7d3a'];

/**
 * Draws a scene as a PNG, with the gaps between its bars below it: the part of the scene behind the
 * bars, open where a bar is.
 * @returns the PNG; its height is that of the scene and of the bars together
 */
export async function drawBackground(scene: Scene): Promise<Buffer> {
  const { width, height } = scene;
  const cover = await readCover(scene);
  const art = await drawArt(scene, cover);
  const scale = width / LAYOUT_WIDTH;
  const scenery = await drawScenery(scene, cover);
  const still = await sharp(scenery)
    .composite([
      {
        input: art,
        left: Math.round((width - ART.size * scale) / 2),
        top: Math.round(ART.top * scale),
      },
      ...(await drawWords(scene)),
    ])
    .png()
    .toBuffer();
  const bars = barsIn(width);
  const { left, top } = bars;
  const region = { left, top, width: bars.width, height: bars.height };
  const gaps = await sharp(await sharp(still).extract(region).ensureAlpha().png().toBuffer())
    .composite([{ input: barsSvg(bars, bars.height, '#fff'), blend: 'dest-out' }])
    .png()
    .toBuffer();
  return sharp({
    create: { width, height: height + bars.height, channels: 4, background: '#0000' },
  })
    .composite([
      { input: still, left: 0, top: 0 },
      // What is seen of the bars where there is no sound.
      { input: barsSvg(bars, 8 * scale, '#fff', 0.45), left, top },
      { input: gaps, left: 0, top: height, blend: 'over' },
    ])
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** A cover that cannot be read is none: the sound is what matters. */
async function readCover({ cover, maxPixels }: Scene): Promise<Buffer | null> {
  if (cover === null) return null;
  try {
    return await sharp(cover, { limitInputPixels: maxPixels, failOn: 'truncated' })
      .autoOrient()
      .resize(1280, 1280, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .flatten({ background: '#fff' })
      .png({ compressionLevel: 1 })
      .toBuffer();
  } catch {
    return null;
  }
}

/** A blurred, darkened copy of the cover; without one a gradient in a colour of the title's own. */
async function drawScenery(
  { width, height, title, background }: Scene,
  cover: Buffer | null,
): Promise<Buffer> {
  if (cover === null) {
    const hue = mix(hueOf(title), background, 0.35);
    const deep = mix(hueOf(title), background, 0.82);
    return svg(
      width,
      height,
      `<defs><linearGradient id="g" x1="0" y1="0" x2="0.4" y2="1">
        <stop offset="0" stop-color="${hue}"/><stop offset="1" stop-color="${deep}"/>
      </linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>`,
    );
  }
  const small = await sharp(cover)
    .resize(Math.round(width / 8), Math.round(height / 8), { fit: 'cover' })
    .blur(6)
    .linear(0.45, 0)
    .png()
    .toBuffer();
  return sharp(small).resize(width, height, { kernel: 'cubic', fit: 'fill' }).png().toBuffer();
}

/** The cover, or a note on a tile, with round corners. */
async function drawArt({ width, title, background }: Scene, cover: Buffer | null): Promise<Buffer> {
  const size = Math.round((ART.size * width) / LAYOUT_WIDTH);
  const radius = Math.round((ART.radius * width) / LAYOUT_WIDTH);
  const corners = svg(size, size, `<rect width="100%" height="100%" rx="${radius}" fill="#fff"/>`);
  const picture =
    cover === null
      ? svg(size, size, note(size, hueOf(title), mix(hueOf(title), background, 0.5)))
      : await sharp(cover).resize(size, size, { fit: 'cover' }).png().toBuffer();
  return sharp(picture)
    .ensureAlpha()
    .composite([{ input: corners, blend: 'dest-in' }])
    .png()
    .toBuffer();
}

function note(size: number, light: string, dark: string): string {
  return `<defs><linearGradient id="t" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="${light}"/><stop offset="1" stop-color="${dark}"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#t)"/>
    <g transform="scale(${size / 528})" fill="#fff" fill-opacity="0.92">
      <path d="M216 168 L372 132 V318 H346 V204 L242 228 V352 H216 Z"/>
      <ellipse cx="196" cy="354" rx="48" ry="37" transform="rotate(-18 196 354)"/>
      <ellipse cx="326" cy="320" rx="48" ry="37" transform="rotate(-18 326 320)"/>
    </g>`;
}

/** The same for the same title, whenever and wherever it is drawn. */
function hueOf(title: string): string {
  const sum = Buffer.from(title).reduce((all, byte) => (all * 31 + byte) % 9973, 7);
  return HUES[sum % HUES.length] ?? '#1f8a70';
}

/** Two colours, `share` of the second. */
function mix(first: string, second: string, share: number): string {
  const channel = (colour: string, i: number) =>
    Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) =>
    Math.round(channel(first, i) * (1 - share) + channel(second, i) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${mixed.join('')}`;
}
