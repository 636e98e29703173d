import type { MediaProbe } from '../inspect/probe-media.js';
import type { SoundStream } from '../inspect/read-streams.js';
import type { Part } from '../job.js';
import type { Settings } from '../settings.js';
import { AUDIO_RULES } from './audio-rules.js';
import { mp3Kbps } from './bitrate-ceiling.js';
import {
  encodeSound,
  outputRateHz,
  soundWishes,
  type CopySound,
  type EncodeSound,
} from './plan-sound.js';
import { placeOf, type Place } from './place.js';
import { faultsOf } from './rules.js';

/** How a recording becomes an MP3. */
export interface AudioPlan extends Place {
  readonly kind: 'audio';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  readonly demuxer: string;
  readonly sound: CopySound | EncodeSound;
  /** How long the result should be; null where the source does not say. */
  readonly expectedSeconds: number | null;
  readonly title: string | null;
  readonly artist: string | null;
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
  const must = [...soundWishes(media, settings), ...because];
  const mustEncode = must.length > 0 || faults.some(({ remedy }) => remedy === 'encode-sound');
  const outputHz = outputRateHz(sound);
  const cut = mustEncode ? cutForEncoding(outputHz, settings) : cutForCopying(seen, settings);
  const cutSeconds = part.seconds ?? cut;
  const place = { ...placeOf(part, 1 / outputHz), cutSeconds };
  return {
    kind: 'audio',
    action: mustEncode ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...must],
    demuxer: media.demuxer,
    sound: mustEncode
      ? {
          ...encodeSound(sound, media, place, settings),
          bitrateKbps: mp3Kbps(media.durationSeconds ?? Infinity, settings),
        }
      : { action: 'copy', index: sound.index, codec: sound.codec },
    ...place,
    expectedSeconds:
      media.durationSeconds === null ? null : Math.min(media.durationSeconds, cutSeconds),
    title: media.tags['title'] ?? sound.tags['title'] ?? null,
    artist: media.tags['artist'] ?? sound.tags['artist'] ?? null,
  };
}

function cutForEncoding(sampleRateHz: number, settings: Settings): number {
  const packetSeconds = MP3_PACKET_SAMPLES / sampleRateHz;
  return settings.maxDurationSeconds - MP3_SPARE_PACKETS * packetSeconds;
}

/**
 * What stands behind the last frame would be copied as if it were sound: ffmpeg copies one packet
 * more than it is told to, and the encoder's delay of 1105 samples may be added to all times.
 */
const PACKETS_BEFORE_END = 1.02;

function cutForCopying(
  { media, sound }: { readonly media: MediaProbe; readonly sound: SoundStream },
  settings: Settings,
): number {
  const packetSeconds = MP3_PACKET_SAMPLES / sound.sampleRateHz;
  const end =
    media.mp3 === null || media.mp3.bytesBehind === 0
      ? Infinity
      : Math.max(packetSeconds, media.mp3.seconds - PACKETS_BEFORE_END * packetSeconds);
  return Math.min(end, cutForEncoding(sound.sampleRateHz, settings));
}

/**
 * How long a part of a sound may be: whole packets, to which LAME adds just one for what it puts
 * before and behind them. Any other length makes it two.
 */
export function longestMp3Seconds(
  sound: SoundStream,
  { maxDurationSeconds }: Settings,
): { readonly unitSeconds: number; readonly longestSeconds: number } {
  const unitSeconds = MP3_PACKET_SAMPLES / outputRateHz(sound);
  const packets = Math.floor(maxDurationSeconds / unitSeconds) - 1;
  return { unitSeconds, longestSeconds: packets * unitSeconds };
}
