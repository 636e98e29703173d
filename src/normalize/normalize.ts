import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { OUTPUT_TYPES, type Output } from '../job.js';
import type { Media } from '../inspect/inspect.js';
import { planEncode, type Plan } from '../plan/plan.js';
import type { Settings } from '../settings.js';
import { check, type CheckResult } from './check.js';
import { normalizeAudio } from './normalize-audio.js';
import type { NormalizeOptions } from './normalize-options.js';
import { normalizeVideo } from './normalize-video.js';

/** A file to normalize, and where its output goes. */
export interface NormalizeTask {
  /** Absolute path of the source, which is only read. */
  readonly path: string;
  /** Its name for messages. */
  readonly name: string;
  readonly media: Media;
  readonly plan: Plan;
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
  const first = await attempt(ffmpeg, task, task.plan, settings, options);
  if (first.type === 'kept') return { plan: task.plan, output: first.output };
  if (task.plan.action !== 'encode') {
    const because = first.faults.map((fault) => `a copy was not enough: ${fault}`);
    const second = planEncode(task.media, task.name, settings, because);
    if (second.action === 'refuse') throw new StatuscastError(second.error);
    const result = await attempt(ffmpeg, task, second, settings, options);
    if (result.type === 'kept') return { plan: second, output: result.output };
    throw broken(task, result.faults);
  }
  throw broken(task, first.faults);
}

/** Name of a file that is not whole yet: it tells whose it is. */
const PARTIAL_NAME = /^\.part-(\d+)-/;

/** Removes what a process that is no more had begun to write below a folder. */
export async function removeStalePartials(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    const owner = PARTIAL_NAME.exec(path.basename(name))?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

async function attempt(
  ffmpeg: Ffmpeg,
  task: NormalizeTask,
  plan: Plan,
  settings: Settings,
  options: NormalizeOptions,
): Promise<CheckResult> {
  const { extension } = OUTPUT_TYPES[plan.kind];
  const finalPath = `${task.outputStem}.${extension}`;
  const folder = path.dirname(finalPath);
  const partial = path.join(folder, `.part-${process.pid}-${randomUUID()}.${extension}`);
  try {
    await mkdir(folder, { recursive: true });
    await carryOut(ffmpeg, task, plan, partial, options);
    const result = await check(ffmpeg, partial, plan.kind, settings, {
      signal: options.signal,
      withTiming: plan.kind === 'video' && plan.picture.action === 'copy',
    });
    if (result.type === 'broken') return result;
    await rename(partial, finalPath);
    return { type: 'kept', output: { ...result.output, path: finalPath } };
  } catch (thrown) {
    return afterFailure(thrown, task, plan, folder);
  } finally {
    await rm(partial, { force: true });
  }
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
      await normalizeImage(task.path, plan, outputPath, options);
      return;
    }
    case 'audio':
      return normalizeAudio(ffmpeg, task.path, plan, outputPath, options);
    case 'video':
      return normalizeVideo(ffmpeg, task.path, plan, outputPath, options);
  }
}

/** A copy that failed is a fault like another; anything else is told of the file. */
function afterFailure(
  thrown: unknown,
  task: NormalizeTask,
  plan: Plan,
  folder: string,
): CheckResult {
  const mayBeTheFile = !(thrown instanceof StatuscastError) || thrown.code === 'program-failed';
  if (!mayBeTheFile) throw thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  if (code === 'ENOSPC' || code === 'EROFS' || code === 'EDQUOT' || code === 'EACCES') {
    const why = messageOf(thrown);
    throw new StatuscastError({ code: 'folder-unusable', path: folder, why }, { cause: thrown });
  }
  if (plan.action === 'encode' || plan.kind === 'image') {
    const why = firstLine(messageOf(thrown));
    throw new StatuscastError({ code: 'undecodable', file: task.name, why }, { cause: thrown });
  }
  return { type: 'broken', faults: [firstLine(messageOf(thrown))] };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function broken(task: NormalizeTask, faults: readonly string[]): StatuscastError {
  return new StatuscastError({ code: 'contract-broken', file: task.name, faults });
}
