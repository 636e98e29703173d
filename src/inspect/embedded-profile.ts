import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, deflateSync } from 'node:zlib';
import { boxesIn } from './read-boxes.js';

/** Those of printers have 2 MB; a forged length may be anything. */
const PROFILE_MAX_BYTES = 16 * 1024 * 1024;
const PROFILE_HEADER_BYTES = 128;

/**
 * The colour profile in a file whose pixels ffmpeg decodes without it: Photoshop or JPEG 2000.
 * @returns null where it has none, or is of another format
 */
export async function readEmbeddedProfile(path: string): Promise<Buffer | null> {
  const file = await open(path);
  try {
    const start = await readAt(file, 0, 8);
    if (start.toString('latin1', 0, 4) === '8BPS') return await findInPhotoshop(file);
    if (start.toString('latin1', 4, 8) === 'jP  ') return await findInJpeg2000(file);
    return null;
  } finally {
    await file.close();
  }
}

/** Numbers as in "Adobe Photoshop File Formats Specification", Image Resources Section. */
const PSD_HEADER_BYTES = 26;
const PSD_PROFILE = 0x040f;
/** Real files have some dozens; a forged one may have millions. */
const MAX_BLOCKS = 1000;

async function findInPhotoshop(file: FileHandle): Promise<Buffer | null> {
  const lengthAt = async (at: number) => (await readAt(file, at, 4)).readUInt32BE();
  const sectionAt = PSD_HEADER_BYTES + 4 + (await lengthAt(PSD_HEADER_BYTES));
  const end = sectionAt + 4 + (await lengthAt(sectionAt));
  let at = sectionAt + 4;
  for (let count = 0; count < MAX_BLOCKS && at + 12 <= end; count++) {
    const header = await readAt(file, at, 7);
    if (header.toString('latin1', 0, 4) !== '8BIM') return null;
    const nameBytes = even(1 + header.readUInt8(6));
    const dataAt = at + 6 + nameBytes + 4;
    const bytes = await lengthAt(dataAt - 4);
    if (header.readUInt16BE(4) === PSD_PROFILE) return readProfile(file, dataAt, bytes);
    at = dataAt + even(bytes);
  }
  return null;
}

/** Methods of a `colr` box that hold a profile (ISO/IEC 15444-1, I.5.3.3, and 15444-2). */
const JP2_PROFILES: readonly number[] = [2, 3];

async function findInJpeg2000(file: FileHandle): Promise<Buffer | null> {
  const { size } = await file.stat();
  for await (const header of boxesIn(file, 0, size)) {
    if (header.type !== 'jp2h') continue;
    for await (const box of boxesIn(file, header.contentAt, Math.min(size, header.endsAt))) {
      if (box.type !== 'colr') continue;
      const [method = 0] = await readAt(file, box.contentAt, 1);
      const at = box.contentAt + 3;
      const bytes = Math.min(box.endsAt, header.endsAt) - at;
      return JP2_PROFILES.includes(method) ? readProfile(file, at, bytes) : null;
    }
  }
  return null;
}

async function readProfile(file: FileHandle, at: number, bytes: number): Promise<Buffer | null> {
  const { size } = await file.stat();
  const isWhole = bytes >= PROFILE_HEADER_BYTES && at + bytes <= size;
  return isWhole && bytes <= PROFILE_MAX_BYTES ? readAt(file, at, bytes) : null;
}

/** Zeroes where the file ends before. */
async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  return buffer;
}

function even(bytes: number): number {
  return bytes + (bytes % 2);
}

/** Signature and IHDR, behind which a profile is to stand. */
const PNG_START_BYTES = 33;
const PNG_COLOUR_TYPE_AT = 25;

/** Gives a PNG a profile; nothing where that is of other channels than its pixels. */
export async function addProfile(png: string, profile: Buffer): Promise<void> {
  const start = await readStart(png);
  const hasColour = (start.readUInt8(PNG_COLOUR_TYPE_AT) & 2) === 2;
  if (profile.toString('latin1', 16, 20) !== (hasColour ? 'RGB ' : 'GRAY')) return;
  const target = `${png}.profile`;
  const body = Buffer.concat([Buffer.from('iCCPprofile\0\0', 'latin1'), deflateSync(profile)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  const chunk = [frame.subarray(0, 4), body, frame.subarray(4)];
  const whole = async function* () {
    yield Buffer.concat([start, ...chunk]);
    yield* createReadStream(png, { start: PNG_START_BYTES });
  };
  try {
    await pipeline(whole, createWriteStream(target));
    await rename(target, png);
  } finally {
    await rm(target, { force: true });
  }
}

async function readStart(png: string): Promise<Buffer> {
  const file = await open(png);
  try {
    return await readAt(file, 0, PNG_START_BYTES);
  } finally {
    await file.close();
  }
}
