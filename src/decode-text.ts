/**
 * The text of a file that people write: UTF-8, or UTF-16 with its mark, as Excel's "Unicode text" is.
 * Null where it is neither, which Excel's plain CSV is not where a letter is beyond ASCII.
 */
export function decodeText(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : 'utf-8';
  try {
    // A mark at the beginning is left out.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export const NOT_UTF8 =
  'is no UTF-8: save it again as "CSV UTF-8" in Excel, or with the encoding UTF-8 in an editor';
