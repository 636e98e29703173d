import type { Media } from '../inspect/inspection.js';
import type { MediaProbe } from '../inspect/probe-media.js';
import type { SoundStream } from '../inspect/read-streams.js';
import { MAX_CHANNELS, SAMPLE_RATES_HZ } from '../limits.js';
import type { Settings } from '../settings.js';
import type { Place } from './place.js';

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
  /** Channels that are mixed, and samples that may be over full scale, may come out too loud. */
  readonly limitPeaks: boolean;
  /** Its packets overlap: what is there twice has to be dropped, or the sound lasts for longer. */
  readonly overlaps: boolean;
  /** Channels of the source. */
  readonly channelsOfSource: number;
  /** Null: as loud as it is. */
  readonly loudness: Loudness | null;
  /** Null: no fade-out. */
  readonly fadeOut: FadeOut | null;
}

/** Where EBU R 128 is to measure the result. */
export interface Loudness {
  readonly integratedLufs: number;
  readonly truePeakDb: number;
  readonly rangeLu: number;
}

export interface FadeOut {
  /** Where it begins, in seconds from where decoding begins. */
  readonly startSeconds: number;
  readonly seconds: number;
}

/** What streaming services and podcasts aim at; broadcasts (-23 LUFS) are quiet beside it. */
const LOUDNESS: Loudness = { integratedLufs: -16, truePeakDb: -1.5, rangeLu: 11 };

const FADE_SECONDS = 2;

/** The nearest form of a sound that a status takes: its own rate and channels where they fit. */
export function encodeSound(
  sound: SoundStream,
  media: MediaProbe,
  { leadSeconds, cutSeconds }: Place,
  settings: Settings,
): EncodeSound {
  return {
    action: 'encode',
    index: sound.index,
    codec: sound.codec,
    sampleRateHz: outputRateHz(sound),
    channels: Math.min(sound.channels, MAX_CHANNELS),
    bitrateKbps: settings.audioBitrateKbps,
    limitPeaks: sound.channels > MAX_CHANNELS || sound.codec.startsWith('pcm_f'),
    overlaps: (sound.overlapSeconds ?? 0) > 0,
    channelsOfSource: sound.channels,
    loudness: settings.loudness ? LOUDNESS : null,
    fadeOut: fades(media, settings) ? fadeBefore(leadSeconds, cutSeconds) : null,
  };
}

/** The rate that is kin to the sound's own. */
export function outputRateHz({ sampleRateHz }: SoundStream): number {
  const [fallback = 44_100] = SAMPLE_RATES_HZ;
  const kin = SAMPLE_RATES_HZ.find((rate) => sampleRateHz % rate === 0);
  return kin ?? (sampleRateHz % 8000 === 0 ? 48_000 : fallback);
}

/** What the settings want of a sound that only an encoder can do, in words. */
export function soundWishes(media: MediaProbe, settings: Settings): readonly string[] {
  return [
    ...(settings.loudness ? [`its sound is to be at ${LOUDNESS.integratedLufs} LUFS`] : []),
    ...(fades(media, settings) ? ['its sound is to fade out where it is cut'] : []),
  ];
}

/** Where the length is not known there may be a cut; a fade behind the end of a sound is none. */
function fades({ durationSeconds }: MediaProbe, settings: Settings): boolean {
  return settings.fade && (durationSeconds ?? Infinity) > settings.maxDurationSeconds;
}

function fadeBefore(leadSeconds: number, cutSeconds: number): FadeOut {
  const seconds = Math.min(FADE_SECONDS, cutSeconds / 2);
  return { startSeconds: leadSeconds + cutSeconds - seconds, seconds };
}

/** The file with the sound track that is wanted, and why it is that one. */
export interface Heard<Seen> {
  readonly seen: Seen;
  readonly reasons: readonly string[];
}

type WithSound = Extract<Media, { readonly type: 'audio' | 'video' }>;

/** Takes the track in the language that is wanted; without one the default track, as inspect did. */
export function chooseSound<Seen extends WithSound>(seen: Seen, settings: Settings): Heard<Seen> {
  const wanted = languageOf(settings.language);
  const { media, sound } = seen;
  if (wanted === null || sound === null) return { seen, reasons: [] };
  const tracks = media.sounds.filter(({ decodable }) => decodable);
  const isWanted = (track: SoundStream) => languageOf(track.tags['language']) === wanted;
  const found = isWanted(sound) ? sound : tracks.find(isWanted);
  if (found !== undefined) {
    const isFirst = found.index === media.sounds[0]?.index;
    const reasons = isFirst ? [] : [`the sound track in ${found.tags['language']} was taken`];
    return { seen: { ...seen, sound: found }, reasons };
  }
  const named = [
    ...new Set(
      tracks.flatMap(({ tags: { language = '' } }) =>
        languageOf(language) === null ? [] : [language],
      ),
    ),
  ];
  if (named.length === 0 && tracks.length === 1) return { seen, reasons: [] };
  const there = named.length === 0 ? 'none says its language' : `there is ${named.join(', ')}`;
  return { seen, reasons: [`no sound track is in ${settings.language}: ${there}`] };
}

/** ISO 639-1 for either code of ISO 639-2: `ger` and `deu` are `de`; null for none. */
function languageOf(tag = ''): string | null {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    const language = canonical?.split('-')[0] ?? 'und';
    return UNTOLD.includes(language) ? null : language;
  } catch {
    return null; // no code of a language, or none at all
  }
}

/** Undetermined, several, no speech, not coded. */
const UNTOLD: readonly string[] = ['und', 'mul', 'zxx', 'mis', ''];
