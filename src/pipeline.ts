import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PQueue from 'p-queue';
import { createChoices } from './choices/choices.js';
import { discover, findRoots } from './discover/discover.js';
import { StatuscastError, toStatuscastError } from './errors.js';
import type { StatuscastEvent } from './events.js';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.js';
import type { InstanceSettings } from './green-api/answers.js';
import type { Credentials } from './green-api/credentials.js';
import { isMedia } from './inspect/sniff.js';
import type { JobError, Outcome } from './job.js';
import { removeStalePartials, scratchIn } from './normalize/normalize.js';
import { tellTotals } from './pipeline/count-inputs.js';
import { confirmRun } from './pipeline/confirm-run.js';
import { streamEvents } from './pipeline/event-stream.js';
import { realPathOf, refuseInputsFolder } from './pipeline/folders.js';
import { readMemory, rememberWith } from './pipeline/memory.js';
import { walkOnce, warnOfAbsent, watchOn } from './pipeline/input-source.js';
import { createOutputNames } from './pipeline/output-names.js';
import { preflight } from './pipeline/preflight-run.js';
import { runInput } from './pipeline/run-input.js';
import type { Queued, Run } from './pipeline/run.js';
import { takeTurn } from './pipeline/take-turn.js';
import { createPreviews } from './preview/previews.js';
import { gapMsOf, warnOfJournal, warnOfQueue } from './publish/pace.js';
import type { SettingsInput } from './settings.js';
import { createSettings } from './resolve-settings.js';

export { countFolder, listMedia } from './pipeline/count-inputs.js';

/** What a run does with each file at the end: send it, only make its output, or only plan it. */
export type Goal =
  | {
      readonly goal: 'send';
      readonly credentials: Credentials;
      /**
       * Goes on with what appears in the folders, until the signal fires: each file once it is
       * whole. What fails for a reason that may pass is found again. Default: false.
       */
      readonly watch?: boolean;
    }
  | { readonly goal: 'prepare' }
  | {
      readonly goal: 'plan';
      /** Of the account: what it has posted is known by it. Default: nothing is known as posted. */
      readonly idInstance?: string;
    };

