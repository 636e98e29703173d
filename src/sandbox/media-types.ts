import { extname } from 'node:path';

export const MEDIA_KINDS = ['image', 'video', 'audio'] as const;

/** What a status shows, told by the extension of its file name. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

export interface MediaType {
  readonly contentType: string;
  readonly kind: MediaKind;
}

/** What an upload is stored as, and a link answers, by extension; all else becomes a .bin. */
const MEDIA_TYPES: ReadonlyMap<string, MediaType> = new Map<string, MediaType>([
  ['jpg', { contentType: 'image/jpeg', kind: 'image' }],
  ['jpeg', { contentType: 'image/jpeg', kind: 'image' }],
  ['png', { contentType: 'image/png', kind: 'image' }],
  ['webp', { contentType: 'image/webp', kind: 'image' }],
  ['gif', { contentType: 'image/gif', kind: 'image' }],
  ['mp4', { contentType: 'video/mp4', kind: 'video' }],
  ['mov', { contentType: 'video/quicktime', kind: 'video' }],
  ['3gp', { contentType: 'video/3gpp', kind: 'video' }],
  ['mp3', { contentType: 'audio/mpeg', kind: 'audio' }],
  ['m4a', { contentType: 'audio/mp4', kind: 'audio' }],
  ['aac', { contentType: 'audio/aac', kind: 'audio' }],
  ['ogg', { contentType: 'audio/ogg', kind: 'audio' }],
  ['wav', { contentType: 'audio/wav', kind: 'audio' }],
]);

/** The content type of everything that is only a download. */
export const DOWNLOAD_TYPE = 'application/octet-stream';

/** The media type that a file name's extension stands for, null for an unknown one. */
export function mediaTypeOf(fileName: string): MediaType | null {
  return MEDIA_TYPES.get(extensionOf(fileName)) ?? null;
}

/** The extension in lower case without its dot, '' if there is none. */
export function extensionOf(fileName: string): string {
  return extname(fileName).slice(1).toLowerCase();
}
