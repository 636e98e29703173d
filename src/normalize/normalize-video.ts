import { constants, copyFile, rm } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import {
  runFfmpeg,
  STANDARD_INPUT,
  type Recipe,
  type RecipeInput,
  type RecipeStream,
} from '../ffmpeg/run-ffmpeg.js';
import { probeMedia } from '../inspect/probe-media.js';
import type { EncodePicture, VideoPlan } from '../plan/plan-video.js';
import type { EncodeSound } from '../plan/plan-sound.js';
import { encodeTo, shapeOptions, type Encoding } from './encode-sound.js';
import { encodeToFit, type Measured } from './fit-bytes.js';
import { freeSideData } from './free-side-data.js';
import { drawingRecipe, withStill, type DrawnPlan } from './draw-video.js';
import { encodeH264, MAX_THREADS } from './h264.js';
import { leaveFrames, sinksOf, type FilmedPlan } from './leave-frames.js';
import type { FrameSinks, NormalizeOptions } from './normalize-options.js';
import { pictureFilters } from './picture-filters.js';
import { measureOptions, readOptions, writeOptions } from './place-options.js';
import { WITHOUT_METADATA } from './without-metadata.js';

const COPY: RecipeStream = { codec: 'copy', filters: [], options: [] };

/** The silent track of videos without sound. */
const SILENCE = { sampleRateHz: 48_000, channels: 2, bitrateKbps: 128 } as const;

/**
 * Carries out the plan for a clip. A result over the byte limit is encoded once more, lower.
 * @param path absolute path of the source
 * @param outputPath absolute path of the MP4
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function normalizeVideo(
  ffmpeg: Ffmpeg,
  path: string,
  plan: VideoPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  if (plan.action === 'keep') {
    await copyFile(path, outputPath, constants.COPYFILE_FICLONE);
    return;
  }
  const { picture, sound } = plan;
  if (picture.action !== 'draw') {
    await encodeFilmed(ffmpeg, path, { ...plan, picture }, outputPath, options);
  } else if (sound.action === 'encode') {
    await encodeDrawn(ffmpeg, path, { ...plan, picture, sound }, outputPath, options);
  }
  await freeSideData(outputPath);
}

async function encodeFilmed(
  ffmpeg: Ffmpeg,
  path: string,
  plan: FilmedPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  const audio = await audioOf(ffmpeg, path, plan, outputPath, options);
  const encode = (next: FilmedPlan) => encodeOnce(ffmpeg, path, next, audio, outputPath, options);
  const { picture } = plan;
  if (picture.action === 'copy') await encode(plan);
  else {
    const measure = () => measureOutput(ffmpeg, outputPath, options);
    await encodeToFit({ ...plan, picture }, outputPath, encode, measure);
  }
}

async function encodeDrawn(
  ffmpeg: Ffmpeg,
  path: string,
  plan: DrawnPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  const encoding = encodingOf(path, plan, plan.sound, outputPath);
  const audio = await encodeTo(ffmpeg, encoding, options);
  await withStill(ffmpeg, path, plan, `${outputPath}.png`, options, (still) => {
    const encode = (next: DrawnPlan) =>
      runFfmpeg(ffmpeg, drawingRecipe(path, next, audio, still, outputPath, options), options);
    return encodeToFit(plan, outputPath, encode, () => measureOutput(ffmpeg, outputPath, options));
  });
}

async function measureOutput(
  ffmpeg: Ffmpeg,
  path: string,
  { signal, timeoutMs }: NormalizeOptions,
): Promise<Measured> {
  const made = await probeMedia(ffmpeg, path, 'mov', { signal, timeoutMs });
  return { seconds: made.durationSeconds, soundKbps: made.sounds[0]?.bitrateKbps ?? null };
}

async function encodeOnce(
  ffmpeg: Ffmpeg,
  path: string,
  plan: FilmedPlan,
  audio: RecipeStream | null,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  const sinks = sinksOf(plan, options.sinks);
  // What an earlier try has left is not of this one, and ffmpeg writes over nothing.
  await clear(options.sinks);
  try {
    await runOnce(ffmpeg, path, plan, audio, outputPath, sinks, options);
  } catch (thrown) {
    if (sinks === null || !isAbout(thrown, sinks)) throw thrown;
    // No picture is worth a clip: the place for them may be full, or gone.
    await clear(sinks);
    await rm(outputPath, { force: true });
    await runOnce(ffmpeg, path, plan, audio, outputPath, null, options);
  }
}

function isAbout(thrown: unknown, { made, source }: FrameSinks): boolean {
  const why = messageOf(thrown);
  return why.includes(made.path) || why.includes(source.path);
}

async function clear(sinks: FrameSinks | undefined): Promise<void> {
  for (const path of sinks === undefined ? [] : [sinks.made.path, sinks.source.path]) {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function runOnce(
  ffmpeg: Ffmpeg,
  path: string,
  plan: FilmedPlan,
  audio: RecipeStream | null,
  outputPath: string,
  sinks: FrameSinks | null,
  options: NormalizeOptions,
): Promise<void> {
  const recipe = recipeOf(path, plan, audio, outputPath, sinks, options);
  const { picture } = plan;
  const source = picture.action === 'encode' ? picture.rounds?.source : undefined;
  if (picture.action === 'copy' || source?.reader !== 'sharp') {
    await runFfmpeg(ffmpeg, recipe, options);
    return;
  }
  // sharp is heavy, and few folders hold what only it can read.
  const { readFrames } = await import('./read-frames.js');
  const input = readFrames(path, picture, source.delaysMs, options.timeoutMs);
  await runFfmpeg(ffmpeg, recipe, { ...options, input });
}

function recipeOf(
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
 * behind unless told not to turn, and then passes it on, except from a graph of several inputs.
 */
