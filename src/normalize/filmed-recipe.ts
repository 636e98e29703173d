import {
  STANDARD_INPUT,
  type Recipe,
  type RecipeInput,
  type RecipeStream,
} from '../ffmpeg/run-ffmpeg.js';
import type { EncodePicture, VideoPlan } from '../plan/plan-video.js';
import { encodeH264, MAX_THREADS } from './h264.js';
import { leaveFrames, type FilmedPlan } from './leave-frames.js';
import type { FrameSinks, NormalizeOptions } from './normalize-options.js';
import { pictureFilters } from './picture-filters.js';
import { readOptions, writeOptions } from './place-options.js';
import { WITHOUT_METADATA } from './without-metadata.js';

/** A stream as it is. */
export const COPY: RecipeStream = { codec: 'copy', filters: [], options: [] };

/** The silent track of videos without sound. */
export const SILENCE = { sampleRateHz: 48_000, channels: 2, bitrateKbps: 128 } as const;

/**
 * The run that makes an MP4 of a filmed clip.
 * @param audio how its sound is made; null where it has none
 * @param sinks where frames of it are left; null: nowhere
 */
export function filmedRecipe(
  path: string,
  plan: FilmedPlan,
  audio: RecipeStream | null,
  outputPath: string,
  sinks: FrameSinks | null,
  { threads: cores = 1 }: NormalizeOptions,
): Recipe {
  const { picture, sound } = plan;
  const threads = Math.min(cores, MAX_THREADS);
  const silent = sound.action === 'silence' ? [silence(plan)] : [];
  const inputs = [pictureInput(path, plan, threads), ...silent];
  const isAnimated = picture.action === 'encode' && picture.rounds !== null;
  return {
    ...(picture.action === 'copy' ? { inputs } : drawPicture(inputs, plan, picture, sinks)),
    maps: [
      picture.action === 'copy' ? `0:${picture.index}` : '[picture]',
      ...('index' in sound ? [`0:${sound.index}`] : []),
      ...silent.map(() => '1:a'),
    ],
    video: picture.action === 'copy' ? COPY : encodeH264(picture, cores),
    audio,
    options: [
      // The graph gives frames at a constant rate. ffmpeg, which would make them so once more, goes
      // by the durations that they had in the source and doubles some.
      ...(picture.action === 'copy' ? [] : ['-vsync', 'passthrough']),
      ...writeOptions(plan),
      ...WITHOUT_METADATA,
      ...['-movflags', '+faststart', '-max_muxing_queue_size', '4096'],
      // The source may be shorter than it says; silence must not outlast the picture. Of an
      // animation the length is known, and its rounds come faster than silence keeps up with.
      ...(sound.action === 'silence' && !isAnimated ? ['-shortest'] : []),
    ],
    format: 'mp4',
    outputPath,
  };
}

/**
 * Turning is done here: ffmpeg's own knows no mirrors before 5.0. It leaves the display matrix
 * behind, one that only moves the picture as well, unless told not to turn, and then passes it on,
 * except from a graph of several inputs.
 */
function drawPicture(
  inputs: readonly RecipeInput[],
  plan: VideoPlan,
  picture: EncodePicture,
  sinks: FrameSinks | null,
): Pick<Recipe, 'inputs' | 'graph' | 'frames' | 'frameSeconds'> {
  const { frames: perSeconds, seconds } = picture.frameRate;
  const drawn = `[0:${picture.index}]${pictureFilters(picture, plan).join(',')}`;
  const { graph, frames } =
    sinks === null
      ? { graph: `${drawn}[picture]`, frames: [] }
      : leaveFrames(plan, picture, drawn, sinks);
  return {
    inputs: [...inputs, NOTHING],
    graph: `${graph};[${inputs.length}:v]nullsink`,
    ...{ frames, frameSeconds: seconds / perSeconds },
  };
}

const NOTHING: RecipeInput = { source: 'color=s=16x16:r=1:d=1', demuxer: 'lavfi', options: [] };

function pictureInput(path: string, plan: FilmedPlan, threads: number): RecipeInput {
  const { picture, sound, demuxer } = plan;
  const isCopy = picture.action === 'copy' || sound.action === 'copy';
  const limits = ['-threads', String(threads), ...readOptions(plan, { isCopy })];
  const codecs = [picture.codec, ...('codec' in sound ? [sound.codec] : [])];
  if (picture.action === 'copy') return { source: path, demuxer, codecs, options: limits };
  if (picture.rounds?.source.reader === 'sharp') {
    const { width, height, frameRate } = picture;
    const raw = [
      ...['-pixel_format', 'rgba', '-video_size', `${width}x${height}`],
      ...['-framerate', `${frameRate.frames}/${frameRate.seconds}`],
    ];
    return { source: STANDARD_INPUT, demuxer: 'rawvideo', options: [...raw, ...limits] };
  }
  const decoder = picture.decoder === null ? [] : [`-c:${picture.index}`, picture.decoder];
  // Where the size of its frames changes, as in recordings of calls, one graph makes all of them fit:
  // a new one would count frames anew. Only bwdif cannot take it, and no filter for sound.
  const whole = picture.deinterlace ? [] : [`-reinit_filter:${picture.index}`, '0'];
  const options = [...decoder, '-noautorotate', ...whole, ...limits];
  return { source: path, demuxer, codecs, options };
}

function silence({ leadSeconds, cutSeconds }: VideoPlan): RecipeInput {
  return {
    source: `anullsrc=channel_layout=stereo:sample_rate=${SILENCE.sampleRateHz}`,
    demuxer: 'lavfi',
    options: ['-t', (leadSeconds + cutSeconds).toFixed(6)],
  };
}
