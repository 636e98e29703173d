import { open, type FileHandle } from 'node:fs/promises';

/** What the frames of an MP3 say, whatever its headers claim; MP1 and MP2 are laid out alike. */
export interface Mp3Frames {
  /** Sum over all frames but the one that only describes the file (Xing, Info, VBRI). */
  readonly seconds: number;
  /** Names of the frames of the ID3v2 tag: TIT2, PRIV, … */
  readonly tagFrames: readonly string[];
  /** What is neither tag nor sound before the first frame. */
  readonly bytesBefore: number;
  /** ID3v1, APE, lyrics and whatever else lies behind the last frame. */
  readonly bytesBehind: number;
}

/** By chance eight headers follow each other once in 2^130 places; a short file has fewer. */
const EVIDENCE_FRAMES = 8;
/** Enough to find the way again in the middle of a file that is known to be one. */
const RESYNC_FRAMES = 2;
/** How far a first frame, or the next one, is looked for. */
const MAX_GAP_BYTES = 1 << 20;
const WINDOW_BYTES = 1 << 20;
const HEADER_BYTES = 4;
/** Where `Xing` and the like are in the first frame: within 36 bytes and the word. */
const DESCRIPTION_BYTES = 40;

/** Reads the frames of a file; null where none follow each other. */
export async function readMp3Frames(path: string): Promise<Mp3Frames | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytesAt = createWindow(file);
    const tag = await readTag(bytesAt);
    const first = await findFrames(bytesAt, tag.end, size, EVIDENCE_FRAMES);
    if (first === null) return null;
    const described = /Xing|Info|VBRI/.test(
      (await bytesAt(first, DESCRIPTION_BYTES)).toString('latin1'),
    );
    const { seconds, end } = await walk(bytesAt, first, size);
    const skipped = described ? ((await frameAt(bytesAt, first))?.seconds ?? 0) : 0;
    return {
      seconds: Math.round((seconds - skipped) * 1e6) / 1e6,
      tagFrames: tag.frames,
      bytesBefore: first - tag.end,
      bytesBehind: size - end,
    };
  } finally {
    await file.close();
  }
}

type BytesAt = (at: number, length: number) => Promise<Buffer>;

/** Reads a large piece at a time; gives fewer bytes than asked for at the end of the file. */
function createWindow(file: FileHandle): BytesAt {
  const buffer = Buffer.alloc(WINDOW_BYTES);
  let start = 0;
  let held = 0;
  return async (at, length) => {
    if (at < start || at + length > start + held) {
      start = at;
      held = (await file.read(buffer, 0, WINDOW_BYTES, at)).bytesRead;
    }
    return buffer.subarray(at - start, Math.min(held, at - start + length));
  };
}

/** From the first frame to the end of the last, over gaps that hold no sound. */
async function walk(
  bytesAt: BytesAt,
  first: number,
  size: number,
): Promise<{ readonly seconds: number; readonly end: number }> {
  let seconds = 0;
  let at = first;
  for (;;) {
    const frame = await frameAt(bytesAt, at);
    if (frame !== null) {
      seconds += frame.seconds;
      at += frame.bytes;
      // A last frame that is cut off is sound all the same.
      if (at >= size) return { seconds, end: size };
      continue;
    }
    const next = await findFrames(bytesAt, at + 1, size, RESYNC_FRAMES);
    if (next === null) return { seconds, end: at };
    at = next;
  }
}

/** Where the next frames begin of which `least` follow each other, or all up to the end. */
async function findFrames(
  bytesAt: BytesAt,
  from: number,
  size: number,
  least: number,
): Promise<number | null> {
  const last = Math.min(size, from + MAX_GAP_BYTES);
  for (let at = from; at < last; at++) {
    const piece = await bytesAt(at, Math.min(last - at, WINDOW_BYTES / 2));
    const found = piece.indexOf(0xff);
    if (found === -1) {
      at += piece.length - 1;
      if (piece.length === 0) return null;
      continue;
    }
    at += found;
    if (await doFramesFollow(bytesAt, at, size, least)) return at;
  }
  return null;
}

