import { readFile, stat } from 'node:fs/promises';
import { IMAGE_ASPECT } from '../limits.js';
import type { ImageLook } from './look-at-image.js';
import { countScans, readJpegSegments } from './read-jpeg-segments.js';
import { sharp } from './sharp.js';

/** What sharp says of a still picture, and what a JPEG carries beside it. */
export interface ImageProbe {
  /** sharp's word: `jpeg`, `png`, `webp`, `heif`, `tiff`, `gif`. */
  readonly format: string;
  readonly bytes: number;
  /** Pixels as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** Frames; more than one is a moving picture. */
  readonly pages: number;
  /** `hevc` or `av1` for HEIF; null otherwise. */
  readonly compression: string | null;
  /** libvips' interpretation: `srgb`, `cmyk`, `b-w`, `rgb16`, … */
  readonly space: string;
  readonly channels: number;
  readonly bitDepth: number;
  readonly hasAlpha: boolean;
  /**
   * Its pixels are to be 8 bits of sRGB before anything is done with them: by itself sharp gives
   * those of more bits that have a profile as Display P3, and puts transparent grey without one on
   * black.
   */
  readonly isWide: boolean;
  readonly profile: 'none' | 'srgb' | 'other';
  /** What a JPEG of the right shape carries beside the picture; empty for everything else. */
  readonly metadata: readonly string[];
  /** A JPEG of the right shape that has no end. */
  readonly truncated: boolean;
  /** Bytes behind the end of a JPEG of the right shape, such as the clip of a motion photo. */
  readonly trailingBytes: number;
  /** What there is to see; null where nobody looked, since the plan does not depend on it. */
  readonly look: ImageLook | null;
}

/**
 * Reads a picture's header.
 * @param file absolute path, or what is in it where that was read: sharp opens a path 14 times
 * @throws what sharp throws for bytes that it cannot read
 */
export async function probeImage(file: string | Uint8Array): Promise<ImageProbe> {
  const bytes = typeof file === 'string' ? (await stat(file)).size : file.length;
  // The limit is a rule of plan, which names the figure; reading a header costs nothing.
  const seen = await sharp(file, { limitInputPixels: false }).metadata();
  const { width, height } = seen;
  const bitDepth = DEPTH_BITS[seen.depth] ?? 32;
  // Only a JPEG that might be kept as it is has to be read as a whole, and one of many scans.
  const mayBeKept =
    seen.format === 'jpeg' && width * IMAGE_ASPECT.height === height * IMAGE_ASPECT.width;
  const isProgressive = seen.format === 'jpeg' && seen.isProgressive;
  const isRead = mayBeKept || isProgressive;
  const read = isRead ? await bytesOf(file) : null;
  if (isProgressive && read !== null) refuseScans(countScans(read));
  const whole = mayBeKept ? read : null;
  const layout = whole === null ? null : readJpegSegments(whole);
  return {
    format: seen.format,
    bytes,
    width,
    height,
    orientation: seen.orientation ?? 1,
    pages: seen.pages ?? 1,
    compression: seen.compression ?? null,
    space: seen.space,
    channels: seen.channels,
    bitDepth,
    hasAlpha: seen.hasAlpha,
    // Of others it would take the decoding at a fraction of their size.
    isWide: bitDepth > 8 || (seen.hasAlpha && seen.space === 'b-w' && seen.icc === undefined),
    profile: seen.icc === undefined ? 'none' : isSrgb(seen.icc) ? 'srgb' : 'other',
    metadata: [
      ...new Set(layout?.segments.flatMap(({ metadata }) => (metadata === null ? [] : [metadata]))),
    ],
    truncated: whole !== null && layout === null,
    trailingBytes: whole === null || layout === null ? 0 : whole.length - layout.end,
    look: null,
  };
}

async function bytesOf(file: string | Uint8Array): Promise<Buffer> {
  return typeof file === 'string'
    ? readFile(file)
    : Buffer.from(file.buffer, file.byteOffset, file.byteLength);
}

/**
 * Encoders write 3 to 20 scans. Each goes over the whole picture, and decoding cannot be stopped: a
 * file of 260 kB with 882 scans of 81 megapixels took 50 s.
 */
const MAX_SCANS = 100;

function refuseScans(scans: number): void {
  if (scans <= MAX_SCANS) return;
  throw new Error(
    `it goes over its picture in ${scans} scans, and more than ${MAX_SCANS} are not read`,
  );
}

const DEPTH_BITS: Readonly<Record<string, number>> = { uchar: 8, char: 8, ushort: 16, short: 16 };

/** Other colours with the curve of sRGB, as "Display P3 Gamut with sRGB Transfer" says. */
const OTHER_GAMUTS = /P3|2020|Adobe|ProPhoto|Wide/i;

/** Profiles name themselves in ASCII or UTF-16. */
function isSrgb(icc: Buffer): boolean {
  const text = (bytes: Buffer) => bytes.toString('latin1').replaceAll('\0', '');
  return text(icc).includes('sRGB') && !OTHER_GAMUTS.test(text(descriptionIn(icc)));
}

const ICC_HEADER_BYTES = 128;
const ICC_ENTRY_BYTES = 12;

/** What a profile calls itself, by the table behind its header: a tag, where it is, how long. */
function descriptionIn(icc: Buffer): Buffer {
  const count = icc.length < ICC_HEADER_BYTES + 4 ? 0 : icc.readUInt32BE(ICC_HEADER_BYTES);
  for (let entry = 0; entry < count; entry++) {
    const at = ICC_HEADER_BYTES + 4 + entry * ICC_ENTRY_BYTES;
    if (at + ICC_ENTRY_BYTES > icc.length) break;
    if (icc.toString('latin1', at, at + 4) !== 'desc') continue;
    const from = icc.readUInt32BE(at + 4);
    return icc.subarray(from, from + icc.readUInt32BE(at + 8));
  }
  return Buffer.alloc(0);
}
