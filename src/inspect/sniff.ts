import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { FORMATS, SAFE_DEMUXERS, type Format } from './formats.js';

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
  const head = await readHead(path);
  if (head.length === 0) return { type: 'empty' };
  const text = textOf(head);
  if (text !== null) {
    const drawing = FORMATS.get('svg');
    if (/<svg[\s>]/i.test(text) && drawing !== undefined) return { type: 'known', format: drawing };
    return { type: 'not-media', label: labelOfText(text) };
  }
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

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
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

function labelOfText(text: string): string {
  if (text.startsWith('#EXTM3U')) return 'a playlist (M3U8), which only names other files';
  if (/<MPD[\s>]/.test(text)) return 'a manifest (DASH), which only names other files';
  if (text.startsWith('ffconcat')) return 'a playlist (concat), which only names other files';
  return 'text';
}
