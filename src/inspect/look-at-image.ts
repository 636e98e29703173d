import { StatuscastError } from '../errors.js';
import { uprightSize } from '../job.js';
import { IMAGE_ASPECT, IMAGE_EXTREME_ASPECT } from '../limits.js';
import type { Settings } from '../settings.js';
import { measureSaliency, type Pixels, type Saliency } from './measure-saliency.js';
import type { ImageProbe } from './probe-image.js';
import { limitTime, namingTimeout, narrow, sharp, type Sharp } from './sharp.js';

/** What there is to see in a picture and where, found on a small copy: plain data. */
export interface ImageLook {
  /** Where libvips' strategy of this name puts the window of 9:16; null where none is asked for. */
  readonly found: { readonly by: Strategy; readonly spot: Spot } | null;
  /** For deciding between a crop and the whole; null where that is settled. */
  readonly saliency: Saliency | null;
}

type Strategy = 'attention' | 'entropy';

/**
 * Where a window lies in the room that it has: 0 is the left or the upper end, 1 the right or the
 * lower. A window that fills a direction has no room there, whatever is said.
 */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The settings that decide whether anybody has to look, and at what. */
export type LookSettings = Pick<
  Settings,
  'fit' | 'position' | 'crop' | 'background' | 'maxMegapixels'
>;

/** The window on the small copy is this high: on the whole picture `attention` takes minutes. */
const SMALL_WINDOW_HEIGHT = 320;

const MEGA = 1_000_000;

/** How a picture is looked at. */
export interface LookOptions {
  readonly timeoutMs: number;
  /** Make the small copy also where there is nothing to choose. Default: false. */
  readonly isCopied?: boolean;
}

/** What a look at a picture gave. */
export interface Sight {
  /** Null where there is nothing to choose. */
  readonly look: ImageLook | null;
  /** Null where nobody needed it. */
  readonly copy: SmallCopy | null;
}

/** A picture that sharp reads, and its header. */
export interface ReadableStill {
  readonly path: string;
  readonly image: ImageProbe;
}

const UNSEEN: Sight = { look: null, copy: null };

/**
 * Looks at a small copy of a picture, where the plan depends on what is to be seen there. Costs one
 * decoding at reduced size and one measurement: for a JPEG of 12 megapixels 40 ms, a third of what
 * the encoding takes.
 * @param open gives a picture that sharp reads; asked only where it matters
 * @returns neither a look nor a copy for extreme shapes, and for pixels that do not decode: encoding
 * such a file names the reason
 * @throws StatuscastError `program-timeout`, `interrupted`
 */
