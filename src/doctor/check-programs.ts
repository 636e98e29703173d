import path from 'node:path';
import { readDecoders, type Decoders } from '../ffmpeg/codecs.js';
import { locateProgram } from '../ffmpeg/find-ffmpeg.js';
import { findLaunchers } from '../ffmpeg/launchers.js';
import { runProgram } from '../ffmpeg/run-program.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';

/** Whether ffmpeg and ffprobe run, what they are, what they lack, and whether they can be bounded. */
export function checkPrograms(env: NodeJS.ProcessEnv): readonly Check[] {
  return [
    { name: 'ffmpeg', look: (signal) => lookAtFfmpeg(env, signal) },
    { name: 'ffprobe', look: (signal) => lookAtFfprobe(env, signal) },
    { name: 'bounds', look: async () => [await lookAtBounds()] },
  ];
}

/** Shorter than the time of a check: what a program said last is worth more than that it hangs. */
const TIMEOUT_MS = 8000;

/** Without these nothing of a kind can be made. */
const ENCODERS = ['libx264', 'aac', 'libmp3lame', 'pcm_s16le', 'rawvideo', 'png'] as const;

const FILTERS: readonly string[] = [
  ...['fps', 'scale', 'format', 'setsar', 'setpts', 'tpad', 'loop', 'trim', 'crop', 'split'],
  ...['overlay', 'lutrgb', 'hflip', 'vflip', 'transpose', 'sidedata', 'bwdif', 'nullsink', 'color'],
  ...['aformat', 'aresample', 'alimiter', 'afade', 'apad', 'anullsrc', 'volume', 'loudnorm'],
  ...['dynaudnorm', 'showwaves'],
];

const TONE_MAPPING: readonly string[] = ['zscale', 'tonemap'];

/** What phones, cameras, chats and the web are full of. */
const CODECS: readonly string[] = [
  ...['h264', 'hevc', 'av1', 'vp8', 'vp9', 'mpeg4', 'mpeg2video', 'mjpeg', 'prores', 'gif', 'png'],
  ...['aac', 'mp3', 'opus', 'vorbis', 'flac', 'alac', 'amr_nb', 'amr_wb', 'ac3', 'eac3', 'wmav2'],
];

/** Of these alone the transparency of WebM is read. */
const ALPHA_DECODERS: readonly (readonly [codec: string, decoder: string])[] = [
  ['vp8', 'libvpx'],
  ['vp9', 'libvpx-vp9'],
];

const NEWER = 'Install a newer ffmpeg and name it in FFMPEG_PATH and FFPROBE_PATH.';

async function lookAtFfmpeg(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const binary = await locateProgram('ffmpeg', env);
  const ask = (...argv: readonly string[]) => run('ffmpeg', binary, argv, signal);
  const [version, encoders, filters, codecs] = await Promise.all([
    ask('-version'),
    ask('-encoders'),
    ask('-filters'),
    ask('-codecs'),
  ]);
  const has = (list: string, name: string) => new RegExp(`^ \\S+ ${name} `, 'm').test(list);
  const decoders = readDecoders(codecs);
  const needed = [
    ...ENCODERS.filter((name) => !has(encoders, name)).map((name) => `the encoder ${name}`),
    ...FILTERS.filter((name) => !has(filters, name)).map((name) => `the filter ${name}`),
  ];
  const fact = describeProgram('ffmpeg', version, binary, env['FFMPEG_PATH']);
  if (needed.length > 0) return [problem(`${fact}, lacks ${needed.join(', ')}`, NEWER)];
  await ask(...TINY_CLIP);
  const lacks = lacking(decoders, (name) => has(filters, name));
  return [
    lacks.length === 0 ? ok(fact) : warning(`${fact}: ${lacks.join('; ')}`, NEWER),
    ...ageOf(version),
  ];
}

/** A picture and a sound from nothing, through the two encoders of every video. */
const TINY_CLIP: readonly string[] = [
  ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'color=s=64x64:r=10:d=0.3'],
  ...['-f', 'lavfi', '-i', 'anullsrc=channel_layout=stereo:sample_rate=48000', '-t', '0.3'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-f', 'null', '-'],
];

function lacking(decoders: Decoders, hasFilter: (name: string) => boolean): readonly string[] {
  const codecs = CODECS.filter((codec) => !decoders.has(codec));
  const opaque = ALPHA_DECODERS.filter(
    ([codec, decoder]) => decoders.get(codec)?.includes(decoder) !== true,
  );
  const filters = TONE_MAPPING.filter((name) => !hasFilter(name));
  return [
    ...(codecs.length === 0 ? [] : [`files of ${codecs.join(', ')} are refused`]),
    ...(opaque.length === 0
      ? []
      : [`transparency is lost without ${opaque.map(([, decoder]) => decoder).join(', ')}`]),
    ...(filters.length === 0 ? [] : [`HDR is not tone-mapped without ${filters.join(', ')}`]),
  ];
}

/** Of the bundled build, which all is tested with. */
const OLDEST_YEAR = 2018;

function ageOf(version: string): readonly Found[] {
  const year = yearOf(version);
  if (year === null || year >= OLDEST_YEAR) return [];
  return [warning(`it is of ${year}, older than any that was tried (${OLDEST_YEAR})`, NEWER)];
}

async function lookAtFfprobe(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const binary = await locateProgram('ffprobe', env);
  const version = await run('ffprobe', binary, ['-version'], signal);
  return [ok(describeProgram('ffprobe', version, binary, env['FFPROBE_PATH'])), ...ageOf(version)];
}

function run(
  program: string,
  binary: string,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  return runProgram({
    ...{ program, signal, timeoutMs: TIMEOUT_MS },
    argv: [binary, '-hide_banner', ...argv],
  });
}

function describeProgram(
  program: string,
  printed: string,
  binary: string,
  named: string | undefined,
): string {
  const version = /version (\S+)/.exec(printed)?.[1] ?? 'of an unknown version';
  const year = yearOf(printed);
  const where = (named ?? '') === '' ? 'bundled' : path.resolve(binary);
  return `${program} ${version}${year === null ? '' : ` of ${year}`} (${where})`;
}

/** The year of the build: `Copyright (c) 2000-2018 the FFmpeg developers`. */
function yearOf(printed: string): number | null {
  const year = /Copyright \(c\) (?:\d{4}-)?(\d{4})/.exec(printed)?.[1];
  return year === undefined ? null : Number(year);
}

/** Both are of Linux alone; elsewhere ffmpeg runs without. */
async function lookAtBounds(): Promise<Found> {
  const { launcher, memoryLimiter } = await findLaunchers();
  const lost = [
    ...(launcher.length > 0 ? [] : ['ffmpeg may outlive a run that is killed (no setpriv)']),
    ...(memoryLimiter !== null ? [] : ['the memory of ffmpeg is not bounded (no prlimit)']),
  ];
  if (lost.length === 0) return ok('ffmpeg ends with its run, and its memory is bounded');
  if (process.platform !== 'linux') return ok(`on ${process.platform}: ${lost.join('; ')}`);
  return warning(lost.join('; '), 'Install util-linux 2.33 or newer.');
}
