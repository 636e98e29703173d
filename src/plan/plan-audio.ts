import type { MediaProbe, SoundStream } from '../inspect/probe-media.js';
import type { Part } from '../job.js';
import { MAX_CHANNELS, SAMPLE_RATES_HZ } from '../limits.js';
import type { Settings } from '../settings.js';
import { AUDIO_RULES } from './audio-rules.js';
import { faultsOf } from './rules.js';

/** How a recording becomes an MP3. */
export interface AudioPlan {
  readonly kind: 'audio';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  readonly demuxer: string;
  readonly sound: CopySound | EncodeSound;
  /** Where it begins in the source. */
  readonly startSeconds: number;
  /** Decoded before that and dropped: a seek may land behind it, and decoders need a run-up. */
  readonly leadSeconds: number;
  /** Read and write no further than this, so that the result as ffprobe reads it still fits. */
  readonly cutSeconds: number;
  /** How long the result should be; null where the source does not say. */
  readonly expectedSeconds: number | null;
  readonly title: string | null;
  readonly artist: string | null;
}

export interface CopySound {
  readonly action: 'copy';
  /** Number of the stream in the source. */
  readonly index: number;
}

export interface EncodeSound {
  readonly action: 'encode';
  readonly index: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitrateKbps: number;
}

const MP3_PACKET_SAMPLES = 1152;
/** The encoder's delay and the last, padded packet make two; one more is met before the cut. */
const MP3_SPARE_PACKETS = 3;

/** @param because faults of a copy that was tried: encode, whatever the rules say of the source */
export function planAudio(
  seen: { readonly media: MediaProbe; readonly sound: SoundStream; readonly label: string },
  settings: Settings,
  because: readonly string[],
  part: Part,
): AudioPlan {
  const { media, sound } = seen;
  const faults = faultsOf(AUDIO_RULES, seen, settings);
  const mustEncode = because.length > 0 || faults.some(({ remedy }) => remedy === 'encode-sound');
  const target = encodeSound(sound, settings);
  const packetSeconds = MP3_PACKET_SAMPLES / target.sampleRateHz;
  const cutSeconds =
    part.seconds ?? settings.maxDurationSeconds - MP3_SPARE_PACKETS * packetSeconds;
  return {
    kind: 'audio',
    action: mustEncode ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...because],
    demuxer: media.demuxer,
    sound: mustEncode ? target : { action: 'copy', index: sound.index },
    ...placeOf(part, 1 / target.sampleRateHz),
    cutSeconds,
    expectedSeconds:
      media.durationSeconds === null ? null : Math.min(media.durationSeconds, cutSeconds),
    title: media.tags['title'] ?? sound.tags['title'] ?? null,
    artist: media.tags['artist'] ?? sound.tags['artist'] ?? null,
  };
}

/** Key frames are seldom farther apart than 10 s. */
const LEAD_SECONDS = 12;

/** Where decoding begins and what of it is dropped; the lead is a whole number of units. */
export function placeOf(
  { startSeconds }: Part,
  unitSeconds: number,
): { readonly startSeconds: number; readonly leadSeconds: number } {
  const units = Math.floor(Math.min(startSeconds, LEAD_SECONDS) / unitSeconds + 0.001);
  return { startSeconds, leadSeconds: units * unitSeconds };
}

/**
 * How long a part of a sound may be: whole packets, to which LAME adds just one for what it puts
 * before and behind them. Any other length makes it two.
 */
export function longestMp3Seconds(
  sound: SoundStream,
  settings: Settings,
): { readonly unitSeconds: number; readonly longestSeconds: number } {
  const { sampleRateHz } = encodeSound(sound, settings);
  const unitSeconds = MP3_PACKET_SAMPLES / sampleRateHz;
  const packets = Math.floor(settings.maxDurationSeconds / unitSeconds) - 1;
  return { unitSeconds, longestSeconds: packets * unitSeconds };
}

/** The nearest form of a sound that a status takes: its own rate and channels where they fit. */
export function encodeSound(sound: SoundStream, settings: Settings): EncodeSound {
  const [fallback = 44_100] = SAMPLE_RATES_HZ;
  const kin = SAMPLE_RATES_HZ.find((rate) => sound.sampleRateHz % rate === 0);
  return {
    action: 'encode',
    index: sound.index,
    sampleRateHz: kin ?? (sound.sampleRateHz % 8000 === 0 ? 48_000 : fallback),
    channels: Math.min(sound.channels, MAX_CHANNELS),
    bitrateKbps: settings.audioBitrateKbps,
  };
}
