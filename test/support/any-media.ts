import * as fc from 'fast-check';
import type { Media } from '../../src/inspect/inspection.js';
import type { ImageLook } from '../../src/inspect/look-at-image.js';
import type { Saliency } from '../../src/inspect/measure-saliency.js';
import {
  clipOf,
  conformingImage,
  conformingPicture,
  conformingSound,
  imageOf,
  recordingOf,
} from './probes.js';

// Files of every sort, the half of each fact as it should be: whole nonsense is never kept.

const anySpot = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
});

const anySaliency: fc.Arbitrary<Saliency> = fc
  .record({ columns: fc.integer({ min: 1, max: 9 }), rows: fc.integer({ min: 1, max: 9 }) })
  .chain(({ columns, rows }) => {
    const cells = { minLength: columns * rows, maxLength: columns * rows };
    return fc.record({
      columns: fc.constant(columns),
      rows: fc.constant(rows),
      saliency: fc.array(fc.oneof(fc.constant(0), fc.nat(999)), cells),
      ground: fc.constantFrom('plain', 'scene'),
    });
  });

const anyLook: fc.Arbitrary<ImageLook> = fc.record({
  found: fc.option(fc.record({ by: fc.constantFrom('attention', 'entropy'), spot: anySpot })),
  saliency: fc.option(anySaliency),
});

export const anyImage: fc.Arbitrary<Media> = fc
  .record(
    {
      format: mostly('jpeg', 'png', 'webp', 'heif', 'tiff', 'gif', 'jp2k'),
      bytes: fc.integer({ min: 1, max: 200_000_000 }),
      orientation: mostly(1, 2, 3, 4, 5, 6, 7, 8),
      pages: mostly(1, 2, 300),
      compression: mostly(null, 'av1', 'hevc'),
      space: mostly('srgb', 'cmyk', 'b-w', 'rgb16', 'grey16', 'lab'),
      channels: mostly(3, 1, 2, 4, 5),
      bitDepth: mostly(8, 16, 32),
      hasAlpha: mostly(false, true),
      profile: fc.constantFrom('none', 'srgb', 'other'),
      metadata: mostly<readonly string[]>([], ['EXIF'], ['XMP', 'IPTC']),
      truncated: mostly(false, true),
      trailingBytes: mostly(0, 1, 5_000_000),
      look: fc.option(anyLook),
    },
    { requiredKeys: [] },
  )
  .chain((facts) =>
    fc
      .oneof(
        fc.integer({ min: 30, max: 130 }).map((k) => ({ width: 9 * k, height: 16 * k })),
        fc.record({ width: side(30_000), height: side(30_000) }),
      )
      .map((size) => imageOf({ ...conformingImage, ...facts, ...size })),
  );

const anySound = fc.record(
  {
    codec: fc.constantFrom('aac', 'mp3', 'opus', 'ac3', 'pcm_s16le', 'vorbis'),
    profile: mostly<string | null>('LC', 'HE-AAC', null),
    sampleRateHz: fc.oneof(
      fc.constantFrom(44_100, 48_000),
      fc.constantFrom(8000, 11_025, 22_050, 88_200, 96_000),
      fc.integer({ min: 1, max: 768_000 }),
    ),
    channels: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 1, max: 64 })),
    bitrateKbps: mostly<number | null>(128, null, 8, 320, 576, 1_000_000),
  },
  { requiredKeys: [] },
);

