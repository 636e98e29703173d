import type { MediaProbe, SoundStream } from '../inspect/probe-media.js';
import { MAX_CHANNELS, SAMPLE_RATES_HZ } from '../limits.js';
import { round, type Rule } from './rules.js';

/** What the rules for sound look at. */
export interface AudioSeen {
  readonly media: MediaProbe;
  readonly sound: SoundStream;
}

/** Tags that may stay: the two that people see, and the encoder's own mark. */
const ALLOWED_TAGS: readonly string[] = ['title', 'artist', 'encoder'];

/** What a sound file must be. */
export const AUDIO_RULES: readonly Rule<AudioSeen>[] = [
  {
    remedy: 'encode-sound',
    broken: ({ sound }) => (sound.codec === 'mp3' ? null : `its sound is ${sound.codec}, not MP3`),
  },
  {
    remedy: 'encode-sound',
    broken: ({ sound }) => brokenSampleRate(sound),
  },
  {
    remedy: 'encode-sound',
    broken: ({ sound }) => brokenChannels(sound),
  },
  {
    remedy: 'encode-sound',
    broken: ({ media }, { audioMaxBytes, maxDurationSeconds }) =>
      bytesAfterCut(media, maxDurationSeconds) > audioMaxBytes
        ? `${media.bytes} bytes are more than ${audioMaxBytes}`
        : null,
  },
  {
    remedy: 'remux',
    broken: ({ media }) =>
      media.demuxer === 'mp3' ? null : `its container is ${media.demuxer}, not MP3`,
  },
  {
    remedy: 'remux',
    broken: ({ media }, { maxDurationSeconds }) => brokenDuration(media, maxDurationSeconds),
  },
  {
    remedy: 'remux',
    broken: ({ media }) => (media.pictures.length === 0 ? null : 'it carries cover art'),
  },
  {
    remedy: 'remux',
    broken: ({ media }) =>
      media.sounds.length === 1 && media.others.length === 0 ? null : 'it carries further streams',
  },
  {
    remedy: 'remux',
    broken: ({ media }) => (media.chapters === 0 ? null : `it carries ${media.chapters} chapters`),
  },
  {
    remedy: 'remux',
    // Another container keeps its own marks as tags; they go with it.
    broken: ({ media, sound }) =>
      media.demuxer === 'mp3' ? brokenTags([media.tags, sound.tags], ALLOWED_TAGS) : null,
  },
];

export function brokenSampleRate({ sampleRateHz }: SoundStream): string | null {
  return SAMPLE_RATES_HZ.includes(sampleRateHz)
    ? null
    : `its sound has ${sampleRateHz} Hz, not 44100 or 48000`;
}

export function brokenChannels({ channels }: SoundStream): string | null {
  return channels <= MAX_CHANNELS ? null : `its sound has ${channels} channels, more than 2`;
}

export function brokenDuration(media: MediaProbe, maxSeconds: number): string | null {
  const { durationSeconds } = media;
  if (durationSeconds === null) return 'its length is not known';
  return durationSeconds <= maxSeconds
    ? null
    : `${round(durationSeconds)} s is longer than ${maxSeconds} s`;
}

/** Bytes that are left when what is too long is cut by copying: in proportion. */
export function bytesAfterCut(media: MediaProbe, maxSeconds: number): number {
  const { bytes, durationSeconds } = media;
  return durationSeconds === null || durationSeconds <= maxSeconds
    ? bytes
    : (bytes * maxSeconds) / durationSeconds;
}

export function brokenTags(
  tags: readonly Readonly<Record<string, string>>[],
  allowed: readonly string[],
): string | null {
  const names = new Set(tags.flatMap(Object.keys).filter((name) => !allowed.includes(name)));
  if (names.size === 0) return null;
  const shown = [...names].slice(0, 3).join(', ');
  return `it carries metadata (${shown}${names.size > 3 ? ', …' : ''})`;
}
