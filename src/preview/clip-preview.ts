import { readFile, rm } from 'node:fs/promises';
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

/** A clip of no more has few key frames, or one, and all of its frames are soon decoded. */
const DECODED_WHOLE_SECONDS = 4;

/** Pixels of one frame: 240×427, or the other way round. */
const FRAME_PIXELS = 102_400;

/**
 * Frames of a finished MP4 from its start on, side by side in one JPEG. Of all but the shortest only
 * key frames are decoded, and each stands until the next, the last once: all frames of half a minute
 * of 1280×720 took 2.2 s, a seventh of their encoding with `fast`, its key frames 0.1 s.
 */
export async function previewClip(
  ffmpeg: Ffmpeg,
  { path, width, height, durationSeconds }: Output,
  target: string,
  options: ClipOptions,
): Promise<Preview | null> {
  if (width === null || height === null || durationSeconds === null) return null;
  const wanted = Math.max(1, Math.min(FRAMES_MAX, Math.floor(durationSeconds / FRAME_SECONDS)));
  const scale = Math.min(1, Math.sqrt(FRAME_PIXELS / (width * height)));
  const size = { width: even(width * scale), height: even(height * scale) };
  const pixels = `${target}.rgb`;
  const skipped = durationSeconds > DECODED_WHOLE_SECONDS ? 'nokey' : 'default';
  const { decoders } = await ffmpeg.abilities();
  const args = [
    ...[...BEGIN, ...boundTo(namesOf(decoders)), '-threads', '1', '-skip_frame', skipped],
    ...['-f', 'mov', '-i', `file:${path}`, '-an', '-sn', '-dn', '-frames:v', String(wanted)],
    '-vf',
    // The only key frame of a short clip would round to none.
    `fps=${(wanted / durationSeconds).toFixed(6)}:start_time=0:eof_action=pass,${scaleTo(size, 'rgb24')}`,
    ...['-c:v', 'rawvideo', '-f', 'rawvideo', `file:${pixels}`],
  ];
  try {
    await runLimited(ffmpeg, 'ffmpeg', args, options);
    const { joinFrames } = await import('./still-preview.js');
    return await joinFrames(await readFile(pixels), size, target);
  } finally {
    await rm(pixels, { force: true });
  }
}

interface FrameOf {
  readonly demuxer: string;
  readonly picture: PictureStream;
  readonly startSeconds: number;
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
  const { decoders } = await ffmpeg.abilities();
  const args = [
    ...[...BEGIN, ...boundTo(namesOf(decoders)), '-threads', '1', '-noaccurate_seek'],
    ...(startSeconds > 0 ? ['-ss', String(startSeconds)] : []),
    ...['-f', demuxer, '-i', `file:${path}`, '-map', `0:${picture.index}`],
    ...['-vf', scaleTo(size, 'yuvj420p'), ...oneJpeg(target)],
  ];
  await runLimited(ffmpeg, 'ffmpeg', args, options);
  return { path: target, ...size, frames: 1 };
}

const BEGIN = ['-hide_banner', '-nostdin', '-v', 'error'] as const;

function oneJpeg(target: string): readonly string[] {
  const one = ['-frames:v', '1', '-an', '-sn', '-dn', '-map_metadata', '-1'];
  return [...one, '-c:v', 'mjpeg', '-q:v', '5', '-f', 'image2pipe', `file:${target}`];
}

function scaleTo(
  { width, height }: { readonly width: number; readonly height: number },
  pixelFormat: 'yuvj420p' | 'rgb24',
): string {
  return `scale=${width}:${height}:out_range=pc,setsar=1,format=${pixelFormat}`;
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