const anyContainer = fc.record(
  {
    bytes: fc.oneof(fc.integer({ min: 1, max: 16_000_000 }), fc.nat()),
    durationSeconds: fc.oneof(
      fc.double({ min: 0.01, max: 70, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constant(null),
    ),
    others: mostly<readonly string[]>([], ['data'], ['subtitle', 'attachment']),
    chapters: mostly(0, 1, 40),
  },
  { requiredKeys: [] },
);

export const anyRecording: fc.Arbitrary<Media> = fc
  .record({
    sound: anySound,
    container: anyContainer,
    demuxer: mostly('mp3', 'ogg', 'wav', 'mov'),
    tags: mostly({}, { title: 'A', artist: 'B' }, { album: 'C' }),
    pictures: mostly([], [{ ...conformingPicture, isCover: true }]),
  })
  .map(({ sound: given, container, ...media }) => {
    const sound = { ...conformingSound, codec: 'mp3', ...given, tags: {} };
    return recordingOf({ sound, media: { ...container, ...media, sounds: [sound] } });
  });

/** Constant or not, from slide shows to slow motion. */
const anyRate = fc.oneof(
  fc
    .constantFrom(25, 30, 30_000 / 1001, 24_000 / 1001, 60, 50, 240, 1, 2, 5)
    .map((rate) => ({ averageFrameRate: rate, baseFrameRate: rate })),
  fc
    .double({ min: 0.2, max: 1000, noNaN: true })
    .map((rate) => ({ averageFrameRate: rate, baseFrameRate: rate })),
  fc.record({
    averageFrameRate: fc.option(fc.double({ min: 0.001, max: 1000, noNaN: true })),
    baseFrameRate: fc.option(fc.double({ min: 0.001, max: 90_000, noNaN: true })),
  }),
);

const anyPicture = fc.record(
  {
    codec: mostly('h264', 'hevc', 'vp9', 'mjpeg'),
    profile: mostly<string | null>('Main', 'High', 'Constrained Baseline', null),
    level: mostly<number | null>(31, 30, 40, null),
    pixelFormat: mostly<string | null>('yuv420p', 'yuvj420p', 'yuv444p', null),
    sampleAspect: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 100, noNaN: true })),
    rotationDegrees: mostly(0, 90, 180, 270),
    hasDisplayMatrix: mostly(false, true),
    hasBFrames: mostly(false, true),
    interlaced: mostly(false, true),
    primaries: mostly<string | null>('bt709', null, 'bt2020'),
    transfer: mostly<string | null>('bt709', null, 'smpte2084', 'arib-std-b67'),
    range: mostly<string | null>('tv', null, 'pc'),
    sideData: mostly<readonly string[]>([], ['Mastering display metadata', 'Stereo 3D']),
  },
  { requiredKeys: [] },
);

export const anyClip: fc.Arbitrary<Media> = fc
  .record({
    picture: anyPicture,
    rate: anyRate,
    size: fc.oneof(
      fc.constant({ width: 720, height: 1280 }),
      fc.record({ width: side(9000), height: side(9000) }),
    ),
    sound: fc.option(anySound, { freq: 4 }),
    container: anyContainer,
    layout: mostly<'moov-first' | 'moov-last' | 'fragmented' | 'ragged' | null>(
      ...(['moov-first', 'moov-last', 'fragmented', 'ragged', null] as const),
    ),
    demuxer: mostly('mov', 'matroska', 'avi'),
    furtherSounds: mostly(0, 1, 5),
    furtherPictures: mostly(0, 1, 2),
    tags: mostly({ major_brand: 'isom' }, { major_brand: 'isom', location: '+52+013/' }),
  })
  .map(({ picture, rate, size, sound, container, furtherSounds, furtherPictures, ...media }) => {
    const clip = clipOf({
      picture: { ...picture, ...rate, ...size },
      sound,
      media: { ...container, ...media },
    });
    if (clip.type !== 'video') return clip;
    const { pictures, sounds } = clip.media;
    return {
      ...clip,
      media: {
        ...clip.media,
        pictures: [...pictures, ...Array.from({ length: furtherPictures }, () => clip.picture)],
        sounds: [...sounds, ...Array.from({ length: furtherSounds }, furtherSound)],
      },
    };
  });

function furtherSound(_: unknown, number: number) {
  return { ...conformingSound, index: 10 + number };
}

/** The first value, as often as not. */
function mostly<Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 8 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

function side(max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max }));
}
