import type { Media } from '../../src/inspect/inspection.js';
import type { SoundStream } from '../../src/inspect/read-streams.js';

/** Whether a file keeps the contract already, by what inspect saw of it; default settings. */
export function keepsContract(media: Media): boolean {
  switch (media.type) {
    case 'image':
      return keepsImage(media);
    case 'audio':
      return keepsAudio(media);
    case 'video':
      return keepsVideo(media);
  }
}

type Of<Type extends Media['type']> = Extract<Media, { readonly type: Type }>;

function keepsImage({ image }: Of<'image'>): boolean {
  const turned = image.orientation >= 5;
  const width = turned ? image.height : image.width;
  const height = turned ? image.width : image.height;
  return (
    image.format === 'jpeg' &&
    image.orientation === 1 &&
    width % 9 === 0 &&
    height === (width / 9) * 16 &&
    width >= 360 &&
    width <= 1080 &&
    image.space === 'srgb' &&
    image.channels === 3 &&
    image.bitDepth === 8 &&
    !image.hasAlpha &&
    image.profile !== 'other' &&
    image.metadata.length === 0 &&
    image.trailingBytes === 0 &&
    image.bytes <= 5_000_000
  );
}

function keepsAudio({ media, sound }: Of<'audio'>): boolean {
  const tags = [...Object.keys(media.tags), ...Object.keys(sound.tags)];
  return (
    sound.codec === 'mp3' &&
    media.demuxer === 'mp3' &&
    keepsSound(sound) &&
    (media.durationSeconds ?? Infinity) <= 60 &&
    media.bytes <= 16_000_000 &&
    media.pictures.length === 0 &&
    media.sounds.length === 1 &&
    media.others.length === 0 &&
    media.chapters === 0 &&
    tags.every((name) => ['title', 'artist', 'encoder'].includes(name))
  );
}

function keepsVideo({ media, picture, sound }: Of<'video'>): boolean {
  const { width, height, averageFrameRate: rate, baseFrameRate: base } = picture;
  const colours = [picture.primaries, picture.transfer, picture.matrix];
  return (
    picture.codec === 'h264' &&
    ['Main', 'Baseline', 'Constrained Baseline'].includes(picture.profile ?? '') &&
    (picture.level ?? Infinity) <= 31 &&
    !picture.hasBFrames &&
    picture.pixelFormat === 'yuv420p' &&
    picture.range !== 'pc' &&
    colours.every((colour) => colour === null || colour === 'bt709') &&
    width % 2 === 0 &&
    height % 2 === 0 &&
    Math.max(width, height) <= 1280 &&
    Math.min(width, height) <= 720 &&
    picture.sampleAspect === 1 &&
    picture.rotationDegrees === 0 &&
    picture.interlaced !== true &&
    !picture.mirrored &&
    !picture.hasAlpha &&
    !picture.hasDisplayMatrix &&
    picture.sideData.length === 0 &&
    rate !== null &&
    base !== null &&
    rate <= 30.02 &&
    Math.abs(rate - base) <= base / 100 &&
    sound !== null &&
    sound.codec === 'aac' &&
    sound.profile === 'LC' &&
    keepsSound(sound) &&
    (media.durationSeconds ?? Infinity) <= 60 &&
    media.bytes <= 16_000_000 &&
    media.demuxer === 'mov' &&
    media.layout === 'moov-first' &&
    media.pictures.length === 1 &&
    media.sounds.length === 1 &&
    media.others.length === 0 &&
    media.chapters === 0 &&
    !('location' in media.tags)
  );
}

function keepsSound({ sampleRateHz, channels }: SoundStream): boolean {
  return (sampleRateHz === 44_100 || sampleRateHz === 48_000) && channels <= 2;
}
