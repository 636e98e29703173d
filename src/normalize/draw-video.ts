import { readFile, rm, writeFile } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type Recipe, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { EncodeSound } from '../plan/plan-sound.js';
import type { DrawPicture, VideoPlan } from '../plan/plan-video.js';
import { barsIn } from './draw-bars.js';
import { foldChannels } from './encode-sound.js';
import { encodeH264 } from './h264.js';
import type { NormalizeOptions } from './normalize-options.js';
import { readOptions, writeOptions } from './place-options.js';
import { WITHOUT_METADATA } from './without-metadata.js';

/** A plan whose picture is drawn. */
export type DrawnPlan = VideoPlan & { readonly picture: DrawPicture; readonly sound: EncodeSound };

/**
 * Draws what does not move of a sound that is shown as a video, for as long as something is done
 * with it.
 * @param path absolute path of the source
 * @param stillPath absolute path of the PNG, which is gone again afterwards
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`; and what `work` throws
 */
export async function withStill(
  ffmpeg: Ffmpeg,
  path: string,
  plan: DrawnPlan,
  stillPath: string,
  options: NormalizeOptions,
  work: (stillPath: string) => Promise<void>,
): Promise<void> {
  try {
    // sharp is heavy, and most videos need none of it.
    const { drawBackground } = await import('./draw-background.js');
    const cover = await extractCover(ffmpeg, path, plan, `${stillPath}.cover`, options);
    await writeFile(stillPath, await drawBackground({ ...plan.picture, cover }));
    await work(stillPath);
  } finally {
    await rm(stillPath, { force: true });
  }
}

/** The still picture with a waveform that moves over it, and the sound. */
export function drawingRecipe(
  path: string,
  plan: DrawnPlan,
  audio: RecipeStream,
  stillPath: string,
  outputPath: string,
  { threads = 1 }: NormalizeOptions,
): Recipe {
  const { demuxer, picture, sound } = plan;
  const sourceOptions = readOptions(plan, { isCopy: false });
  return {
    inputs: [
      { source: path, demuxer, codecs: [sound.codec], options: sourceOptions },
      { source: stillPath, demuxer: 'png_pipe', options: [] },
    ],
    graph: graphOf(picture, sound),
    maps: ['[picture]', `0:${sound.index}`],
    video: encodeH264(picture, threads),
    audio: { ...audio, filters: [...audio.filters, ...AT_LEAST_A_SECOND] },
    options: [...writeOptions(plan), ...WITHOUT_METADATA, '-movflags', '+faststart'],
    format: 'mp4',
    outputPath,
  };
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
  { index, channelsOfSource }: Pick<EncodeSound, 'index' | 'channelsOfSource'>,
): string {
  const bars = barsIn(picture.width);
  const { width, height } = picture;
  const rate = `${picture.frameRate.frames}/${picture.frameRate.seconds}`;
  const toVideo = 'scale=out_color_matrix=bt709:out_range=tv';
  const wave = `showwaves=s=${bars.count}x${WAVE_ROWS}:mode=cline:rate=${rate}:scale=sqrt:draw=full`;
  const place = `${bars.left}:${bars.top}`;
  const mono = [
    ...foldChannels(channelsOfSource),
    ...['aformat=channel_layouts=mono', ...AT_LEAST_A_SECOND],
  ];
  return [
    '[1:v]split[whole][below]',
    `[whole]crop=${width}:${height}:0:0,${toVideo},format=yuv420p,` +
      `loop=loop=-1:size=1:start=0,setpts=N/(${rate}*TB),fps=fps=${rate}[scene]`,
    `[below]crop=${bars.width}:${bars.height}:0:${height},${toVideo},format=yuva420p[gaps]`,
    `[0:${index}]${mono.join(',')},` +
      `dynaudnorm=f=200:g=9:m=30:p=0.7,${wave}:colors=white,` +
      `scale=w=${bars.width}:h=${bars.height}:flags=neighbor,format=yuva420p[wave]`,
    `[scene][wave]overlay=${place}:shortest=1[moving]`,
    `[moving][gaps]overlay=${place},format=yuv420p[picture]`,
  ].join(';');
}
