import { open, type FileHandle } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { fileTypeFromFile } from 'file-type';
import { FORMATS, SAFE_DEMUXERS, type Format } from './formats.js';
import { sniffStill } from './sniff-still.js';
import { decodeXml, PROLOG_MAX_BYTES, rootElementOf } from './xml-text.js';

/** What a file's first bytes say that it is; its name is not looked at. */
export type Sniff =
  | { readonly type: 'known'; readonly format: Format }
  /** Not known by its bytes, and not text: ffprobe may know it. */
  | { readonly type: 'unknown'; readonly demuxers: string }
  | { readonly type: 'not-media'; readonly label: string }
  | { readonly type: 'empty' };

const HEAD_BYTES = 4096;

/**
 * Sniffs a file by its bytes.
 * @param path absolute path
 * @throws what reading the file throws
 */
export async function sniff(path: string): Promise<Sniff> {
  const file = await open(path);
  try {
    return await sniffOpened(file, path);
  } finally {
    await file.close();
  }
}

/** Whether a file is media by its first bytes; one that cannot be read is none. */
export async function isMedia(path: string): Promise<boolean> {
  const sniffed = await sniff(path).catch(() => null);
  return sniffed !== null && sniffed.type !== 'not-media' && sniffed.type !== 'empty';
}

async function sniffOpened(file: FileHandle, path: string): Promise<Sniff> {
  const head = await readHead(file, HEAD_BYTES);
  if (head.length === 0) return { type: 'empty' };
  const { size } = await file.stat();
  const ext = (await isDrawing(file, head)) ? 'svg' : await sniffStill(file, head, size);
  const own = ext === null ? undefined : FORMATS.get(ext);
  if (own !== undefined) return { type: 'known', format: own };
  const text = textOf(head);
  if (text !== null) return { type: 'not-media', label: labelOfText(text) };
  const gsm = FORMATS.get('gsm');
  if (isGsm(head) && gsm !== undefined) return { type: 'known', format: gsm };
  const found = await fileTypeFromFile(path);
  const format = found === undefined ? undefined : FORMATS.get(found.ext);
  if (format !== undefined) return { type: 'known', format };
  if (found !== undefined && !/^(audio|video)\//.test(found.mime)) {
    return { type: 'not-media', label: `${found.ext.toUpperCase()} (${found.mime})` };
  }
  return { type: 'unknown', demuxers: SAFE_DEMUXERS };
}

async function readHead(file: FileHandle, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}

/** The element that a document consists of says it, which may stand behind a long prolog. */
async function isDrawing(file: FileHandle, head: Buffer): Promise<boolean> {
  const isZipped = head[0] === 0x1f && head[1] === 0x8b;
  const begin = isZipped ? unzipBeginning(head) : head;
  // An opening bracket in UTF-8 or UTF-16, with or without a byte order mark.
  if (!/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*</.test(begin.toString('latin1', 0, 64))) {
    return false;
  }
  const whole = await readHead(file, PROLOG_MAX_BYTES);
  const text = decodeXml(isZipped ? unzipBeginning(whole) : whole);
  return text !== null && rootElementOf(text)?.toLowerCase() === 'svg';
}

/** What is in the beginning of a gzip file; nothing where it is damaged. */
function unzipBeginning(bytes: Buffer): Buffer {
  try {
    // No error where the input ends before its end.
    const finishFlush = constants.Z_SYNC_FLUSH;
    return gunzipSync(bytes, { finishFlush, maxOutputLength: 100 * PROLOG_MAX_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}

const GSM_FRAME_BYTES = 33;
const GSM_LEAST_FRAMES = 10;

/** GSM has no header, but every frame of 33 bytes begins with the same four bits. */
function isGsm(head: Buffer): boolean {
  const frames = Math.floor(head.length / GSM_FRAME_BYTES);
  if (frames < GSM_LEAST_FRAMES) return false;
  for (let at = 0; at < frames * GSM_FRAME_BYTES; at += GSM_FRAME_BYTES) {
    if ((head[at] ?? 0) >> 4 !== 0xd) return false;
  }
  return true;
}

/** The bytes as text, or null where they are none: no control characters, and whole UTF-8. */
function textOf(head: Buffer): string | null {
  if (head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) {
    return null;
  }
  try {
    // The head may end inside a character: `stream` leaves that one out.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}

/** Texts that name other files, which are never opened: by how they begin, or what is in them. */
const LISTS: readonly (readonly [RegExp, string])[] = [
  [/^\s*#EXTM3U/i, 'a playlist (M3U8)'],
  [/<MPD[\s>]/i, 'a manifest (DASH)'],
  [/^\s*ffconcat\b/, 'a playlist (concat)'],
  [/<SmoothStreamingMedia[\s>]/i, 'a manifest (Smooth Streaming)'],
  [/<smil[\s>]/i, 'a playlist (SMIL)'],
  [/<asx[\s>]|^\s*\[reference\]/i, 'a playlist (ASX)'],
  [/^\s*\[playlist\]/i, 'a playlist (PLS)'],
  [/<playlist[\s>]/i, 'a playlist (XSPF)'],
  [/<(AssetMap|CompositionPlaylist|PackingList)[\s>]/i, 'a manifest (IMF)'],
  [/^\s*v=0\r?\no=/, 'a description of a stream (SDP)'],
  [/^\s*(rtsp|rtmp|mms|https?):\/\//i, 'a playlist (a list of addresses)'],
];

function labelOfText(text: string): string {
  const found = LISTS.find(([pattern]) => pattern.test(text));
  return found === undefined ? 'text' : `${found[1]}, which only names other files`;
}
