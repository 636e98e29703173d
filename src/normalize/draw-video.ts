import { readFile, rm, writeFile } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import {
  runFfmpeg,
  type Recipe,
  type RecipeInput,
  type RecipeStream,
} from '../ffmpeg/run-ffmpeg.js';
import type { DrawPicture, VideoPlan } from '../plan/plan-video.js';
import { encodeTo } from './encode-sound.js';
import { H264_RULES } from './h264.js';
import type { NormalizeOptions } from './normalize-options.js';
import { measureOptions, readOptions, writeOptions } from './place-options.js';
import { WITHOUT_METADATA } from './without-metadata.js';

/** A plan whose picture is drawn. */
export type DrawnPlan = VideoPlan & { readonly picture: DrawPicture };

/**
 * Shows a sound as a video: a still picture, drawn once, with a waveform that moves over it.
 * @param path absolute path of the source
 * @param outputPath absolute path of the MP4; what is drawn is beside it for as long as this takes
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function drawVideo(
  ffmpeg: Ffmpeg,
  path: string,
  plan: DrawnPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  const { picture, sound } = plan;
  if (sound.action !== 'encode') throw new Error('a sound is to be drawn that is not encoded');
  const stillPath = `${outputPath}.png`;
  const { demuxer } = plan;
  const source = { source: path, demuxer, codecs: [sound.codec] };
  const input = { ...source, options: readOptions(plan, { isCopy: false }) };
  const measured = { ...source, options: measureOptions(plan) };
  try {
    // sharp is heavy, and most videos need none of it.
    const { barsIn, drawBackground } = await import('./draw-background.js');
    const cover = await extractCover(ffmpeg, path, plan, `${outputPath}.cover`, options);
    await writeFile(stillPath, await drawBackground({ ...picture, cover }));
    const scratchPath = `${outputPath}.trial`;
    const encoding = { codec: 'aac', input: measured, sound, scratchPath } as const;
    const audio = await encodeTo(ffmpeg, encoding, options);
    const still: RecipeInput = { source: stillPath, demuxer: 'png_pipe', options: [] };
    await runFfmpeg(
      ffmpeg,
      {
        inputs: [input, still],
        graph: graphOf(picture, sound.index, barsIn(picture.width)),
        maps: ['[picture]', `0:${sound.index}`],
        video: encodeDrawing(picture, options),
        audio: { ...audio, filters: [...audio.filters, ...AT_LEAST_A_SECOND] },
        options: [...writeOptions(plan), ...[...WITHOUT_METADATA, '-movflags', '+faststart']],
        format: 'mp4',
        outputPath,
      },
      options,
    );
  } finally {
    await rm(stillPath, { force: true });
  }
}

/** The cover's own bytes, for sharp to decode; null where there is none to be had. */
async function extractCover(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, picture }: DrawnPlan,
  coverPath: string,
  { signal, timeoutMs }: NormalizeOptions,
): Promise<Buffer | null> {
  if (picture.coverIndex === null) return null;
  const recipe: Recipe = {
    inputs: [{ source: path, demuxer, options: [] }],
    maps: [`0:${picture.coverIndex}`],
    video: { codec: 'copy', filters: [], options: ['-frames:v', '1'] },
    audio: null,
    options: [],
    format: 'rawvideo',
    outputPath: coverPath,
  };
  try {
    await runFfmpeg(ffmpeg, recipe, { signal, timeoutMs });
    return await readFile(coverPath);
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'program-failed') return null;
    throw thrown;
  } finally {
    await rm(coverPath, { force: true });
  }
}

/** Samples in a second, so that a column of each frame is a whole number of them. */
const WAVE_RATE_HZ = 48_000;
const AT_LEAST_A_SECOND: readonly string[] = [
  `aresample=${WAVE_RATE_HZ}`,
  `apad=whole_len=${WAVE_RATE_HZ}`,
];
/** Rows of a wave before it is enlarged: a bar is a column. */
const WAVE_ROWS = 44;

/**
 * The still is decoded and converted once, and its one frame repeated; over it the bars, and over
 * them the gaps between. The wave is levelled for the eye: a quiet voice moves too.
 */
function graphOf(
  picture: DrawPicture,
  soundIndex: number,
  bars: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly count: number;
  },
): string {
  const { width, height } = picture;
  const rate = `${picture.frameRate.frames}/${picture.frameRate.seconds}`;
  const toVideo = 'scale=out_color_matrix=bt709:out_range=tv';
  const wave = `showwaves=s=${bars.count}x${WAVE_ROWS}:mode=cline:rate=${rate}:scale=sqrt:draw=full`;
  const place = `${bars.left}:${bars.top}`;
  return [
    '[1:v]split[whole][below]',
    `[whole]crop=${width}:${height}:0:0,${toVideo},format=yuv420p,` +
      `loop=loop=-1:size=1:start=0,setpts=N/(${rate}*TB),fps=fps=${rate}[scene]`,
    `[below]crop=${bars.width}:${bars.height}:0:${height},${toVideo},format=yuva420p[gaps]`,
    `[0:${soundIndex}]aformat=channel_layouts=mono,${AT_LEAST_A_SECOND.join(',')},` +
      `dynaudnorm=f=200:g=9:m=30:p=0.7,${wave}:colors=white,` +
      `scale=w=${bars.width}:h=${bars.height}:flags=neighbor,format=yuva420p[wave]`,
    `[scene][wave]overlay=${place}:shortest=1[moving]`,
    `[moving][gaps]overlay=${place},format=yuv420p[picture]`,
  ].join(';');
}

function encodeDrawing(picture: DrawPicture, { threads = 1 }: NormalizeOptions): RecipeStream {
  const { crf, preset, maxBitrateKbps } = picture;
  return {
    codec: 'libx264',
    filters: [],
    options: [
      ...['-preset', preset, '-crf', String(crf)],
      ...['-maxrate', `${maxBitrateKbps}k`, '-bufsize', `${maxBitrateKbps}k`],
      ...[...H264_RULES, '-threads', String(threads)],
    ],
  };
}
