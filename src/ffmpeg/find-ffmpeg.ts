import { access, chmod, constants, copyFile, mkdir, rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { messageOf, StatuscastError } from '../errors.js';
import { listedOf, readDecoders, type Decoders } from './codecs.js';
import { findLaunchers, type Launchers } from './launchers.js';
import { runProgram } from './run-program.js';

/** The ffmpeg and ffprobe that are used. */
export interface Ffmpeg {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /**
   * What they can do. They are asked when it is first needed, once in the life of a process: that
   * takes a tenth of a second, and many a folder holds nothing for them.
   * @throws StatuscastError `binary-unusable`
   */
  readonly abilities: () => Promise<Abilities>;
}

/** What an ffmpeg can do, and what holds it in bounds. */
export interface Abilities extends Launchers {
  /** Codecs that are listed and that it can decode, by the names that ffprobe uses. */
  readonly decodableCodecs: ReadonlySet<string>;
  /** The same with its decoders for each. */
  readonly decoders: Decoders;
  /** All that this ffprobe has, listed or not. */
  readonly probeDecoders: Decoders;
  readonly filters: ReadonlySet<string>;
}

/** The two packages are CommonJS, and throw where they hold nothing for this machine. */
const require = createRequire(import.meta.url);

const ASK_TIMEOUT_MS = 20_000;

/** What was answered, by the paths of the two programs. */
const answers = new Map<string, Promise<Abilities>>();

/**
 * Finds the programs: `FFMPEG_PATH` and `FFPROBE_PATH`, else the ones bundled from npm; makes the
 * bundled ones runnable where they are not.
 * @throws StatuscastError `binary-unusable`.
 */
export async function findFfmpeg(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Ffmpeg> {
  const [ffmpegPath, ffprobePath] = await Promise.all([
    locateProgram('ffmpeg', env),
    locateProgram('ffprobe', env),
  ]);
  const key = `${ffmpegPath}\0${ffprobePath}`;
  const abilities = async () => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const asked = askBoth(ffmpegPath, ffprobePath);
    answers.set(key, asked);
    // What failed may be mended by the next time.
    asked.catch(() => answers.delete(key));
    return asked;
  };
  return { ffmpegPath, ffprobePath, abilities };
}

/** All questions at once: each of these starts takes longer than its answer. */
async function askBoth(ffmpegPath: string, ffprobePath: string): Promise<Abilities> {
  const [launchers, codecs, filters, probeCodecs] = await Promise.all([
    findLaunchers(),
    askProgram(ffmpegPath, '-codecs'),
    askProgram(ffmpegPath, '-filters'),
    askProgram(ffprobePath, '-codecs'),
  ]);
  const decoders = listedOf(readDecoders(codecs));
  return {
    ...launchers,
    decodableCodecs: new Set(decoders.keys()),
    decoders,
    probeDecoders: readDecoders(probeCodecs),
    filters: new Set(wordsAfter(filters, /^ \S{2,3} (\S+)/gm)),
  };
}

const PROGRAMS = {
  ffmpeg: { variable: 'FFMPEG_PATH', load: (): unknown => require('@ffmpeg-installer/ffmpeg') },
  ffprobe: { variable: 'FFPROBE_PATH', load: (): unknown => require('@ffprobe-installer/ffprobe') },
} as const;

/**
 * The absolute path of a program, made runnable where it is not.
 * @throws StatuscastError `binary-unusable`.
 */
export async function locateProgram(
  program: keyof typeof PROGRAMS,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { variable, load } = PROGRAMS[program];
  const given = env[variable];
  if (given !== undefined && given !== '') {
    await access(given, constants.X_OK).catch((cause: unknown) => {
      const why = `${variable} names it, and it is not an executable file`;
      throw new StatuscastError({ code: 'binary-unusable', binary: given, why }, { cause });
    });
    return path.resolve(given);
  }
  const named = env['XDG_CACHE_HOME'] ?? '';
  const cache = named === '' ? path.join(homedir(), '.cache') : named;
  return makeRunnable(bundledPath(program, load), path.resolve(cache, 'statuscast'));
}

function bundledPath(binary: string, load: () => unknown): string {
  try {
    const bundled = load();
    if (typeof bundled === 'object' && bundled !== null && 'path' in bundled) {
      return String(bundled.path);
    }
    throw new Error('the package names no path');
  } catch (cause) {
    // Without a build for this platform these packages throw, one of them a bare string.
    const why = `npm holds no build of it for this machine (${messageOf(cause)})`;
    throw new StatuscastError({ code: 'binary-unusable', binary, why }, { cause });
  }
}

/**
 * The packages ship their programs without the run bit, which only an install script sets, and for
 * the owner alone. Where it is missing it is set; where it may not be, a copy of ours has it.
 */
async function makeRunnable(binary: string, cache: string): Promise<string> {
  const canRun = (file: string) =>
    access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
  if (await canRun(binary)) return binary;
  await chmod(binary, 0o755).catch(() => undefined);
  if (await canRun(binary)) return binary;
  try {
    const { size, mtimeMs } = await stat(binary);
    const copy = path.join(cache, `${size}-${Math.round(mtimeMs)}-${path.basename(binary)}`);
    if (await canRun(copy)) return copy;
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const partial = `${copy}.${process.pid}`;
    await copyFile(binary, partial);
    await chmod(partial, 0o700);
    await rename(partial, copy);
    return copy;
  } catch (cause) {
    const why = `it lacks the run bit, which could not be set (${messageOf(cause)})`;
    throw new StatuscastError({ code: 'binary-unusable', binary, why }, { cause });
  }
}

async function askProgram(binary: string, question: string): Promise<string> {
  try {
    return await runProgram({
      program: path.basename(binary),
      argv: [binary, '-hide_banner', question],
      timeoutMs: ASK_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new StatuscastError(
      { code: 'binary-unusable', binary, why: messageOf(cause) },
      { cause },
    );
  }
}

function wordsAfter(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}
