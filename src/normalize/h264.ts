import type { RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { DrawPicture, EncodePicture } from '../plan/plan-video.js';

/** More gain nothing at 720 lines, and each takes 0.1 GB for a source of 8K. */
export const MAX_THREADS = 16;

/** How a picture is encoded: its quality, held below a rate that keeps the file under its limit. */
export function encodeH264(
  { crf, preset, maxBitrateKbps }: EncodePicture | DrawPicture,
  threads: number,
): RecipeStream {
  return {
    codec: 'libx264',
    filters: [],
    options: [
      ...['-preset', preset, '-crf', String(crf)],
      ...['-maxrate', `${maxBitrateKbps}k`, '-bufsize', `${maxBitrateKbps}k`],
      ...[...H264_RULES, '-threads', String(Math.min(threads, MAX_THREADS))],
    ],
  };
}

/** What the rules want of every picture that is encoded. */
const H264_RULES: readonly string[] = [
  ...['-profile:v', 'main', '-level:v', '3.1', '-bf', '0'],
  // The bundled ffmpeg writes no colour tags of its own accord.
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
  ...['-colorspace', 'bt709', '-color_range', 'tv'],
];
