import type { MediaProbe, SoundStream } from '../inspect/probe-media.js';
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
  /** Read and write no further than this, so that the result as ffprobe reads it still fits. */
  readonly cutSeconds: number;
  /** How long the result should be; null where the source does not say. */
  readonly expectedSeconds: number | null;
  readonly title: string | null;
  readonly artist: string | null;
}

export interface CopySound {
  readonly action: 'copy';
  /** Number of the stream in the source, and its codec: no other decoder is to run. */
  readonly index: number;
  readonly codec: string;
}

export interface EncodeSound {
  readonly action: 'encode';
  readonly index: number;
  readonly codec: string;
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
): AudioPlan {
  const { media, sound } = seen;
  const faults = faultsOf(AUDIO_RULES, seen, settings);
  const mustEncode = because.length > 0 || faults.some(({ remedy }) => remedy === 'encode-sound');
  const target = encodeSound(sound, settings);
  const packetSeconds = MP3_PACKET_SAMPLES / target.sampleRateHz;
  const cutSeconds = settings.maxDurationSeconds - MP3_SPARE_PACKETS * packetSeconds;
  return {
    kind: 'audio',
    action: mustEncode ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...because],
    demuxer: media.demuxer,
    sound: mustEncode ? target : { action: 'copy', index: sound.index, codec: sound.codec },
    cutSeconds,
    expectedSeconds:
      media.durationSeconds === null ? null : Math.min(media.durationSeconds, cutSeconds),
    title: media.tags['title'] ?? sound.tags['title'] ?? null,
    artist: media.tags['artist'] ?? sound.tags['artist'] ?? null,
  };
}

/** The nearest form of a sound that a status takes: its own rate and channels where they fit. */
export function encodeSound(sound: SoundStream, settings: Settings): EncodeSound {
  const [fallback = 44_100] = SAMPLE_RATES_HZ;
  const kin = SAMPLE_RATES_HZ.find((rate) => sound.sampleRateHz % rate === 0);
  return {
    action: 'encode',
    index: sound.index,
    codec: sound.codec,
    sampleRateHz: kin ?? (sound.sampleRateHz % 8000 === 0 ? 48_000 : fallback),
    channels: Math.min(sound.channels, MAX_CHANNELS),
    bitrateKbps: settings.audioBitrateKbps,
  };
}
