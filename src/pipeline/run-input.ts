import { rm } from 'node:fs/promises';
import { StatuscastError, toStatuscastError } from '../errors.js';
import type { ResultEvent } from '../events.js';
import { OUTPUT_TYPES, type Ending, type Kind } from '../job.js';
import { stemOf } from './output-names.js';
import { publish } from '../publish/publish.js';
import { stopsRun } from '../publish/retry.js';
import { makeReady, throttle, type Planned, type Prepared } from './make-ready.js';
import type { Publishing, Run, Task } from './run.js';

/** Runs one input to its end. Whatever happens on the way, it ends with a result. */
export async function runInput(run: Run, task: Task): Promise<ResultEvent> {
  let known: Partial<Prepared> = {};
  const onPlanned = (planned: Planned) => {
    known = planned;
    const { kind, plan } = planned;
    if (plan.action === 'refuse') return;
    run.emit({ type: 'stage', input: task.input.input, stage: 'normalize', kind, plan });
  };
  try {
    const ready = await run.inNormalizeLane(() => makeReady(run, task, onPlanned));
    if (ready.type === 'ended') return resultOf(task, { kind: ready.kind }, ready.ending);
    const prepared = ready.entry;
    known = prepared;
    if (run.publishing === null) return resultOf(task, known, { outcome: 'prepared' });
    return resultOf(task, known, await publishInput(run, run.publishing, task, prepared));
  } catch (thrown) {
    const { code, message } = errorOf(run, task, thrown);
    return resultOf(task, known, { outcome: 'failed', error: { code, message } });
  } finally {
    task.leave();
  }
}

async function publishInput(
  run: Run,
  publishing: Publishing,
  task: Task,
  prepared: Prepared,
): Promise<Ending> {
  const { client, ledger, inUploadLane, inSendLane, outputsDir } = publishing;
  const { input } = task.input;
  const { kind, plan, output } = prepared;
  const ending = await publish(
    { ...prepared, fileName: `${stemOf(task.input)}.${OUTPUT_TYPES[kind].extension}` },
    {
      ...{ client, ledger, settings: run.settings, signal: run.signal, now: Date.now },
      inUploadLane,
      inSendLane: async (work) => {
        await task.turn;
        try {
          return await inSendLane(work);
        } finally {
          task.leave();
        }
      },
      onStage: (stage) => {
        // The order of sends is no reason to wait for what may take minutes to find out.
        if (stage === 'find-out') task.leave();
        run.emit({ type: 'stage', input, stage, kind, plan });
      },
      onProgress: throttle((done) => {
        const total = output.bytes;
        run.emit({ type: 'progress', input, stage: 'upload', unit: 'bytes', done, total });
      }),
      onWaiting: (why, waitMs) => run.emit({ type: 'waiting', input, why, waitMs }),
    },
  );
  const isPosted = ending.outcome === 'sent' || ending.outcome === 'skipped';
  if (isPosted && outputsDir !== null) {
    await rm(output.path, { force: true });
  }
  return ending;
}

/** Why it failed: the run's own end, where that is why; the instance's fault ends the run. */
function errorOf(run: Run, { input }: Task, thrown: unknown): StatuscastError {
  const error = toStatuscastError(isSystemError(thrown) ? unreadable(input.input, thrown) : thrown);
  if (stopsRun(error)) {
    const isFirst = !run.signal.aborted;
    run.stop(error);
    if (isFirst) return error;
  }
  if (!run.signal.aborted) return error;
  const why = toStatuscastError(run.signal.reason);
  return why.code === 'interrupted'
    ? why
    : new StatuscastError({ code: 'stopped', why: why.message });
}

function isSystemError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'syscall' in thrown;
}

function unreadable(file: string, cause: Error): StatuscastError {
  const why = cause.message.replace(/, \w+( '.*')?$/, '');
  return new StatuscastError({ code: 'file-unreadable', file, why }, { cause });
}

function resultOf(
  { input }: Task,
  known: Partial<Pick<Prepared, 'source' | 'plan' | 'output'>> & { readonly kind?: Kind | null },
  ending: Ending,
): ResultEvent {
  return {
    type: 'result',
    input: input.input,
    kind: known.kind ?? null,
    source: known.source ?? null,
    outcome: ending.outcome,
    plan: known.plan ?? null,
    output: known.output ?? null,
    urlFile: 'urlFile' in ending ? ending.urlFile : null,
    idMessage: 'idMessage' in ending ? ending.idMessage : null,
    reason: 'reason' in ending ? ending.reason : null,
    detail: 'detail' in ending ? ending.detail : null,
    error: 'error' in ending ? ending.error : null,
  };
}
