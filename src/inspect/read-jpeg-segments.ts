/** One segment of a JPEG file before or between its scans. */
export interface JpegSegment {
  readonly marker: number;
  /** Where it begins (at its 0xFF) and ends, in bytes from the start of the file. */
  readonly start: number;
  readonly end: number;
  /** What it holds where that is metadata; null for what the picture needs. */
  readonly metadata: string | null;
}

export interface JpegSegments {
  readonly segments: readonly JpegSegment[];
  /** Just behind the end marker: what follows is not part of this picture. */
  readonly end: number;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const COMMENT = 0xfe;

/** Reads how a JPEG file is laid out, or null where it is cut off or no JPEG. */
export function readJpegSegments(bytes: Buffer): JpegSegments | null {
  const { segments, end } = walk(bytes);
  return end === null ? null : { segments, end };
}

/** How often a JPEG goes over its picture: once, or some ten times where it is progressive. */
export function countScans(bytes: Buffer): number {
  return walk(bytes).scans;
}

/** As far as the file goes; `end` is null where it is cut off or no JPEG. */
function walk(bytes: Buffer): {
  readonly segments: readonly JpegSegment[];
  readonly scans: number;
  readonly end: number | null;
} {
  const segments: JpegSegment[] = [];
  let scans = 0;
  const stop = (end: number | null) => ({ segments, scans, end });
  if (bytes[0] !== 0xff || bytes[1] !== START_OF_IMAGE) return stop(null);
  let at = 2;
  for (;;) {
    const start = bytes.indexOf(0xff, at);
    if (start === -1 || start + 4 > bytes.length) {
      return stop(start !== -1 && bytes[start + 1] === END_OF_IMAGE ? start + 2 : null);
    }
    const marker = bytes[start + 1] ?? 0;
    if (marker === 0xff) {
      at = start + 1; // a fill byte
    } else if (marker === 0x00 || (marker >= 0xd0 && marker <= 0xd7)) {
      at = start + 2; // part of a scan: an escaped 0xFF, or a restart
    } else if (marker === END_OF_IMAGE) {
      return stop(start + 2);
    } else {
      const end = start + 2 + bytes.readUInt16BE(start + 2);
      if (end > bytes.length) return stop(null);
      if (marker === START_OF_SCAN) {
        scans++;
      } else {
        const metadata = metadataIn(marker, bytes.subarray(start + 4, end));
        segments.push({ marker, start, end, metadata });
      }
      at = end;
    }
  }
}

function metadataIn(marker: number, body: Buffer): string | null {
  const begins = (text: string) => body.subarray(0, text.length).toString('latin1') === text;
  if (marker === COMMENT) return 'a comment';
  if (marker === 0xe0 || marker === 0xee) return null; // JFIF; Adobe's colour transform
  if (marker < 0xe0 || marker > 0xef) return null;
  if (begins('Exif')) return 'EXIF';
  if (begins('http://ns.adobe.com/')) return 'XMP';
  if (begins('ICC_PROFILE')) return 'a colour profile';
  if (begins('Photoshop')) return 'IPTC';
  if (begins('MPF')) return 'further pictures (MPF)';
  return `APP${marker - 0xe0} data`;
}
