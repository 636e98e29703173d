import type { PictureStream } from '../inspect/read-streams.js';

/** How the numbers of a picture become colours. */
export interface SourceColours {
  /** The matrix, in the words of ffmpeg's `scale`; null for RGB, which has none. */
  readonly matrix: 'bt601' | 'bt709' | 'bt2020' | 'smpte240m' | null;
  readonly range: 'tv' | 'pc';
  /**
   * What is to be done about colours and brightness that BT.709 does not reach. Null: nothing, or
   * this ffmpeg cannot.
   */
  readonly convert: WideColours | null;
}

export interface WideColours {
  readonly transfer: 'smpte2084' | 'arib-std-b67' | 'bt709';
  readonly primaries: 'bt2020' | 'smpte431' | 'smpte432';
}

/** Transfer functions of high dynamic range: PQ and HLG. */
export function isHdr({ transfer }: PictureStream): boolean {
  return transfer === 'smpte2084' || transfer === 'arib-std-b67';
}

/** Pixel formats without a matrix: RGB in any order, and palettes. */
const RGB_FORMATS = /^(0?(rgb|bgr)|gbr|argb|abgr|rgba|bgra|pal8)/;

/** What players take for BT.709 when nothing is said: more than the 576 lines of television. */
const STANDARD_MAX_SHORT_SIDE = 576;
const STANDARD_MAX_LONG_SIDE = 1024;

export function coloursOf(picture: PictureStream, canToneMap: boolean): SourceColours {
  const { pixelFormat, range } = picture;
  return {
    matrix: RGB_FORMATS.test(pixelFormat ?? '') ? null : matrixOf(picture),
    range: range === 'pc' || (pixelFormat ?? '').startsWith('yuvj') ? 'pc' : 'tv',
    convert: canToneMap ? wideColoursOf(picture) : null,
  };
}

const MATRICES: ReadonlyMap<string, SourceColours['matrix']> = new Map([
  ['bt709', 'bt709'],
  ['smpte240m', 'smpte240m'],
  ['bt2020nc', 'bt2020'],
  ['bt2020c', 'bt2020'],
  ['smpte170m', 'bt601'],
  ['bt470bg', 'bt601'],
  ['fcc', 'bt601'],
]);

function matrixOf(picture: PictureStream): SourceColours['matrix'] {
  const named = MATRICES.get(picture.matrix ?? '');
  if (named !== undefined) return named;
  if (isHdr(picture)) return 'bt2020';
  const { width, height } = picture;
  const isStandard =
    Math.min(width, height) <= STANDARD_MAX_SHORT_SIDE &&
    Math.max(width, height) <= STANDARD_MAX_LONG_SIDE;
  return isStandard ? 'bt601' : 'bt709';
}

function wideColoursOf({ transfer, primaries }: PictureStream): WideColours | null {
  const wide = (['bt2020', 'smpte431', 'smpte432'] as const).find((name) => name === primaries);
  if (transfer === 'smpte2084' || transfer === 'arib-std-b67') {
    return { transfer, primaries: wide ?? 'bt2020' };
  }
  return wide === undefined ? null : { transfer: 'bt709', primaries: wide };
}