async function doFramesFollow(
  bytesAt: BytesAt,
  from: number,
  size: number,
  least: number,
): Promise<boolean> {
  let kind: number | null = null;
  let at = from;
  for (let count = 0; count < least; count++) {
    const frame = await frameAt(bytesAt, at);
    if (frame === null || (kind !== null && frame.kind !== kind)) {
      return count >= RESYNC_FRAMES && (await endsAt(bytesAt, at, size));
    }
    ({ kind } = frame);
    at += frame.bytes;
    if (at === size) return count + 1 >= RESYNC_FRAMES;
  }
  return true;
}

/** The tags that stand behind the sound of whole files. */
async function endsAt(bytesAt: BytesAt, at: number, size: number): Promise<boolean> {
  const begin = (await bytesAt(at, 11)).toString('latin1');
  return at === size || /^(TAG|APETAGEX|LYRICSBEGIN)/.test(begin);
}

interface Frame {
  readonly bytes: number;
  readonly seconds: number;
  /** Version, layer and sample rate, which stay the same from frame to frame. */
  readonly kind: number;
}

/** Bit rates by their number in the header, for each layer; 0 is the free format, 15 forbidden. */
const KBPS: readonly (readonly number[])[] = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
/** The same for MPEG 2 and 2.5. */
const LOW_KBPS: readonly (readonly number[])[] = [
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const RATES_HZ: readonly number[] = [44_100, 48_000, 32_000];
/** What the rates are divided by: MPEG 2.5, none, 2, 1. */
const RATE_DIVISORS: readonly number[] = [4, 0, 2, 1];

/** The frame whose header is at this place (ISO 11172-3, 2.4.1.3); null where there is none. */
async function frameAt(bytesAt: BytesAt, at: number): Promise<Frame | null> {
  const header = await bytesAt(at, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return null;
  const bits = header.readUInt32BE();
  if (bits >>> 21 !== 0x7ff) return null;
  const divisor = RATE_DIVISORS[(bits >>> 19) & 3] ?? 0;
  const layer = 4 - ((bits >>> 17) & 3);
  const kbps = (divisor === 1 ? KBPS : LOW_KBPS)[layer - 1]?.[(bits >>> 12) & 15] ?? 0;
  const sampleRateHz = (RATES_HZ[(bits >>> 10) & 3] ?? 0) / divisor;
  // The free format is decoded by no ffmpeg.
  if (divisor === 0 || kbps === 0 || sampleRateHz === 0) return null;
  const samples = layer === 1 ? 384 : layer === 3 && divisor > 1 ? 576 : 1152;
  const slotBytes = layer === 1 ? 4 : 1;
  const slots = Math.floor((samples * kbps * 125) / sampleRateHz / slotBytes);
  const padding = (bits >>> 9) & 1;
  return {
    bytes: (slots + padding) * slotBytes,
    seconds: samples / sampleRateHz,
    kind: bits & 0xfffe0c00,
  };
}

/** Where the ID3v2 tags end, and the names of the frames in them. */
async function readTag(
  bytesAt: BytesAt,
): Promise<{ readonly end: number; readonly frames: readonly string[] }> {
  const frames: string[] = [];
  let end = 0;
  for (;;) {
    const header = await bytesAt(end, 10);
    if (header.length < 10 || header.toString('latin1', 0, 3) !== 'ID3') return { end, frames };
    const body = end + 10;
    end = body + syncsafe(header.subarray(6));
    for (const name of await tagFrames(bytesAt, body, end, header[3] ?? 0)) frames.push(name);
  }
}

async function tagFrames(
  bytesAt: BytesAt,
  from: number,
  end: number,
  version: number,
): Promise<readonly string[]> {
  const nameLength = version === 2 ? 3 : 4;
  const headerLength = version === 2 ? 6 : 10;
  const frames: string[] = [];
  for (let at = from; at + headerLength <= end;) {
    const header = await bytesAt(at, headerLength);
    const name = header.toString('latin1', 0, nameLength);
    if (!/^[A-Z][A-Z0-9]{2,3}$/.test(name)) break; // padding
    frames.push(name);
    const size = header.subarray(nameLength);
    const length =
      version === 2 ? size.readUIntBE(0, 3) : version === 3 ? size.readUInt32BE() : syncsafe(size);
    at += headerLength + length;
  }
  return frames;
}

/** Four bytes of seven bits each. */
function syncsafe(bytes: Buffer): number {
  return [...bytes.subarray(0, 4)].reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
}
