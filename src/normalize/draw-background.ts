import sharp, { type OverlayOptions } from 'sharp';

/** What is drawn once of a sound that is shown as a video: all that does not move. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly artist: string | null;
  /** `#RRGGBB` */
  readonly background: string;
  /** A picture's own bytes; null: there is none. */
  readonly cover: Buffer | null;
  readonly maxPixels: number;
}

/** Where the bars of the waveform are, in pixels. */
export interface Bars {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

// The layout of a 720×1280 picture, clear of what phones draw over its top and bottom.
const LAYOUT_WIDTH = 720;
const ART = { size: 528, top: 168, radius: 36 } as const;
const TITLE = { top: 744, height: 116, points: 44 } as const;
const ARTIST = { height: 44, points: 30 } as const;
const TEXT_WIDTH = 600;
const BARS = { left: 72, top: 928, width: 576, height: 176, count: 48, gap: 4 } as const;

const TITLE_MAX_LETTERS = 80;
const ARTIST_MAX_LETTERS = 60;

/** Hues that white words can be read on, whichever of them a title leads to. */
const HUES: readonly string[] = ['#1f8a70', '#2f6fb5', '#7a4fb0', '#b0476f', '#b5622f', '#3f7d3a'];

/** The bars' place in a picture of this width; all of it even, for the colours' half resolution. */
export function barsIn(width: number): Bars {
  const scale = width / LAYOUT_WIDTH;
  const even = (pixels: number) => Math.round((pixels * scale) / 2) * 2;
  return {
    left: even(BARS.left),
    top: even(BARS.top),
    width: even(BARS.width),
    height: even(BARS.height),
    count: BARS.count,
  };
}

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
      ...(await drawWords(scene, scale)),
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

/** Title and artist below the art. Where the machine has no fonts the words are left out. */
async function drawWords(scene: Scene, scale: number): Promise<readonly OverlayOptions[]> {
  const title = await drawText(
    shorten(scene.title, TITLE_MAX_LETTERS),
    'bold',
    TITLE.points * scale,
    {
      width: TEXT_WIDTH * scale,
      height: TITLE.height * scale,
    },
  );
  const artist =
    scene.artist === null
      ? null
      : await drawText(shorten(scene.artist, ARTIST_MAX_LETTERS), 'normal', ARTIST.points * scale, {
          width: TEXT_WIDTH * scale,
          height: ARTIST.height * scale,
        });
  const placed: OverlayOptions[] = [];
  let top = Math.round(TITLE.top * scale);
  for (const text of [title, artist]) {
    if (text === null) continue;
    placed.push({ input: text.png, left: Math.round((scene.width - text.width) / 2), top });
    top += text.height + Math.round(16 * scale);
  }
  return placed;
}

interface Drawn {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Words in any script, in white, made smaller where they do not fit; null where there is no way. */
async function drawText(
  words: string,
  weight: 'bold' | 'normal',
  points: number,
  room: { readonly width: number; readonly height: number },
): Promise<Drawn | null> {
  const text = `<span foreground="#ffffff" weight="${weight}">${escapeMarkup(words)}</span>`;
  try {
    const { data, info } = await sharp({
      text: {
        text,
        font: `sans ${Math.round(points)}`,
        dpi: 72,
        ...{ width: Math.round(room.width), align: 'centre', wrap: 'word-char', rgba: true },
      },
    })
      .resize(Math.round(room.width), Math.round(room.height), {
        fit: 'inside',
        withoutEnlargement: true,
      })
      .png()
      .toBuffer({ resolveWithObject: true });
    return { png: data, width: info.width, height: info.height };
  } catch {
    return null;
  }
}

/** So many letters as people count them, without control characters and half surrogates. */
function shorten(words: string, maxLetters: number): string {
  const plain = words.replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim();
  const letters = [...new Intl.Segmenter().segment(plain)].map(({ segment }) => segment);
  return letters.length <= maxLetters ? plain : `${letters.slice(0, maxLetters - 1).join('')}…`;
}

function escapeMarkup(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** All bars, of one height, in the middle of their place. */
function barsSvg(bars: Bars, barHeight: number, fill: string, opacity = 1): Buffer {
  const step = bars.width / bars.count;
  const gap = (step * BARS.gap * BARS.count) / BARS.width;
  const top = (bars.height - barHeight) / 2;
  const all = Array.from({ length: bars.count }, (_, i) => {
    const left = i * step + gap / 2;
    return `<rect x="${left}" y="${top}" width="${step - gap}" height="${barHeight}" rx="${(step - gap) / 2}"/>`;
  });
  const group = `<g fill="${fill}" fill-opacity="${opacity}">${all.join('')}</g>`;
  return svg(bars.width, bars.height, group);
}

function svg(width: number, height: number, body: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
  );
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
