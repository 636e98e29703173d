import { readFile, rm, stat } from 'node:fs/promises';
import { namesOf } from '../ffmpeg/codecs.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import type { PictureStream } from '../inspect/read-streams.js';
import type { Output, Preview } from '../job.js';
import { spread, toRgb, uprightRgb } from '../normalize/leave-frames.js';
import type { FrameSink } from '../normalize/normalize-options.js';
import { coloursOf } from '../plan/video-colours.js';
import { BEFORE, framesIn } from './previews.js';

export interface ClipOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** As many as tell a clip's story, and no two of them within half a second. */
const FRAMES_MAX = 6;
const FRAME_SECONDS = 0.5;

/** Each of these costs 0.02 s: the program opens the clip anew, and decodes its beginning. */
const SOUGHT_FRAMES = 4;

/** Of the encoder's 1, which is best, to 31: 0.6 to 0.9 of the bytes that sharp's 72 makes. */
const JPEG_SCALE = 5;

/** A JPEG is read by BT.601, whatever the clip before it was. */
const JPEG_PIXELS = 'scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p';

/** A clip of no more has few key frames, or one, and all of its frames are soon decoded. */
const DECODED_WHOLE_SECONDS = 4;

/** Pixels of one frame: 240×427, or the other way round. */
const FRAME_PIXELS = 102_400;

/** The frames that tell of a clip; null where it does not say how large or long it is. */
export function stripOf({
  width,
  height,
  durationSeconds,
}: Pick<Output, 'width' | 'height' | 'durationSeconds'>): Omit<FrameSink, 'path'> | null {
  if (width === null || height === null || durationSeconds === null) return null;
  const count = Math.max(1, Math.min(FRAMES_MAX, Math.floor(durationSeconds / FRAME_SECONDS)));
  const scale = Math.min(1, Math.sqrt(FRAME_PIXELS / (width * height)));
  return { width: even(width * scale), height: even(height * scale), count };
}

/**
 * Frames of a finished MP4 from its start on, below each other in one JPEG: those that were left
 * when it was made, or else its own. Of all but the shortest those are key frames that are sought,
 * however many it has: to decode those of a phone's clip of a minute, one a second, takes 0.5 s.
 */
export async function previewClip(
  ffmpeg: Ffmpeg,
  output: Output,
  sink: FrameSink | null,
  target: string,
  options: ClipOptions,
): Promise<Preview | null> {
  const strip = stripOf(output);
  const seconds = output.durationSeconds;
  if (strip === null || seconds === null) return null;
  const isOfIt = sink?.width === strip.width && sink.height === strip.height;
  // The last of them may be due behind the end of a clip that is a little shorter than it said.
  const left = isOfIt ? await joinLeft(sink, strip.count - 1, target) : null;
  if (left !== null) return left;
  // The index of our MP4 says what there is: reading on, as of others, takes 10 ms of 110.
  const input = ['-probesize', '32', '-f', 'mov', '-i', `file:${output.path}`];
  if (seconds <= DECODED_WHOLE_SECONDS) {
    const frames = spread(strip, { fromSeconds: 0, seconds });
    const whole = [...frames, `tpad=stop_mode=clone:stop=${strip.count}`, `tile=1x${strip.count}`];
    return decode(ffmpeg, [input], whole.join(','), strip, target, options);
  }
  const sought = (count: number) => {
    const inputs = Array.from({ length: count }, (_, frame) => [
      ...['-noaccurate_seek', '-ss', ((seconds * frame) / count).toFixed(3)],
      ...['-skip_loop_filter', 'all', ...input],
    ]);
    // All of them at 0, whenever they are due: what has another time waits for the others.
    const small = ['trim=end_frame=1', 'setpts=PTS-STARTPTS', ...toRgb(strip)].join(',');
    const graph = inputs.map((_, frame) => `[${frame}:v]${small}[${frame}];`);
    const all = inputs.map((_, frame) => `[${frame}]`);
    const join = count === 1 ? 'null' : `vstack=inputs=${count}`;
    return decode(
      ffmpeg,
      inputs,
      [...graph, ...all, join].join(''),
      { ...strip, count },
      target,
      options,
    );
  };
  // Where one of them cannot be decoded there is none, and the beginning may still be whole.
  return (await sought(SOUGHT_FRAMES)) ?? sought(1);
}

/** What was left in a file, below each other; null where it is none, or less than `least` frames. */
async function joinLeft(sink: FrameSink, least: number, target: string): Promise<Preview | null> {
  const rgb = await readFile(sink.path).catch(() => null);
  const frameBytes = sink.width * sink.height * 3;
  if (rgb === null || rgb.length < Math.max(1, least) * frameBytes) return null;
  const { joinFrames } = await import('./still-preview.js');
  return joinFrames(rgb, sink, target);
}

interface FrameOf {
  readonly demuxer: string;
  readonly picture: PictureStream;
  readonly startSeconds: number;
}

/** Pixels of a small copy of a clip's frame, upright. */
export function frameOf(picture: PictureStream): Omit<FrameSink, 'path'> {
  const isTurned = picture.rotationDegrees % 180 !== 0;
  const stored = { width: picture.width * picture.sampleAspect, height: picture.height };
  const [width, height] = isTurned ? [stored.height, stored.width] : [stored.width, stored.height];
  const scale = Math.min(1, BEFORE.width / Math.max(width, height));
  return { width: even(width * scale), height: even(height * scale), count: 1 };
}

/** A frame of a clip as it is shown, from where its part begins: the one that was left, or its own. */
export async function previewFrame(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, picture, startSeconds }: FrameOf,
  sink: FrameSink | null,
  target: string,
  options: ClipOptions,
): Promise<Preview | null> {
  const left = sink === null ? null : await joinLeft(sink, 1, target);
  if (left !== null) return left;
  const frame = frameOf(picture);
  const input = [
    ...['-noautorotate', '-noaccurate_seek'],
    ...(startSeconds > 0 ? ['-ss', String(startSeconds)] : []),
    ...['-f', demuxer, '-i', `file:${path}`],
  ];
  const filters = uprightRgb(frame, picture, coloursOf(picture, false)).join(',');
  const graph = `[0:${picture.index}]${filters}`;
  return decode(ffmpeg, [input], graph, frame, target, options);
}

/** Decodes frames in a run of their own; null, and no file, where there are none. */
async function decode(
  ffmpeg: Ffmpeg,
  inputs: readonly (readonly string[])[],
  graph: string,
  { width, height, count }: Omit<FrameSink, 'path'>,
  target: string,
  options: ClipOptions,
): Promise<Preview | null> {
  const { decoders } = await ffmpeg.abilities();
  const bounds = [...boundTo(namesOf(decoders)), '-threads', '1'];
  const jpeg = ['-frames:v', '1', '-q:v', String(JPEG_SCALE), '-f', 'mjpeg', `file:${target}`];
  const args = [
    ...['-hide_banner', '-nostdin', '-v', 'error'],
    ...inputs.flatMap((input) => [...bounds, ...input]),
    ...['-filter_complex_threads', '1', '-filter_complex', `${graph},${JPEG_PIXELS}[all]`],
    ...['-map', '[all]', '-threads', '1', ...jpeg],
  ];
  const run = runLimited(ffmpeg, 'ffmpeg', args, options);
  const bytes = await run.then(async () => (await stat(target)).size).catch(() => 0);
  if (bytes > 0) return framesIn(target, { width, height }, count);
  await rm(target, { force: true });
  return null;
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