export async function lookAtImage(
  open: () => Promise<ReadableStill>,
  settings: LookSettings,
  { timeoutMs, isCopied = false }: LookOptions,
): Promise<Sight> {
  const strategy = strategyFor(settings);
  const isWeighed = settings.fit === 'auto';
  const isAsked = strategy !== null || isWeighed;
  if (!isAsked && !isCopied) return UNSEEN;
  try {
    const readable = await open();
    const upright = uprightSize(readable.image);
    const hasChoice = isAsked && isOpen(upright, settings);
    if (isExtreme(upright) || !(hasChoice || isCopied)) return UNSEEN;
    const copy = await smallCopy(readable, settings, timeoutMs);
    if (!hasChoice) return { look: null, copy };
    const look = {
      found: strategy === null ? null : { by: strategy, spot: await spotOf(copy, strategy) },
      saliency: isWeighed ? measureSaliency(copy, await gridOf(copy)) : null,
    };
    return { look, copy };
  } catch (thrown) {
    const error = namingTimeout(thrown, timeoutMs);
    // Another part of it would be shown, and nobody would know why.
    if (error instanceof StatuscastError && error.code !== 'program-failed') throw error;
    return UNSEEN;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The strategy that has to search, if any: what is weighed is put where it loses least. */
function strategyFor({ fit, crop, position }: LookSettings): Strategy | null {
  if (crop !== '') return null;
  if (position === 'entropy' && (fit === 'crop' || fit === 'auto')) return 'entropy';
  return position === 'attention' && fit === 'crop' ? 'attention' : null;
}

/** Whether there is something to choose in a picture of this size. */
function isOpen({ width, height }: Size, { crop }: LookSettings): boolean {
  const isRight = width * IMAGE_ASPECT.height === height * IMAGE_ASPECT.width;
  return !isRight || crop !== '';
}

function isExtreme({ width, height }: Size): boolean {
  return Math.max(width / height, height / width) > IMAGE_EXTREME_ASPECT;
}

/** A small upright picture in sRGB, decoded. */
export interface SmallCopy extends Pixels {
  /** The size of a window of 9:16 in it. */
  readonly window: Size;
}

async function smallCopy(
  { path, image }: ReadableStill,
  { background, maxMegapixels }: LookSettings,
  timeoutMs: number,
): Promise<SmallCopy> {
  const upright = uprightSize(image);
  const unit = Math.min(upright.width / IMAGE_ASPECT.width, upright.height / IMAGE_ASPECT.height);
  const scale = Math.min(1, SMALL_WINDOW_HEIGHT / (unit * IMAGE_ASPECT.height));
  const small = (side: number) => Math.max(1, Math.round(side * scale));
  const open = (...given: Parameters<typeof sharp>) =>
    limitTime(narrow(sharp(...given), image.isWide), timeoutMs);
  const shrink = (from: string | Buffer, { ignoreIcc }: { readonly ignoreIcc: boolean }) =>
    open(from, { failOn: 'truncated', limitInputPixels: maxMegapixels * MEGA, ignoreIcc })
      .autoOrient()
      .resize(small(upright.width), small(upright.height), { fit: 'fill' });
  const source = isProfiledWhole(image)
    ? await shrink(path, { ignoreIcc: true }).keepIccProfile().tiff(UNCOMPRESSED).toBuffer()
    : path;
  const { data, info } = await shrink(source, { ignoreIcc: false })
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const window = {
    width: Math.min(width, small(unit * IMAGE_ASPECT.width)),
    height: Math.min(height, small(unit * IMAGE_ASPECT.height)),
  };
  return { data, width, height, window };
}

const UNCOMPRESSED = { compression: 'none' } as const;

/** Formats that are decoded at a fraction of their size. */
const SHRUNK_ON_LOAD: readonly string[] = ['jpeg', 'webp'];

/**
 * Whether its colour profile would be applied to all pixels before they become fewer: 0.15 s for 12
 * megapixels. Applied to the few that are left it gives the same, within 2 of 255.
 */
function isProfiledWhole({ profile, space, format }: ImageProbe): boolean {
  return profile !== 'none' && space === 'srgb' && !SHRUNK_ON_LOAD.includes(format);
}

/** What stands out is measured on a grid of this many cells along the longer side. */
const GRID_CELLS = 64;

async function gridOf(copy: SmallCopy): Promise<Pixels> {
  const scale = GRID_CELLS / Math.max(copy.width, copy.height);
  const cells = (side: number) => Math.max(1, Math.round(side * scale));
  const [width, height] = [cells(copy.width), cells(copy.height)];
  const data = await openCopy(copy).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return { data, width, height };
}

function openCopy({ data, width, height }: SmallCopy): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function spotOf(copy: SmallCopy, strategy: Strategy): Promise<Spot> {
  const { width, height } = copy.window;
  const { info } = await openCopy(copy)
    .resize(width, height, { fit: 'cover', position: sharp.strategy[strategy] })
    .raw()
    .toBuffer({ resolveWithObject: true });
  // sharp tells by how much the picture was moved under the window: negative numbers.
  return {
    x: shareOf(info.cropOffsetLeft, copy.width - width),
    y: shareOf(info.cropOffsetTop, copy.height - height),
  };
}

function shareOf(offset: number | undefined, room: number): number {
  return room === 0 ? 0 : Math.min(1, Math.abs(offset ?? 0) / room);
}
