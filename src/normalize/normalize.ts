import { mkdir, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, reasonIn, StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { OUTPUT_TYPES, type Output, type Part } from '../job.js';
import { inRoomFor } from '../inspect/decoding-room.js';
import type { Media } from '../inspect/inspection.js';
import type { Plan } from '../plan/plan.js';
import { nameOwn, removeLeftBehind } from '../processes.js';
import type { Settings } from '../settings.js';
import { check } from './check.js';
import { tooManyBytes } from './fit-bytes.js';
import { normalizeAudio } from './normalize-audio.js';
import type { NormalizeOptions } from './normalize-options.js';
import { normalizeVideo } from './normalize-video.js';
import { retreat, type Attempt, type Candidate } from './retreat.js';

/** A file to normalize, and where its output goes. */
export interface NormalizeTask {
  /** Absolute path of the source, which is only read. */
  readonly path: string;
  /** Its name for messages. */
  readonly name: string;
  readonly media: Media;
  readonly plan: Plan;
  /** What of a sound or clip is taken. Default: as much as fits. */
  readonly part?: Part;
  /** Absolute path of the output without its extension. */
  readonly outputStem: string;
}

/** What came of it. The plan is another one where a copy did not keep the contract after all. */
export interface Normalized {
  readonly plan: Plan;
  readonly output: Output;
}

/**
 * Carries a plan out and checks the result; where a copy breaks the contract, encodes instead. The
 * output appears under its name only once it is whole and checked.
 * @throws StatuscastError `contract-broken`, `undecodable`, `program-timeout`, `interrupted`,
 * `folder-unusable`
 */
export async function normalize(
  ffmpeg: Ffmpeg,
  task: NormalizeTask,
  settings: Settings,
  options: NormalizeOptions,
): Promise<Normalized> {
  let next: Candidate | null = { media: task.media, plan: task.plan };
  for (;;) {
    const { plan } = next;
    const result = await attempt(ffmpeg, task, plan, settings, options);
    if (result.type === 'kept') return { plan, output: result.output };
    next = await retreat(ffmpeg, next, result, task, settings, options);
    if (next !== null) continue;
    if (result.type === 'failed') throw result.error;
    const { faults } = result;
    throw new StatuscastError({ code: 'contract-broken', file: task.name, faults });
  }
}

/** How the name of a file that is not whole yet, or of a scratch folder, begins: then whose it is. */
const PARTIAL_NAME = '.part-';

/** The path of a new scratch folder, not made yet; its user removes it. */
export function scratchIn(folder: string): string {
  return path.join(folder, nameOwn(PARTIAL_NAME));
}

/** Removes what a process that is no more had begun to write below a folder. */
export async function removeStalePartials(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  await removeLeftBehind(folder, names, PARTIAL_NAME);
}

async function attempt(
  ffmpeg: Ffmpeg,
  task: NormalizeTask,
  plan: Plan,
  settings: Settings,
  options: NormalizeOptions,
): Promise<Attempt> {
  const { extension } = OUTPUT_TYPES[plan.kind];
  const finalPath = `${task.outputStem}.${extension}`;
  const folder = path.dirname(finalPath);
  const partial = path.join(folder, `${nameOwn(PARTIAL_NAME)}.${extension}`);
  try {
    await mkdir(folder, { recursive: true });
    await carryOut(ffmpeg, task, plan, partial, options);
    await refuseTooMany(task, plan, partial);
    const result = await check(ffmpeg, partial, plan.kind, settings, {
      signal: options.signal,
      withTiming: plan.kind === 'video' && plan.picture.action === 'copy',
    });
    if (result.type === 'broken') {
      // What an encoder made nothing of was no good to begin with.
      if (result.isUnreadable === true) throw new Error(result.faults.join('; '));
      return result;
    }
    await refuseSource(task, finalPath);
    await rename(partial, finalPath);
    return { type: 'kept', output: { ...result.output, path: finalPath } };
  } catch (thrown) {
    return { type: 'failed', error: failureOf(thrown, task, partial) };
  } finally {
    // It has its name by now, or there is a reason, which is told.
    await unlink(partial).catch(() => undefined);
  }
}

/** What is still over its limit after the lower try has no further one. */
async function refuseTooMany({ name }: NormalizeTask, plan: Plan, made: string): Promise<void> {
  if (plan.kind !== 'video' || plan.picture.action === 'copy') return;
  const { size } = await stat(made);
  if (size > plan.maxBytes) throw tooManyBytes(name, size, plan);
}

/** Sources are never touched, whatever an output is to be called. */
async function refuseSource({ path: source }: NormalizeTask, finalPath: string): Promise<void> {
  const taken = await realpath(finalPath).catch(() => null);
  if (taken === null || taken !== (await realpath(source))) return;
  const why = 'the output would take the place of its source';
  throw new StatuscastError({ code: 'folder-unusable', path: finalPath, why });
}

async function carryOut(
  ffmpeg: Ffmpeg,
  task: NormalizeTask,
  plan: Plan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  switch (plan.kind) {
    case 'image': {
      const { normalizeImage } = await import('./normalize-image.js');
      const made = () => normalizeImage(ffmpeg, task.path, plan, outputPath, options);
      await inRoomFor(plan.source, made);
      return;
    }
    case 'audio':
      return normalizeAudio(ffmpeg, task.path, plan, outputPath, options);
    case 'video':
      return normalizeVideo(ffmpeg, task.path, plan, outputPath, options);
  }
}

const NO_ROOM: ReadonlySet<unknown> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'ENOTDIR', 'EEXIST'],
]);

/** ffprobe is newer than the bundled ffmpeg, and knows more ways to store a codec. */
const NO_DECODER = /^Decoder \(codec \S+\) not found/;

/** The file's fault; what is nobody's file's fault is thrown. */
function failureOf(thrown: unknown, task: NormalizeTask, partial: string): StatuscastError {
  const facts = thrown instanceof StatuscastError ? thrown.facts : null;
  if (facts !== null && facts.code !== 'program-failed') throw thrown;
  // The name of a file that is not whole yet is of no use to anybody.
  const printed = (facts?.why ?? messageOf(thrown)).replaceAll(`file:${partial}: `, '');
  const why = reasonIn(printed, task.path);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  if (NO_ROOM.has(code) || /no space left on device/i.test(why)) {
    throw new StatuscastError(
      { code: 'folder-unusable', path: path.dirname(partial), why },
      { cause: thrown },
    );
  }
  if (NO_DECODER.test(why)) {
    const unknown =
      'it is in a form that this ffmpeg does not know; name a newer one in FFMPEG_PATH';
    const lacking = { code: 'format-unsupported', file: task.name, why: unknown } as const;
    return new StatuscastError(lacking, { cause: thrown });
  }
  return new StatuscastError({ code: 'undecodable', file: task.name, why }, { cause: thrown });
}
