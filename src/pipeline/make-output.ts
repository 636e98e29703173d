import { rm, stat } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import { describeMedia } from '../inspect/describe-media.js';
import { inspect } from '../inspect/inspect.js';
import type { Ending, Input, Kind, Output, PlanSummary } from '../job.js';
import { normalize } from '../normalize/normalize.js';
import { plan, summarizePlan } from '../plan/plan.js';
import type { Run, Task } from './run.js';
import { throttle } from './throttle.js';

/** What is known of an input once it is planned. */
export interface Planned {
  readonly kind: Kind;
  /** What the input is, in words. */
  readonly source: string;
  readonly plan: PlanSummary;
}

/** A normalized, checked file. */
export interface Made extends Planned {
  readonly type: 'made';
  /** The kind of the input itself, whose key it has: a sound may be shown as a video. */
  readonly sourceKind: Kind;
  readonly output: Output;
}

/** An end that was reached before there was an output to send. */
export interface Ended {
  readonly type: 'ended';
  readonly kind: Kind | null;
  readonly ending: Ending;
}

/**
 * The media half of an input's life: inspect, plan, normalize, check.
 * @param before the file's fingerprint when it was first read
 * @param stemFor where its output goes, without the extension
 * @param onPlanned told before the plan is carried out, or when it is to refuse the file
 * @throws StatuscastError for what makes the file unfit
 */
export async function makeOutput(
  run: Run,
  { input }: Task,
  before: string,
  stemFor: (kind: Kind) => string,
  onPlanned: (planned: Planned) => void,
): Promise<Made | Ended> {
  const { settings, ffmpeg, signal, emit } = run;
  const name = input.input;
  const timeoutMs = settings.probeTimeoutMs;
  const media = await inspect(ffmpeg, input.path, { name, signal, timeoutMs });
  if (media.type === 'unusable') throw new StatuscastError(media.error);
  if (media.type === 'not-media') {
    const detail = `not media: ${media.label}`;
    const ending = { outcome: 'skipped', reason: 'not-media', detail, idMessage: null } as const;
    return { type: 'ended', kind: null, ending };
  }
  const source = describeMedia(media);
  const decided = plan(media, name, settings);
  if (decided.action === 'refuse') {
    const error = new StatuscastError(decided.error);
    const reasons = [error.message];
    onPlanned({ kind: media.type, source, plan: { action: 'refuse', reasons } });
    throw error;
  }
  const { kind } = decided;
  onPlanned({ kind, source, plan: summarizePlan(decided) });
  const total = 'expectedSeconds' in decided ? decided.expectedSeconds : null;
  const made = await normalize(
    ffmpeg,
    { name, path: input.path, media, plan: decided, outputStem: stemFor(media.type) },
    settings,
    {
      signal,
      timeoutMs: settings.normalizeTimeoutMs,
      threads: run.threads(),
      onProgress: throttle((done) => {
        emit({ type: 'progress', input: name, stage: 'normalize', unit: 'seconds', done, total });
      }),
    },
  );
  if ((await fingerprint(input)) !== before) {
    await rm(made.output.path, { force: true });
    throw new StatuscastError({ code: 'file-changed', file: name });
  }
  return {
    ...{ type: 'made', kind, sourceKind: media.type, source },
    ...{ plan: summarizePlan(made.plan), output: made.output },
  };
}

/** Changes when a file is written to while it is read. */
export async function fingerprint(input: Input): Promise<string> {
  const { size, mtimeMs } = await stat(input.path);
  return `${size} ${mtimeMs}`;
}
