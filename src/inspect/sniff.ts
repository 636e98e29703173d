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
  const found = await fileTypeFromFile(path);
  const format = found === undefined ? undefined : FORMATS.get(found.ext);
  if (format !== undefined) return { type: 'known', format };
  if (found !== undefined && !/^(audio|video)\//.test(found.mime)) {
    return { type: 'not-media', label: `${found.ext.toUpperCase()} (${found.mime})` };
  }
  return { type: 'unknown', demuxers: SAFE_DEMUXERS };
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
