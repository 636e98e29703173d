import type { FileHandle } from 'node:fs/promises';

/** A directory has a dozen entries, a RAW file a dozen directories; a forged one may have millions. */
const MAX_DIRECTORIES = 64;
const MAX_ENTRIES = 1000;
const ENTRY_BYTES = 12;

const TAG = {
  compression: 259,
  photometric: 262,
  make: 271,
  subDirectories: 330,
  dngVersion: 50_706,
} as const;

/** Colours of single sensor cells, and those of a RAW that was developed halfway. */
const RAW_PHOTOMETRICS: readonly number[] = [32_803, 34_892];
/** Nikon, Sony, Samsung, Kodak and Pentax: what these pack is always a RAW. */
const RAW_COMPRESSIONS: readonly number[] = [34_713, 32_767, 32_770, 65_000, 65_535];

const RAW_BY_MAKE: readonly (readonly [make: RegExp, ext: string])[] = [
  [/^nikon/i, 'nef'],
  [/^sony/i, 'arw'],
  [/^canon/i, 'cr2'],
  [/^(pentax|ricoh|asahi)/i, 'pef'],
  [/^samsung/i, 'srw'],
  [/^olympus/i, 'orf'],
  [/^hasselblad/i, '3fr'],
  [/^phase one/i, 'iiq'],
  [/^(eastman )?kodak/i, 'dcr'],
];

/**
 * Whether a TIFF is a RAW photograph, by what its directories say: sharp would show its thumbnail.
 * @returns the word for it in `FORMATS`; null for a plain TIFF
 */
export async function rawKindOf(
  file: FileHandle,
  head: Buffer,
  size: number,
): Promise<string | null> {
  const reader = createReader(file, head.toString('latin1', 0, 2) === 'II', size);
  const waiting = [reader.uint32(head, 4)];
  const seen = new Set<number>();
  let make = '';
  let isRaw = false;
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    if (at === 0 || seen.has(at) || seen.size >= MAX_DIRECTORIES) continue;
    seen.add(at);
    const { entries, next } = await readDirectory(reader, at);
    waiting.push(next);
    for (const entry of entries) {
      if (entry.tag === TAG.dngVersion) return 'dng';
      if (entry.tag === TAG.make && make === '') make = await readText(reader, entry);
      if (entry.tag === TAG.subDirectories) waiting.push(...(await readOffsets(reader, entry)));
      isRaw ||= entry.tag === TAG.photometric && RAW_PHOTOMETRICS.includes(entry.short);
      isRaw ||= entry.tag === TAG.compression && RAW_COMPRESSIONS.includes(entry.short);
    }
  }
  if (!isRaw) return null;
  return RAW_BY_MAKE.find(([pattern]) => pattern.test(make))?.[1] ?? 'raw';
}

interface Entry {
  readonly tag: number;
  readonly count: number;
  /** The value where it is one short, and where it is one long or the place of the values. */
  readonly short: number;
  readonly long: number;
}

interface Reader {
  readonly uint16: (bytes: Buffer, at: number) => number;
  readonly uint32: (bytes: Buffer, at: number) => number;
  /** Fewer bytes at the end of the file. */
  readonly read: (at: number, length: number) => Promise<Buffer>;
}

function createReader(file: FileHandle, isLittle: boolean, size: number): Reader {
  return {
    uint16: (bytes, at) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    uint32: (bytes, at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)),
    read: async (at, length) => {
      if (at >= size) return Buffer.alloc(0);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    },
  };
}

async function readDirectory(
  reader: Reader,
  at: number,
): Promise<{ readonly entries: readonly Entry[]; readonly next: number }> {
  const start = await reader.read(at, 2);
  if (start.length < 2) return { entries: [], next: 0 };
  const count = Math.min(MAX_ENTRIES, reader.uint16(start, 0));
  const bytes = await reader.read(at + 2, count * ENTRY_BYTES + 4);
  const whole = Math.min(count, Math.floor(bytes.length / ENTRY_BYTES));
  const entries = Array.from({ length: whole }, (_, index) => {
    const from = index * ENTRY_BYTES;
    return {
      tag: reader.uint16(bytes, from),
      count: reader.uint32(bytes, from + 4),
      short: reader.uint16(bytes, from + 8),
      long: reader.uint32(bytes, from + 8),
    };
  });
  const isWhole = bytes.length === count * ENTRY_BYTES + 4;
  return { entries, next: isWhole ? reader.uint32(bytes, count * ENTRY_BYTES) : 0 };
}

async function readText(reader: Reader, { count, long }: Entry): Promise<string> {
  // Four letters and fewer stand in the entry itself; no maker of cameras has such a name.
  return count <= 4 ? '' : (await reader.read(long, Math.min(64, count))).toString('latin1');
}

async function readOffsets(reader: Reader, { count, long }: Entry): Promise<readonly number[]> {
  if (count === 1) return [long];
  const bytes = await reader.read(long, Math.min(count, MAX_DIRECTORIES) * 4);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => reader.uint32(bytes, index * 4));
}