function drawPicture(
  inputs: readonly RecipeInput[],
  plan: VideoPlan,
  picture: EncodePicture,
  sinks: FrameSinks | null,
): Pick<Recipe, 'inputs' | 'graph' | 'frames' | 'frameSeconds'> {
  const { frames: perSeconds, seconds } = picture.frameRate;
  const drawn = `[0:${picture.index}]${pictureFilters(picture).join(',')}`;
  const { graph, frames } =
    sinks === null
      ? { graph: `${drawn}[picture]`, frames: [] }
      : leaveFrames(plan, picture, drawn, sinks);
  const isTurned = picture.rotationDegrees !== 0 || picture.mirrored;
  const told = { frames, frameSeconds: seconds / perSeconds };
  return isTurned
    ? { inputs: [...inputs, NOTHING], graph: `${graph};[${inputs.length}:v]nullsink`, ...told }
    : { inputs, graph, ...told };
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
  return { source: path, demuxer, codecs, options: [...decoder, '-noautorotate', ...limits] };
}

function silence({ leadSeconds, expectedSeconds, cutSeconds }: VideoPlan): RecipeInput {
  return {
    source: `anullsrc=channel_layout=stereo:sample_rate=${SILENCE.sampleRateHz}`,
    demuxer: 'lavfi',
    options: ['-t', (leadSeconds + (expectedSeconds ?? cutSeconds)).toFixed(6)],
  };
}

async function audioOf(
  ffmpeg: Ffmpeg,
  path: string,
  plan: VideoPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<RecipeStream | null> {
  const { sound } = plan;
  switch (sound.action) {
    case 'copy':
      return COPY;
    case 'encode':
      return encodeTo(ffmpeg, encodingOf(path, plan, sound, outputPath), options);
    case 'silence':
      return { codec: 'aac', filters: [], options: shapeOptions(SILENCE) };
    case 'none':
      return null;
  }
}

function encodingOf(
  path: string,
  plan: VideoPlan,
  sound: EncodeSound,
  outputPath: string,
): Encoding {
  return {
    codec: 'aac',
    input: {
      source: path,
      demuxer: plan.demuxer,
      codecs: [sound.codec],
      options: measureOptions(plan),
    },
    sound,
    scratchPath: `${outputPath}.trial`,
  };
}