/** What a run is for, with what, and what ends it. */
export type RunOptions = Goal & {
  /** Any of the settings; the others have their defaults. */
  readonly settings?: SettingsInput;
  /** Ends the run: the send in flight is finished, encoders are stopped, nothing is lost. */
  readonly signal?: AbortSignal;
  /**
   * Where small pictures of the files go, told of by `preview` events: a folder, made when the
   * first is, and about how many bytes of them are made at most. Default: none are made.
   */
  readonly previews?: { readonly folder: string; readonly maxBytes: number };
  /** Where `FFMPEG_PATH` and `FFPROBE_PATH` are looked up. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

/**
 * Runs files and folders through the whole flow: discover, inspect, plan, normalize, check, upload,
 * link, send, with every step in the ledger.
 * @param paths files and folders; a folder is walked in the order of its names
 * @returns events as they happen. Each input ends with one `result`, whatever happens to the
 * others; `summary` is the last. Leaving the loop early ends the run as the signal does.
 * @throws StatuscastError for what is wrong with the call itself: `bad-settings`, `path-missing`,
 * `binary-unusable`, `folder-unusable`, `ledger-unusable`. A program that is there and cannot run
 * ends the run at the first file that needs it, as `stopped` of the summary says.
 */
export function processFolder(
  paths: string | readonly string[],
  options: RunOptions,
): AsyncGenerator<StatuscastEvent, void, void> {
  const left = new AbortController();
  const signals = [left.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const all = typeof paths === 'string' ? [paths] : paths;
  return streamEvents(
    (emit) => runAll(all, options, AbortSignal.any(signals), emit),
    () => left.abort(),
  );
}

/** Runs one file through the whole flow; everything else is as with `processFolder`. */
export function processFile(
  file: string,
  options: RunOptions,
): AsyncGenerator<StatuscastEvent, void, void> {
  return processFolder([file], options);
}

async function runAll(
  paths: readonly string[],
  options: RunOptions,
  interrupted: AbortSignal,
  emit: (event: StatuscastEvent) => void,
): Promise<void> {
  const begunMs = performance.now();
  const settings = createSettings(options.settings);
  const roots = await findRoots(paths);
  const ffmpeg = await findFfmpeg(options.env);
  const stateDir = path.resolve(settings.state);
  const outputsDir = path.join(stateDir, 'outputs');
  const outDir = path.resolve(settings.out || (options.goal === 'prepare' ? 'out' : outputsDir));
  const ours = [await realPathOf(stateDir), await realPathOf(outDir)];
  refuseInputsFolder(roots, outDir, ours);
  const isPlan = options.goal === 'plan';
  const isWatching = options.goal === 'send' && options.watch === true;
  const choices = createChoices(settings, { isMedia, isLive: isWatching });
  const absent = await choices.check(roots, ours);
  const scratchDir = { send: outputsDir, prepare: outDir, plan: tmpdir() }[options.goal];
  if (!isPlan) await removeStalePartials(scratchDir);

  const ending = new AbortController();
  // Each file under way listens to it, several times over.
  setMaxListeners(0, ending.signal);
  const stop = (cause: StatuscastError) => {
    const stopped = { code: 'stopped', why: cause.message } as const;
    ending.abort(cause.code === 'interrupted' ? cause : new StatuscastError(stopped, { cause }));
  };
  const interrupt = () => stop(new StatuscastError({ code: 'interrupted' }));
  interrupted.addEventListener('abort', interrupt, { once: true });
  if (interrupted.aborted) interrupt();

  // One queue for each thing that is scarce, so that none of them waits for another.
  const normalizeLane = new PQueue({ concurrency: settings.concurrency });
  // One more is looked into meanwhile, so that no core waits: a twentieth for photographs.
  const mediaLane = new PQueue({ concurrency: settings.concurrency + 1 });
  let isDiscovered = false;
  let instance: InstanceSettings | null = null;
  const publishing =
    options.goal === 'send'
      ? // The client and the ledger's engine take 0.1 s to load, and only sending needs them.
        await (
          await import('./pipeline/open-publishing.js')
        ).openPublishing(options.credentials, settings, outputsDir, () =>
          gapMsOf(settings, instance),
        )
      : null;
  const read = options.goal === 'plan' ? await readMemory(stateDir, options.idInstance) : null;
  const memory = publishing === null ? read : rememberWith(publishing.ledger, publishing.keysOf);
  const run: Run = {
    ...{ settings, choices, ffmpeg, emit, stop, memory, publishing, signal: ending.signal },
    goal: options.goal,
    previews:
      options.previews === undefined || isPlan
        ? null
        : createPreviews(path.resolve(options.previews.folder), options.previews.maxBytes),
    inMediaLane: (work) => mediaLane.add(work),
    inNormalizeLane: (work) => normalizeLane.add(work),
    threads: () => {
      const jobs = isDiscovered || isWatching ? mediaLane.pending + mediaLane.size : Infinity;
      return Math.max(1, Math.floor(settings.concurrency / jobs));
    },
  };

  const inFlight = new PQueue({ concurrency: settings.maxInFlight });
  const counts: Record<Outcome, number> = {
    sent: 0,
    prepared: 0,
    planned: 0,
    skipped: 0,
    failed: 0,
    uncertain: 0,
  };
  const total = { bytes: 0, seconds: 0 };
  try {
    emit({
      type: 'started',
      ...{ goal: options.goal, watch: isWatching },
      stateDir: publishing === null && read?.isKnown !== true ? null : stateDir,
      outDir,
    });
    const endCount = isWatching ? null : tellTotals(run, () => discover(roots, ours));
    const onIdle = () => emit({ type: 'idle', counts: { ...counts } });
    const source = isWatching ? await watchOn(roots, ours, run, onIdle) : walkOnce(roots, ours);
    instance = await preflight(run);
    const warn = (message: string | null) => {
      if (message !== null) emit({ type: 'warning', input: null, message });
    };
    warn(warnOfJournal(instance));
    warn(warnOfAbsent(absent));
    warn(read?.warning ?? null);
    const walked = { inputs: 0, bytes: 0 };
    const nameOutput = createOutputNames(outDir);
    let last: Queued | undefined;
    let told: Promise<void> = Promise.resolve();
    for await (const input of source) {
      emit({ type: 'found', input: input.input, bytes: input.bytes });
      walked.inputs++;
      walked.bytes += input.bytes;
      if (!isWatching) warn(warnOfQueue(walked.inputs, instance));
      const places = { nameOutput: nameOutput(input), scratch: scratchIn(scratchDir) };
      const turns = { toMeet: takeTurn(last?.toMeet), toSend: takeTurn(last?.toSend) };
      const task: Queued = { input, ...places, ...turns };
      last = task;
      const before = told;
      told = inFlight.add(async () => {
        const end = await runInput(run, task);
        const result = await source.conclude(input, end.result);
        // A plan is read from top to bottom, and none waits long.
        if (isPlan) await before;
        counts[result.outcome]++;
        total.bytes += result.estimate?.bytes ?? 0;
        total.seconds += result.estimate?.seconds ?? 0;
        emit(result);
        source.end(input, { ...end, result });
      });
      // At most so many between found and finished: disk and memory stay flat.
      await inFlight.onSizeLessThan(1);
    }
    isDiscovered = true;
    endCount?.(walked);
    await inFlight.onIdle();
    if (settings.confirm && publishing !== null && instance?.outgoingWebhook !== false) {
      await confirmRun(run, publishing);
    }
    const seconds = (performance.now() - begunMs) / 1000;
    const estimate = isPlan ? total : null;
    emit({ type: 'summary', counts, estimate, seconds, stopped: causeOf(ending.signal) });
  } catch (thrown) {
    // What is under way still ends in order before the ledger is closed.
    stop(toStatuscastError(thrown));
    await inFlight.onIdle();
    throw thrown;
  } finally {
    interrupted.removeEventListener('abort', interrupt);
    await read?.close();
    await publishing?.close();
  }
}

/** Why a run ended before its work; null where it did not. */
function causeOf(signal: AbortSignal): JobError | null {
  if (!signal.aborted) return null;
  const reason = toStatuscastError(signal.reason);
  const { code, message } = reason.cause === undefined ? reason : toStatuscastError(reason.cause);
  return { code, message };
}
