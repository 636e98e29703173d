import type { Media } from '../../src/inspect/inspection.js';
import type { ImageProbe } from '../../src/inspect/probe-image.js';
import type { MediaProbe } from '../../src/inspect/probe-media.js';
import type { PictureStream, SoundStream } from '../../src/inspect/read-streams.js';

// What inspect would say of files that keep the contract; tests change one fact, or several.

export const conformingImage: ImageProbe = {
  format: 'jpeg',
  bytes: 200_000,
  width: 1080,
  height: 1920,
  orientation: 1,
  pages: 1,
  compression: null,
  space: 'srgb',
  channels: 3,
  bitDepth: 8,
  hasAlpha: false,
  isWide: false,
  profile: 'none',
  metadata: [],
  truncated: false,
  trailingBytes: 0,
  look: null,
};

export const conformingPicture: PictureStream = {
  index: 0,
  codec: 'h264',
  decodable: true,
  profile: 'Main',
  level: 31,
  width: 720,
  height: 1280,
  pixelFormat: 'yuv420p',
  sampleAspect: 1,
  rotationDegrees: 0,
  mirrored: false,
  hasAlpha: false,
  decoder: null,
  hasDisplayMatrix: false,
  averageFrameRate: 30,
  baseFrameRate: 30,
  hasBFrames: false,
  interlaced: false,
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  range: 'tv',
  ...{ durationSeconds: 20, endSeconds: 20 },
  sideData: [],
  isCover: false,
  isDefault: true,
  tags: { language: 'und', handler_name: 'VideoHandler' },
};

export const conformingSound: SoundStream = {
  index: 1,
  codec: 'aac',
  decodable: true,
  profile: 'LC',
  sampleRateHz: 48_000,
  channels: 2,
  ...{ durationSeconds: 20, endSeconds: 20 },
  bitrateKbps: 128,
  isDefault: true,
  tags: { language: 'und', handler_name: 'SoundHandler' },
};

const conformingContainer: MediaProbe = {
  demuxer: 'mov',
  bytes: 4_000_000,
  durationSeconds: 20,
  pictures: [conformingPicture],
  sounds: [conformingSound],
  others: [],
  chapters: 0,
  tags: { major_brand: 'isom', minor_version: '512', compatible_brands: 'isomiso2avc1mp41' },
  layout: 'moov-first',
  mp3: null,
  timing: null,
  animation: null,
  canToneMap: true,
};

export function imageOf(changes: Partial<ImageProbe> = {}): Media {
  const decoder = { type: 'sharp' } as const;
  return { type: 'image', label: 'JPEG', image: { ...conformingImage, ...changes }, decoder };
}

export interface ClipChanges {
  readonly picture?: Partial<PictureStream>;
  /** Null: none. */
  readonly sound?: Partial<SoundStream> | null;
  readonly media?: Partial<MediaProbe>;
}

/** A clip whose container lists the very streams that were chosen. */
export function clipOf({ picture: p, sound: s, media }: ClipChanges = {}): Media {
  const picture = { ...conformingPicture, ...p };
  const sound = s === null ? null : { ...conformingSound, ...s };
  const sounds = sound === null ? [] : [sound];
  const container = { ...conformingContainer, pictures: [picture], sounds, ...media };
  return { type: 'video', label: 'MP4', media: container, picture, sound };
}

export interface RecordingChanges {
  readonly sound?: Partial<SoundStream>;
  readonly media?: Partial<MediaProbe>;
}

export function recordingOf({ sound: s, media }: RecordingChanges = {}): Media {
  const sound = { ...conformingSound, codec: 'mp3', profile: null, index: 0, tags: {}, ...s };
  const container = {
    ...conformingContainer,
    ...{ demuxer: 'mp3', pictures: [], sounds: [sound], tags: { title: 'A', artist: 'B' } },
    ...{ layout: null, bytes: 320_000, ...media },
  };
  return { type: 'audio', label: 'MP3', media: container, sound };
}
