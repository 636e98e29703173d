import type { FfmpegCommand } from 'fluent-ffmpeg';
import { UPLOAD_MAX_BYTES } from '../limits.js';
import { familyOf, type Decoders } from './codecs.js';
import type { Ffmpeg } from './find-ffmpeg.js';
import { boundTo, runLimited } from './run-limited.js';

/** One run of ffmpeg as plain data. */
export interface Recipe {
  readonly inputs: readonly RecipeInput[];
  /** Filters that make a picture out of inputs, with its name in brackets at the end. */
  readonly graph?: string;
  /** Streams to take, in ffmpeg's words: `0:2`, `1:a`, or a name of `graph`: `[picture]`. */
  readonly maps: readonly string[];
  /** Null: no picture. */
  readonly video: RecipeStream | null;
  /** Null: no sound. */
  readonly audio: RecipeStream | null;
  /** What else belongs to the output. */
  readonly options: readonly string[];
  /**
   * The muxer. `null` writes nothing: the run is for what its filters say, so more is printed.
   * `rawvideo` writes a picture's own bytes.
   */
  readonly format: 'mp4' | 'mp3' | 'rawvideo' | 'null';
  readonly outputPath: string;
  /** What is left of pictures beside the output. */
  readonly frames?: readonly RecipeFrames[];
  /** How long each frame of the output is shown: needed to say how far it is where `frames` are. */
  readonly frameSeconds?: number;
}

/** Frames as raw RGB, one after the other in a file of their own. */
export interface RecipeFrames {
  /** A name of the `graph`, as in `maps`. */
  readonly map: string;
  /** No more of them. */
  readonly count: number;
  readonly path: string;
}

export interface RecipeInput {
  /** An absolute path, the description of a `lavfi` source, or `STANDARD_INPUT`. */
  readonly source: string;
  /** The demuxer, always forced: a file that lies about itself cannot choose another. */
  readonly demuxer: string;
  /** Codecs of the streams that are taken: only their decoders run. Default: all that are listed. */
  readonly codecs?: readonly string[];
  readonly options: readonly string[];
}

export interface RecipeStream {
  readonly codec: 'copy' | 'libx264' | 'aac' | 'libmp3lame' | 'pcm_s16le' | 'rawvideo';
  readonly filters: readonly string[];
  readonly options: readonly string[];
}

/** The source that is the run's own `input`. */
export const STANDARD_INPUT = 'pipe:0';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Seconds of output written so far, about twice a second. */
  readonly onProgress?: ((seconds: number) => void) | undefined;
  /** Frames or sound for the source `STANDARD_INPUT`. */
  readonly input?: AsyncIterable<Buffer> | undefined;
}

/**
 * Runs a recipe. fluent-ffmpeg builds the command line and no more: its own spawning loses errors,
 * its time-out leaves ffmpeg running, and its progress parser can end the process.
 * @returns the end of what it printed: warnings, or what the filters of a `null` recipe found
 * @throws StatuscastError as `runProgram` does.
 */
export async function runFfmpeg(
  ffmpeg: Ffmpeg,
  recipe: Recipe,
  options: RunOptions,
): Promise<string> {
  const { onProgress } = options;
  const { decoders } = await ffmpeg.abilities();
  return runLimited(ffmpeg, 'ffmpeg', await argumentsOf(recipe, decoders), {
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    input: options.input,
    onLine: (line) => {
      const seconds = secondsIn(line, recipe);
      if (seconds !== null) onProgress?.(seconds);
    },
  });
}

/** How far a line of `-progress` says that it has come; its time is that of the furthest output. */
function secondsIn(line: string, { frames = [], frameSeconds }: Recipe): number | null {
  if (frames.length > 0) {
    const frame = /^frame=(\d+)/.exec(line);
    return frame === null || frameSeconds === undefined ? null : Number(frame[1]) * frameSeconds;
  }
  const time = /^out_time=(\d+):(\d+):([\d.]+)/.exec(line);
  if (time === null) return null;
  const [, hours, minutes, seconds] = time;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** The argv of a recipe, without the program. */
async function argumentsOf(recipe: Recipe, decoders: Decoders): Promise<readonly string[]> {
  const { default: ffmpegCommand } = await import('fluent-ffmpeg');
  const command = ffmpegCommand();
  for (const [index, input] of recipe.inputs.entries()) {
    const isFile = input.demuxer !== 'lavfi' && input.source !== STANDARD_INPUT;
    command.input(isFile ? fileUrl(input.source) : input.source);
    command.inputFormat(input.demuxer);
    const level = recipe.format === 'null' ? 'info' : 'error';
    const first = ['-hide_banner', '-nostdin', '-nostats', '-v', level, '-progress', 'pipe:1'];
    const safe = isFile ? boundTo(decodersFor(input, decoders)) : [];
    addOptions(command, 'input', [...(index === 0 ? first : []), ...safe, ...input.options]);
  }
  if (recipe.graph !== undefined) command.complexFilter(recipe.graph);
  addOptions(
    command,
    'output',
    recipe.maps.flatMap((map) => ['-map', map]),
  );
  addStream(command, 'video', recipe.video);
  addStream(command, 'audio', recipe.audio);
  addOptions(command, 'output', recipe.options);
  addOptions(command, 'output', ['-sn', '-dn', '-fs', String(OUTPUT_STOP_BYTES)]);
  command.format(recipe.format);
  command.output(fileUrl(recipe.outputPath));
  for (const frames of recipe.frames ?? []) addFrames(command, frames);
  return command._getArguments();
}

function addFrames(command: FfmpegCommand, { map, count, path }: RecipeFrames): void {
  command.output(fileUrl(path));
  addOptions(command, 'output', ['-map', map, '-frames:v', String(count)]);
  addStream(command, 'video', { codec: 'rawvideo', filters: [], options: [] });
  addStream(command, 'audio', null);
  command.format('rawvideo');
}

/**
 * Writing stops there whatever the source does: twice what may be uploaded at most (100 MB). A file
 * that comes near it has been over its own limit for long, and is measured and told of after.
 */
const OUTPUT_STOP_BYTES = 2 * UPLOAD_MAX_BYTES;

function decodersFor({ codecs }: RecipeInput, decoders: Decoders): string {
  const taken = codecs?.flatMap(familyOf) ?? [...decoders.keys()];
  return [...new Set(taken.flatMap((codec) => decoders.get(codec) ?? []))].join(',');
}

function addStream(
  command: FfmpegCommand,
  type: 'video' | 'audio',
  stream: RecipeStream | null,
): void {
  if (stream === null) {
    if (type === 'video') command.noVideo();
    else command.noAudio();
    return;
  }
  if (type === 'video') command.videoCodec(stream.codec).videoFilters([...stream.filters]);
  else command.audioCodec(stream.codec).audioFilters([...stream.filters]);
  addOptions(command, 'output', stream.options);
}

/** The builder splits an option at its space when it comes alone; ours come as several words. */
function addOptions(
  command: FfmpegCommand,
  side: 'input' | 'output',
  options: readonly string[],
): void {
  if (options.length === 0) return;
  if (side === 'input') command.inputOptions(...options);
  else command.outputOptions(...options);
}

/** A name may begin with `-` or hold `:` or `%03d`: only an absolute file: path is taken as it is. */
function fileUrl(absolutePath: string): string {
  return `file:${absolutePath}`;
}
