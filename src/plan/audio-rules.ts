import type { MediaProbe } from '../inspect/probe-media.js';
import type { SoundStream } from '../inspect/read-streams.js';
import { MAX_CHANNELS, SAMPLE_RATES_HZ } from '../limits.js';
import { countBytes, round, type Rule } from './rules.js';

/** What the rules for sound look at. */
export interface AudioSeen {
  readonly media: MediaProbe;
  readonly sound: SoundStream;
}

/** Tags that may stay: the two that people see, and the encoder's own mark. */
const ALLOWED_TAGS: readonly string[] = ['title', 'artist', 'encoder'];

/** The same as frames of ID3v2, of version 2.2 and later. */
const ALLOWED_TAG_FRAMES: readonly string[] = [
  ...['TIT2', 'TPE1', 'TSSE', 'TENC'],
  ...['TT2', 'TP1', 'TSS', 'TEN'],
];

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
    broken: ({ media: { mp3, durationSeconds } }) =>
      mp3 === null || mp3.misjudgedSeconds === null
        ? null
        : `it seems to last ${round(mp3.misjudgedSeconds)} s and lasts ${round(durationSeconds ?? 0)} s`,
  },
  {
    remedy: 'remux',
    broken: ({ media: { mp3 } }) =>
      mp3 === null || mp3.bytesBefore === 0
        ? null
        : `it carries ${mp3.bytesBefore} bytes before its sound`,
  },
  {
    remedy: 'remux',
    broken: ({ media: { mp3 } }) =>
      mp3 === null || mp3.bytesBehind === 0
        ? null
        : `it carries ${countBytes(mp3.bytesBehind)} behind its sound, as older tags do`,
  },
  {
    remedy: 'remux',
    // Another container keeps its own marks as tags; they go with it.
    broken: ({ media, sound }) =>
      media.demuxer === 'mp3'
        ? (brokenTags([media.tags, sound.tags], ALLOWED_TAGS) ?? brokenTagFrames(media))
        : null,
  },
];

/** ffprobe shows no pictures of unknown types, and no frames that it has no name for. */
function brokenTagFrames(media: MediaProbe): string | null {
  const shown = new Set(media.pictures.length > 0 ? ['APIC', 'PIC'] : []);
  const names = (media.mp3?.tagFrames ?? []).filter((name) => !shown.has(name));
  return brokenTags([Object.fromEntries(names.map((name) => [name, '']))], ALLOWED_TAG_FRAMES);
}

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
