import { namesOf } from '../ffmpeg/codecs.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import type { PictureStream } from '../inspect/read-streams.js';
import type { Output, Preview } from '../job.js';
import { BEFORE } from './previews.js';

export interface ClipOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** As many as tell a clip's story, and no two of them within half a second. */
const FRAMES_MAX = 6;
const FRAME_SECONDS = 0.5;

/** Pixels of one frame: 240×427, or the other way round. */
const FRAME_PIXELS = 102_400;

/**
 * From there on key frames are near enough: to them ffmpeg jumps, to others it decodes. Its x264 sets
 * one every 250 frames at the latest.
 */
const LONG_SECONDS = 45;

/** Frames of a finished MP4 from its start on, side by side in one JPEG, by one call. */
export async function previewClip(
  ffmpeg: Ffmpeg,
  { path, width, height, durationSeconds }: Output,
  target: string,
  options: ClipOptions,
): Promise<Preview | null> {
  if (width === null || height === null || durationSeconds === null) return null;
  const frames = Math.max(1, Math.min(FRAMES_MAX, Math.floor(durationSeconds / FRAME_SECONDS)));
  const scale = Math.min(1, Math.sqrt(FRAME_PIXELS / (width * height)));
  const size = { width: even(width * scale), height: even(height * scale) };
  const rows = { path, size, frames, durationSeconds };
  const reading = [...boundTo(namesOf(ffmpeg.decoders)), '-threads', '1'];
  const row = durationSeconds < SHORT_SECONDS ? readThrough(rows, reading) : jump(rows, reading);
  await runLimited(ffmpeg, 'ffmpeg', [...BEGIN, ...row, ...oneJpeg(target)], options);
  return { path: target, width: size.width * frames, height: size.height, frames };
}

interface FrameOf {
  readonly demuxer: string;
  readonly picture: PictureStream;
  readonly startSeconds: number;
}

/** Clips up to there are decoded once and whole: one look into the file in place of six. */
const SHORT_SECONDS = 10;

interface Row {
  readonly path: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly frames: number;
  readonly durationSeconds: number;
}

function readThrough(
  { path, size, frames, durationSeconds }: Row,
  reading: readonly string[],
): readonly string[] {
  const rate = `fps=${(frames / durationSeconds).toFixed(6)}:start_time=0`;
  const tile = frames === 1 ? '' : `,tile=${frames}x1`;
  const filters = ['-vf', `${rate},${scaleTo(size)}${tile}`];
  return [...reading, '-f', 'mov', '-i', `file:${path}`, ...filters];
}

function jump(
  { path, size, frames, durationSeconds }: Row,
  reading: readonly string[],
): readonly string[] {
  const seek = durationSeconds < LONG_SECONDS ? [] : ['-noaccurate_seek'];
  const numbers = Array.from({ length: frames }, (_, number) => number);
  const inputs = numbers.flatMap((number) => {
    const atSeconds = ((number * durationSeconds) / frames).toFixed(3);
    return [...reading, ...seek, '-ss', atSeconds, '-f', 'mov', '-i', `file:${path}`];
  });
  const scaled = numbers.map((number) => `[${number}:v]${scaleTo(size)}[f${number}];`).join('');
  const row = numbers.map((number) => `[f${number}]`).join('');
  const graph = `${scaled}${row}hstack=inputs=${frames}[row]`;
  return [...inputs, '-filter_complex', graph, '-map', '[row]'];
}

/** A frame of a clip as it is shown, from where its part begins. */
export async function previewFrame(
  ffmpeg: Ffmpeg,
  path: string,
  { demuxer, picture, startSeconds }: FrameOf,
  target: string,
  options: ClipOptions,
): Promise<Preview> {
  const isTurned = picture.rotationDegrees % 180 !== 0;
  const stored = { width: picture.width * picture.sampleAspect, height: picture.height };
  const [width, height] = isTurned ? [stored.height, stored.width] : [stored.width, stored.height];
  const scale = Math.min(1, BEFORE.width / Math.max(width, height));
  const size = { width: even(width * scale), height: even(height * scale) };
  const args = [
    ...[...BEGIN, ...boundTo(namesOf(ffmpeg.decoders)), '-threads', '1', '-noaccurate_seek'],
    ...(startSeconds > 0 ? ['-ss', String(startSeconds)] : []),
    ...['-f', demuxer, '-i', `file:${path}`, '-map', `0:${picture.index}`],
    ...['-vf', scaleTo(size), ...oneJpeg(target)],
  ];
  await runLimited(ffmpeg, 'ffmpeg', args, options);
  return { path: target, ...size, frames: 1 };
}

const BEGIN = ['-hide_banner', '-nostdin', '-v', 'error'] as const;

function oneJpeg(target: string): readonly string[] {
  const one = ['-frames:v', '1', '-an', '-sn', '-dn', '-map_metadata', '-1'];
  return [...one, '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', `file:${target}`];
}

function scaleTo({ width, height }: { readonly width: number; readonly height: number }): string {
  return `scale=${width}:${height}:out_range=pc,setsar=1,format=yuvj420p`;
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
