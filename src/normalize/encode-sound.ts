import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { RecipeInput, RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { EncodeSound } from '../plan/plan-sound.js';
import { matchLoudness } from './match-loudness.js';
import type { NormalizeOptions } from './normalize-options.js';

/** A sound that is to be encoded. */
export interface Encoding {
  readonly codec: 'libmp3lame' | 'aac';
  /** What of the source will be heard. */
  readonly input: RecipeInput;
  readonly sound: EncodeSound;
  /** Absolute path for a file that is gone again afterwards. */
  readonly scratchPath: string;
}

/**
 * How a sound becomes what the plan wants; where its loudness is to be changed, the very part that
 * is used is measured first.
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function encodeTo(
  ffmpeg: Ffmpeg,
  { codec, input, sound, scratchPath }: Encoding,
  options: NormalizeOptions,
): Promise<RecipeStream> {
  const { index, loudness, fadeOut } = sound;
  const plain = { codec, filters: mixFilters(sound), options: shapeOptions(sound) };
  const { filters } =
    loudness === null
      ? plain
      : await matchLoudness(ffmpeg, { input, index, plain, scratchPath }, loudness, options);
  const fade =
    fadeOut === null
      ? []
      : [`afade=t=out:st=${fadeOut.startSeconds.toFixed(3)}:d=${fadeOut.seconds.toFixed(3)}`];
  return { ...plain, filters: [...filters, ...fade] };
}

/** Rate, channels and bit rate of an encoded sound. */
export function shapeOptions(
  sound: Pick<EncodeSound, 'sampleRateHz' | 'channels' | 'bitrateKbps'>,
): readonly string[] {
  return [
    ...['-ar', String(sound.sampleRateHz), '-ac', String(sound.channels)],
    ...['-b:a', `${sound.bitrateKbps}k`],
  ];
}

/**
 * Mixed in floating point, where the sum of all channels may pass full scale, then held below it:
 * a sum of integers would be made quieter by 7.6 dB for 5.1, whatever is in it.
 */
function mixFilters(sound: EncodeSound): readonly string[] {
  const { overlaps, limitPeaks, channels, channelsOfSource } = sound;
  // Half of a packet and more is dropped; less is what clocks are rounded by.
  const once = overlaps ? ['aresample=async=1:min_hard_comp=0.01'] : [];
  if (!limitPeaks) return once;
  return [
    ...once,
    'aformat=sample_fmts=fltp',
    ...foldChannels(channelsOfSource),
    `aformat=channel_layouts=${channels === 1 ? 'mono' : 'stereo'}`,
    'alimiter=limit=0.9:attack=5:release=50:level=disabled',
  ];
}

/** ffmpeg knows where up to so many stand; of most larger numbers it does not, and fails. */
const NAMED_CHANNELS_MAX = 8;

/**
 * What makes two channels of those that ffmpeg does not know the places of: the first, third, … on
 * the left, the others on the right, each with the same share.
 */
export function foldChannels(count: number): readonly string[] {
  if (count <= NAMED_CHANNELS_MAX) return [];
  const all = Array.from({ length: count }, (_, channel) => channel);
  const side = (rest: number) =>
    all.filter((channel) => channel % 2 === rest).map((channel) => `c${channel}`);
  return [`pan=stereo|c0<${side(0).join('+')}|c1<${side(1).join('+')}`];
}
