import { rm, stat } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import type { Kind, Output, Part, PlanSummary } from '../job.js';
import { clearSinks } from '../normalize/leave-frames.js';
import { normalize } from '../normalize/normalize.js';
import { plan, summarizePlan, type Plan } from '../plan/plan.js';
import { openSinks } from '../preview/make-previews.js';
import { fingerprint, type Opened } from './open-input.js';
import { partNumber } from './part-number.js';
import { preview } from './preview.js';
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

/**
 * Decides what is to become of an input, or of one part of it.
 * @param onPlanned told what was decided, also when it is to refuse the file
 * @throws StatuscastError for what makes the file unfit
 */
export function decide(
  { input, settings }: Task,
  { media, source }: Opened,
  part: Part,
  onPlanned: (planned: Planned) => void,
): Plan {
  const decided = plan(media, input.input, settings, [], part);
  if (decided.action === 'refuse') {
    const error = new StatuscastError(decided.error);
    const reasons = [error.message];
    onPlanned({
      kind: media.type,
      source,
      plan: { action: 'refuse', reasons, fit: null, crop: null },
    });
    throw error;
  }
  onPlanned({ kind: decided.kind, source, plan: summarizePlan(decided) });
  return decided;
}

/**
 * Makes the output of an input, or of one part of it: plan, normalize, check.
 * @param stemFor where its output goes, without the extension
 * @param onPlanned as with `decide`, before the plan is carried out
 * @throws StatuscastError for what makes the file unfit
 */
export async function makeOutput(
  run: Run,
  task: Task,
  opened: Opened,
  part: Part,
  stemFor: (kind: Kind) => string,
  onPlanned: (planned: Planned) => void,
): Promise<Made> {
  const { ffmpeg, signal, emit } = run;
  const { input, scratch, settings } = task;
  const { media, source, before } = opened;
  const name = input.input;
  const decided = decide(task, opened, part, onPlanned);
  const { kind } = decided;
  const total = 'expectedSeconds' in decided ? decided.expectedSeconds : null;
  const sinks = await openSinks(run.previews, media, decided);
  const shown = { media, part, sinks };
  try {
    let begunMs = performance.now();
    const made = await run
      .inNormalizeLane(() => {
        signal.throwIfAborted();
        begunMs = performance.now();
        return normalize(
          ffmpeg,
          { name, path: input.path, media, plan: decided, part, outputStem: stemFor(media.type) },
          settings,
          {
            signal,
            timeoutMs: settings.normalizeTimeoutMs,
            threads: run.threads(),
            scratch,
            sinks: sinks ?? undefined,
            onProgress: throttle((done) => {
              emit({
                ...{ type: 'progress', input: name, stage: 'normalize', part: partNumber(part) },
                ...{ unit: 'seconds', done, total },
              });
            }),
          },
        );
      })
      .catch(async (thrown: unknown) => {
        await preview(run, task, shown, null);
        throw thrown;
      });
    const after = await stat(input.path).catch(() => null);
    if (after === null || fingerprint(after) !== before) {
      await rm(made.output.path, { force: true });
      throw new StatuscastError({ code: 'file-changed', file: name });
    }
    const seconds = (performance.now() - begunMs) / 1000;
    emit({ type: 'stage-end', input: name, stage: 'normalize', part: partNumber(part), seconds });
    const done = { kind, plan: summarizePlan(made.plan), output: made.output };
    await preview(run, task, shown, done);
    return { type: 'made', sourceKind: media.type, source, ...done };
  } finally {
    await clearSinks(sinks);
  }
}
