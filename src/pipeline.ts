import PQueue from 'p-queue';
import { createChoices } from './choices/choices.js';
import { discover, findRoots } from './discover/discover.js';
import { toStatuscastError } from './errors.js';
import type { StatuscastEvent } from './events.js';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.js';
import { isMedia } from './inspect/sniff.js';
import type { JobError, Outcome } from './job.js';
import { removeStalePartials, scratchIn } from './normalize/normalize.js';
import { tellTotals } from './pipeline/count-inputs.js';
import { confirmRun } from './pipeline/confirm-run.js';
import { streamEvents } from './pipeline/event-stream.js';
import {
  foldersOfOurs,
  refuseFile,
  refuseInputsFolder,
  warnOfPrepared,
} from './pipeline/folders.js';
import { walkOnce, warnOfAbsent, watchOn } from './pipeline/input-source.js';
import { openRun, placesOf } from './pipeline/open-run.js';
import { createOutputNames } from './pipeline/output-names.js';
import { preflight } from './pipeline/preflight-run.js';
import { runInput } from './pipeline/run-input.js';
import { isWatch, type RunOptions } from './pipeline/run-options.js';
import type { Queued } from './pipeline/run.js';
import { takeTurn } from './pipeline/take-turn.js';
import { warnOfJournal, warnOfQueue } from './publish/pace.js';
import { createSettings } from './resolve-settings.js';

export { countFolder, listMedia } from './pipeline/count-inputs.js';
export type { Goal, RunOptions } from './pipeline/run-options.js';

/**
 * Runs files and folders through the whole flow: discover, inspect, plan, normalize, check, upload,
 * link, send, with every step in the ledger.
 * @param paths files and folders; a folder is walked in the order of its names
 * @returns events as they happen. Each input ends with one `result`, whatever happens to the
 * others; `summary` is the last. Leaving the loop early ends the run as the signal does.
 * @throws StatuscastError for what is wrong with the call itself: `bad-settings`, `path-missing`,
 * `missing-credentials`, `binary-unusable`, `ledger-unusable`. A program that is there and cannot run
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
  const places = placesOf(options, settings);
  const { stateDir, outDir, scratchDir } = places;
  const ours = await foldersOfOurs(roots, settings);
  await refuseInputsFolder(roots, outDir);
  const isPlan = options.goal === 'plan';
  if (!isPlan) {
    await refuseFile('out', outDir);
    await refuseFile('state', stateDir);
  }
  const isWatching = isWatch(options);
  const choices = createChoices(settings, { isMedia, isLive: isWatching, signal: interrupted });
  const absent = await choices.check(roots, ours);
  if (!isPlan) await removeStalePartials(scratchDir);
  const opened = await openRun(options, { settings, choices, ffmpeg, places, interrupted, emit });
  const { run, read } = opened;
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
      stateDir: run.publishing === null && read?.isKnown !== true ? null : stateDir,
      outDir,
    });
    const endCount = isWatching ? null : tellTotals(run, () => discover(roots, ours));
    const onIdle = () => emit({ type: 'idle', counts: { ...counts } });
    const source = isWatching ? await watchOn(roots, ours, run, onIdle) : walkOnce(roots, ours);
    // Whoever starts a watch with the machine may be there before its network.
    const instance = await preflight(run, { isPatient: isWatching });
    opened.foundOut.instance = instance;
    const warn = (message: string | null) => {
      if (message !== null) emit({ type: 'warning', input: null, message });
    };
    warn(warnOfJournal(instance));
    warn(warnOfAbsent(absent));
    warn(await warnOfPrepared(roots, ours, outDir));
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
      const named = { nameOutput: nameOutput(input), scratch: scratchIn(scratchDir) };
      const turns = { toMeet: takeTurn(last?.toMeet), toSend: takeTurn(last?.toSend) };
      const beforeSend = () => source.beforeSend(input);
      const task: Queued = { input, beforeSend, ...named, ...turns };
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
    opened.foundOut.isDiscovered = true;
    endCount?.(walked);
    await inFlight.onIdle();
    // One that does not tell its settings may keep a journal.
    if (settings.confirm && instance?.outgoingWebhook !== false) await confirmRun(run);
    const seconds = (performance.now() - begunMs) / 1000;
    const estimate = isPlan ? total : null;
    emit({ type: 'summary', counts, estimate, seconds, stopped: causeOf(run.signal) });
  } catch (thrown) {
    // What is under way still ends in order before the ledger is closed.
    run.stop(toStatuscastError(thrown));
    await inFlight.onIdle();
    throw thrown;
  } finally {
    await opened.close();
  }
}

/** Why a run ended before its work; null where it did not. */
function causeOf(signal: AbortSignal): JobError | null {
  if (!signal.aborted) return null;
  const reason = toStatuscastError(signal.reason);
  const { code, message } = reason.cause === undefined ? reason : toStatuscastError(reason.cause);
  return { code, message };
}
