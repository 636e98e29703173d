import type { Media } from './inspection.js';

/** What a file is, in words: its format, its streams, its size, its length. */
export function describeMedia(media: Media): string {
  if (media.type === 'image') {
    const { width, height } = media.image;
    return `${media.label}, ${width}×${height}`;
  }
  const { durationSeconds } = media.media;
  const parts = [
    media.label,
    ...(media.type === 'video'
      ? [`${media.picture.codec} ${media.picture.width}×${media.picture.height}`]
      : []),
    media.sound === null ? 'no sound' : media.sound.codec,
    durationSeconds === null ? 'of unknown length' : `${Math.round(durationSeconds * 10) / 10} s`,
  ];
  return parts.join(', ');
}
