import type { FileHandle } from 'node:fs/promises';
import { rawKindOf } from './read-tiff-directories.js';

/**
 * What still picture a file is by its first bytes, in the words of `FORMATS`, where file-type does
 * not know it or takes it for something else; null for anything else.
 * @param head the first bytes
 * @param size of the file, in bytes
 */
export async function sniffStill(
  file: FileHandle,
  head: Buffer,
  size: number,
): Promise<string | null> {
  for (const [ext, offset, signature] of SIGNATURES) {
    if (head.toString('latin1', offset, offset + signature.length) === signature) return ext;
  }
  if (isTiff(head)) return rawKindOf(file, head, size);
  if (isHeif(head)) return 'heic';
  if (isNetpbm(head)) return NETPBM[head.toString('latin1', 0, 2)] ?? null;
  if (isPcx(head)) return 'pcx';
  if (isTga(head, size)) return 'tga';
  return null;
}

const SIGNATURES: readonly (readonly [ext: string, offset: number, signature: string])[] = [
  ['psb', 0, '8BPS\0\x02'],
  ['j2c', 0, '\xff\x4f\xff\x51'],
  ['jxl', 0, '\xff\x0a'],
  ['jls', 0, '\xff\xd8\xff\xf7'],
  ['dds', 0, 'DDS '],
  ['sgi', 0, '\x01\xda\0\x01'],
  ['sgi', 0, '\x01\xda\0\x02'],
  ['sgi', 0, '\x01\xda\x01\x01'],
  ['sgi', 0, '\x01\xda\x01\x02'],
  ['ras', 0, '\x59\xa6\x6a\x95'],
  ['qoi', 0, 'qoif'],
  ['exr', 0, '\x76\x2f\x31\x01'],
  ['dpx', 0, 'SDPX'],
  ['dpx', 0, 'XPDS'],
  ['fits', 0, 'SIMPLE  ='],
  ['djvu', 0, 'AT&TFORM'],
  ['hdr', 0, '#?RADIANCE'],
  ['hdr', 0, '#?RGBE'],
  ['wmf', 0, '\xd7\xcd\xc6\x9a'],
  ['emf', 40, ' EMF'],
  ['crw', 6, 'HEAPCCDR'],
  ['mrw', 0, '\0MRM'],
  ['x3f', 0, 'FOVb'],
  ['rw2', 0, 'IIU\0'],
  ['orf', 0, 'IIRO'],
  ['orf', 0, 'IIRS'],
  ['orf', 0, 'MMOR'],
];

/** With the place of the first directory. */
const TIFF_HEAD_BYTES = 8;

function isTiff(head: Buffer): boolean {
  return (
    head.length >= TIFF_HEAD_BYTES && ['II*\0', 'MM\0*'].includes(head.toString('latin1', 0, 4))
  );
}

/** Brands of HEIF that file-type takes for video. What is inside is for the header to say. */
const HEIF_BRANDS: readonly string[] = [
  ...['heim', 'heis', 'hevm', 'hevs', 'mif2', 'miaf', 'MiHE', 'MiHB', '1pic', 'tmap'],
  ...['jpeg', 'jpgs', 'j2ki', 'j2is', 'avci', 'avcs', 'vvic', 'vvis', 'unif'],
];

function isHeif(head: Buffer): boolean {
  return (
    head.toString('latin1', 4, 8) === 'ftyp' &&
    HEIF_BRANDS.includes(head.toString('latin1', 8, 12).trim())
  );
}

const NETPBM: Readonly<Record<string, string>> = {
  ...{ P1: 'pbm', P4: 'pbm', P2: 'pgm', P5: 'pgm', P3: 'ppm', P6: 'ppm', P7: 'pam' },
};

/** The letter and the digit are no signature by themselves: numbers or words have to follow. */
function isNetpbm(head: Buffer): boolean {
  return /^P(?:[1-6]\s+(?:#[^\n]*\n\s*)*\d+\s+(?:#[^\n]*\n\s*)*\d|7\n(?:#[^\n]*\n)*WIDTH )/.test(
    head.toString('latin1', 0, 512),
  );
}

function isPcx(head: Buffer): boolean {
  if (head.length < 128 || head[0] !== 0x0a || head[2] !== 1) return false;
  const [version = 9, , bits = 0] = head.subarray(1, 4);
  const isPlace = head.readUInt16LE(8) >= head.readUInt16LE(4);
  return version <= 5 && [1, 2, 4, 8].includes(bits) && isPlace && head[64] === 0;
}

/** TGA has no signature: every byte of its header that may only have few values has one of them. */
function isTga(head: Buffer, size: number): boolean {
  if (head.length < 18) return false;
  const [, colourMap = 9, type = 0] = head;
  const [bits = 0, descriptor = 255] = head.subarray(16, 18);
  const [width, height] = [head.readUInt16LE(12), head.readUInt16LE(14)];
  const isMapped = type === 1 || type === 9;
  if (!(isMapped || [2, 3, 10, 11].includes(type)) || colourMap !== (isMapped ? 1 : 0)) {
    return false;
  }
  const depths = isMapped || type === 3 || type === 11 ? [8, 16] : [15, 16, 24, 32];
  if (!depths.includes(bits) || width === 0 || height === 0 || (descriptor & 0xd0) !== 0) {
    return false;
  }
  const isPlain = isMapped || head.subarray(3, 8).every((byte) => byte === 0);
  // Runs shorten a picture, never to less than two bytes for each 128 pixels.
  const least = type < 9 ? (width * height * bits) >> 3 : (width * height) >> 6;
  return isPlain && size >= 18 + least;
}
