import { constants, copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StatuscastError, toStatuscastError } from '../errors.js';
import type { ResultEvent } from '../events.js';
import { OUTPUT_TYPES, type Ending, type Kind } from '../job.js';
import { stemOf } from './output-names.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { publish } from '../publish/publish.js';
import { stopsRun } from '../publish/retry.js';
import { makeEntry } from './make-entry.js';
import { fingerprint, makeOutput, type Made, type Planned } from './make-output.js';
import { throttle } from './throttle.js';
import type { Publishing, Run, Task } from './run.js';

/** What is known of an input so far. */
type Known = Partial<Pick<Made, 'source' | 'plan' | 'output'>> & { readonly kind?: Kind | null };
type Note = (known: Known) => void;

/** Runs one input to its end. Whatever happens on the way, it ends with a result. */
export async function runInput(run: Run, task: Task): Promise<ResultEvent> {
  let known: Known = {};
  const note: Note = (facts) => {
    known = facts;
  };
  try {
    const ending =
      run.publishing === null
        ? await prepareInput(run, task, note)
        : await sendInput(run, run.publishing, task, note);
    return resultOf(task, known, ending);
  } catch (thrown) {
    const { code, message } = errorOf(run, task, thrown);
    return resultOf(task, known, { outcome: 'failed', error: { code, message } });
  } finally {
    task.leave();
  }
}

async function prepareInput(run: Run, task: Task, note: Note): Promise<Ending> {
  const made = await inNormalizeLane(run, task, async () => {
    const before = await fingerprint(task.input);
    return makeOutput(run, task, before, () => task.outputStem, tellPlan(run, task, note));
  });
  note(made);
  return made.type === 'ended' ? made.ending : { outcome: 'prepared' };
}

async function sendInput(
  run: Run,
  publishing: Publishing,
  task: Task,
  note: Note,
): Promise<Ending> {
  const entered = await inNormalizeLane(run, task, () =>
    makeEntry(run, publishing, task, tellPlan(run, task, note)),
  );
  if (entered.type === 'ended') {
    note({ kind: entered.kind });
    return entered.ending;
  }
  const { entry } = entered;
  const path = run.settings.out === '' ? entry.output.path : await keepOutput(task, entry);
  note({ ...entry, output: { ...entry.output, path } });
  return publishEntry(run, publishing, task, entry);
}

/** Copies the output to where the user wants to have it. */
async function keepOutput({ outputStem }: Task, { kind, output }: LedgerEntry): Promise<string> {
  const kept = `${outputStem}.${OUTPUT_TYPES[kind].extension}`;
  await mkdir(dirname(kept), { recursive: true });
  await copyFile(output.path, kept, constants.COPYFILE_FICLONE);
  return kept;
}

function inNormalizeLane<Value>(
  run: Run,
  { input: { input } }: Task,
  work: () => Promise<Value>,
): Promise<Value> {
  return run.inNormalizeLane(() => {
    run.signal.throwIfAborted();
    run.emit({ type: 'stage', input, stage: 'inspect', kind: null, plan: null });
    return work();
  });
}

function tellPlan(run: Run, { input: { input } }: Task, note: Note): (planned: Planned) => void {
  return (planned) => {
    note(planned);
    const { kind, plan } = planned;
    if (plan.action === 'refuse') return;
    run.emit({ type: 'stage', input, stage: 'normalize', kind, plan });
  };
}

async function publishEntry(
  run: Run,
  publishing: Publishing,
  task: Task,
  entry: LedgerEntry,
): Promise<Ending> {
  const { client, ledger, inUploadLane, inSendLane } = publishing;
  const { input } = task.input;
  const { kind, plan, output } = entry;
  const ending = await publish(
    { ...entry, fileName: `${stemOf(task.input)}.${OUTPUT_TYPES[kind].extension}` },
    {
      ...{ client, ledger, settings: run.settings, signal: run.signal, now: Date.now },
      inUploadLane,
      inSendLane: async (work) => {
        await task.turn;
        try {
          return await inSendLane(work);
        } catch (thrown) {
          // Before the next one leaves.
          const error = toStatuscastError(thrown);
          if (stopsRun(error)) run.stop(error);
          throw error;
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
  const isPosted =
    ending.outcome === 'sent' || (ending.outcome === 'skipped' && ending.reason === 'already-sent');
  // Whatever becomes of the file, the status is out.
  if (isPosted) await rm(output.path, { force: true }).catch(() => undefined);
  return ending;
}

/** Why it failed: the run's own end, where that is why; the instance's fault ends the run. */
function errorOf(run: Run, { input }: Task, thrown: unknown): StatuscastError {
  const error = toStatuscastError(isSystemError(thrown) ? unreadable(input.input, thrown) : thrown);
  if (stopsRun(error)) run.stop(error);
  if (!run.signal.aborted) return error;
  const reason = toStatuscastError(run.signal.reason);
  return reason.cause === error ? error : reason;
}

function isSystemError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'syscall' in thrown;
}

function unreadable(file: string, cause: Error): StatuscastError {
  const why = cause.message.replace(/, \w+( '.*')?$/, '');
  return new StatuscastError({ code: 'file-unreadable', file, why }, { cause });
}

function resultOf({ input }: Task, known: Known, ending: Ending): ResultEvent {
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
