import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { readableStill } from '../inspect/decode-still.js';
import { ok, type Check } from './finding.js';

/** Whether pictures can be made, and HEIC be read: each by doing it with a tiny one. */
export function checkPictures(): readonly Check[] {
  return [
    { name: 'sharp', look: async () => [await encodeTiny()] },
    { name: 'heic', look: async (signal) => [await decodeTiny(signal)] },
  ];
}

const SIDE = 16;

async function encodeTiny() {
  const { sharp } = await import('../inspect/sharp.js');
  const background = '#3060c0';
  const jpeg = await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background } })
    .jpeg()
    .toBuffer();
  const { format } = await sharp(jpeg).metadata();
  if (format !== 'jpeg') throw new Error(`sharp made ${format} of what was to be a JPEG`);
  const { sharp: version, vips } = sharp.versions;
  return ok(`sharp ${version ?? 'unknown'} with libvips ${vips} makes JPEG`);
}

async function decodeTiny(signal: AbortSignal) {
  const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-'));
  try {
    const file = path.join(folder, 'tiny.heic');
    await writeFile(file, Buffer.from(TINY_HEIC, 'base64'));
    const limits = { scratch: folder, maxPixels: SIDE * SIDE, signal, timeoutMs: TIMEOUT_MS };
    const readable = await readableStill(NO_FFMPEG, file, { type: 'libheif' }, limits);
    const { sharp } = await import('../inspect/sharp.js');
    const { width, height } = await sharp(readable).metadata();
    if (width !== SIDE || height !== SIDE) throw new Error(`it came out as ${width}×${height}`);
    return ok('libheif reads HEIC');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TIMEOUT_MS = 8000;

/** libheif is a program of ours and needs none: what is wrong with ffmpeg is told by its own check. */
const NO_FFMPEG: Ffmpeg = {
  ...{ ffmpegPath: '', ffprobePath: '' },
  abilities: async () => ({
    ...{ decodableCodecs: new Set(), decoders: new Map(), probeDecoders: new Map() },
    ...{ filters: new Set(), launcher: [], memoryLimiter: null },
  }),
};

/** 16×16 pixels of one colour in HEVC, as `scripts/make-fixtures/heif.ts` makes them. */
const TINY_HEIC =
  'AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABLG1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAA' +
  'AAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABTAAAABgAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA' +
  'AAABAABodmMxAAAAALBpcHJwAAAAk2lwY28AAAB3aHZjQwEBYAAAAJAAAAAAAB7wAPz9+PgAAA8DoAABABhAAQwB//8B' +
  'YAAAAwCQAAADAAADAB6VmAmhAAEAK0IBAQFgAAADAJAAAAMAAAMAHqCIRZZWaryvAW4EBAwIAAADAAgAAAMAyECiAAEA' +
  'BkQBwXPQiQAAABRpc3BlAAAAAAAAABAAAAAQAAAAFWlwbWEAAAAAAAAAAQABAoGCAAAAIG1kYXQAAAAUKAGvCeA5JKw/' +
  '/6VFNf9nEf/7wsY=';
