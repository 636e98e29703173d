import { constants, copyFile, rm } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import { probeMedia } from '../inspect/probe-media.js';
import type { VideoPlan } from '../plan/plan-video.js';
import type { EncodeSound } from '../plan/plan-sound.js';
import { encodeTo, shapeOptions, type Encoding } from './encode-sound.js';
import { encodeToFit, type Measured } from './fit-bytes.js';
import { freeSideData } from './free-side-data.js';
import { drawingRecipe, withStill, type DrawnPlan } from './draw-video.js';
import { COPY, filmedRecipe, SILENCE } from './filmed-recipe.js';
import { clearSinks, sinksOf, type FilmedPlan } from './leave-frames.js';
import type { FrameSinks, NormalizeOptions } from './normalize-options.js';
import { measureOptions } from './place-options.js';

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
  await clearSinks(options.sinks);
  try {
    await runOnce(ffmpeg, path, plan, audio, outputPath, sinks, options);
  } catch (thrown) {
    if (sinks === null || !isAbout(thrown, sinks)) throw thrown;
    // No picture is worth a clip: the place for them may be full, or gone.
    await clearSinks(sinks);
    await rm(outputPath, { force: true });
    await runOnce(ffmpeg, path, plan, audio, outputPath, null, options);
  }
}

function isAbout(thrown: unknown, { made, source }: FrameSinks): boolean {
  const why = messageOf(thrown);
  return why.includes(made.path) || why.includes(source.path);
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
  const recipe = filmedRecipe(path, plan, audio, outputPath, sinks, options);
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
