import { rm } from 'node:fs/promises';
import { StatuscastError, systemReason, toStatuscastError } from '../errors.js';
import type { ResultEvent } from '../events.js';
import type { Ending, Input, Part } from '../job.js';
import { estimate } from '../plan/estimate.js';
import type { LedgerState } from '../ledger/ledger.js';
import { stopsRun } from '../publish/retry.js';
import { holdContent, type Hold } from './hold-content.js';
import { makeEntry } from './make-entry.js';
import { decide, makeOutput, type Made, type Planned } from './make-output.js';
import {
  endPosted,
  openInput,
  recall,
  takeUp,
  type Busy,
  type Ended,
  type Entered,
  type Opened,
} from './open-input.js';
import { keepOutput, publishEntry } from './publish-entry.js';
import { chooseSettings, chosenInWords } from './choose-settings.js';
import { partNumber } from './part-number.js';
import { preview } from './preview.js';
import { postingOf, resultOf, type Done, type PartTask } from './result-of.js';
import type { Queued, Run, Task } from './run.js';

const WHOLE: Part = { number: 1, of: 1, startSeconds: 0, seconds: null };

/** How an input ended, and what only whoever found it needs to know of that. */
export interface InputEnd {
  readonly result: ResultEvent;
  /** Why it failed, where it did before it was sent. */
  readonly fault: StatuscastError | null;
  /** The input before it that is the same status; null where there is none. */
  readonly twin: Input | null;
}

/**
 * Runs one input to its end, part by part. Whatever happens on the way, it ends with a result; a
 * part that fails keeps back those behind it, which are of no use without it.
 */
export async function runInput(run: Run, queued: Queued): Promise<InputEnd> {
  const done: Done[] = [];
  let fault: StatuscastError | null = null;
  let twin: Input | null = null;
  let current = partTask({ ...queued, settings: run.settings }, WHOLE);
  const hold = holdContent(run, queued);
  try {
    const chosen = await chooseSettings(run, queued);
    const task = { ...queued, settings: chosen.settings };
    current = partTask(task, WHOLE);
    if (chosen.leftOutBy !== null) {
      done.push({ task: current, ending: leftOut(chosen.leftOutBy) });
      return { result: resultOf(queued, done), fault, twin };
    }
    const recalled = await recall(run, task);
    await queued.toMeet.comes;
    const known =
      run.memory === null || recalled === null
        ? null
        : endPosted(run.memory, queued.input, recalled);
    if (known !== null) queued.toMeet.pass();
    const first: First =
      known === null
        ? await makeFirst(run, current, hold, (part) => (current = part))
        : { type: 'first', step: known, rest: [] };
    twin = first.step.type === 'ended' ? first.step.twin : null;
    done.push({ task: current, ending: await conclude(run, current, first.step) });
    for (const { opened, next } of first.rest) {
      current = partTask(task, next);
      const step = await inMediaLane(run, current, () => makePart(run, current, opened));
      done.push({ task: current, ending: await conclude(run, current, step) });
    }
  } catch (thrown) {
    fault = errorOf(run, queued, thrown);
    const { code, message } = fault;
    done.push({ task: current, ending: { outcome: 'failed', error: { code, message } } });
  } finally {
    queued.toMeet.pass();
    queued.toSend.pass();
    await hold.release();
  }
  return { result: resultOf(queued, done), fault, twin };
}

function leftOut(where: string): Ending {
  const detail = `left out by ${where}`;
  return { outcome: 'skipped', reason: 'left-out', detail, idMessage: null };
}

/**
 * Looks into an input and makes its first part, in the same place in the lane. Waits outside the
 * lane while another run works on the content.
 */
async function makeFirst(
  run: Run,
  whole: PartTask,
  hold: Hold,
  onPart: (part: PartTask) => void,
): Promise<First> {
  for (;;) {
    const first = await inMediaLane(run, whole, async (): Promise<First | Busy> => {
      try {
        const opened = await openInput(run, whole, hold);
        if (opened.type === 'busy') return opened;
        if (opened.type === 'entered') {
          await preview(run, whole, { media: null, part: WHOLE }, opened.entry);
        }
        if (opened.type !== 'opened') return { type: 'first', rest: [], step: opened };
        const [part, ...parts] = opened.parts;
        const task = partTask(whole, part);
        onPart(task);
        const rest = parts.map((next) => ({ opened, next }));
        return { type: 'first', rest, step: await makePart(run, task, opened) };
      } finally {
        await rm(whole.scratch, { recursive: true, force: true }).catch(() => undefined);
      }
    });
    if (first.type === 'first') return first;
    await hold.waitFor(first.content);
  }
}

interface First {
  readonly type: 'first';
  readonly step: Made | Entered | Ended;
  /** The parts behind it. */
  readonly rest: readonly { readonly opened: Opened; readonly next: Part }[];
}

/** Others may send once the last part has left; a part before it keeps the turn. */
function partTask(task: Task, part: Part): PartTask {
  const isLast = part.number === part.of;
  const toSend = isLast ? task.toSend : { ...task.toSend, pass: () => undefined };
  return { ...task, toSend, part, known: {} };
}

function makePart(run: Run, task: PartTask, opened: Opened): Promise<Made | Entered | Ended> {
  const { content } = opened;
  const onPlanned = (planned: Planned) => {
    task.known = planned;
    const { kind, plan } = planned;
    if (plan.action === 'refuse') return;
    const part = partNumber(task.part);
    run.emit({ type: 'stage', input: task.input.input, stage: 'normalize', part, kind, plan });
  };
  if (run.goal === 'plan') return planPart(run, task, opened);
  if (run.publishing === null || content === null) {
    const stemFor = () => task.nameOutput(task.part);
    return makeOutput(run, task, opened, task.part, stemFor, onPlanned);
  }
  return makeEntry(run, run.publishing, task, { ...opened, content }, task.part, onPlanned);
}

/** Goes as far as the plan, and says what carrying it out would take. */
async function planPart(run: Run, task: PartTask, opened: Opened): Promise<Entered | Ended> {
  const { content, media } = opened;
  const keys = content === null ? undefined : run.memory?.keysOf(task.settings, content, task.part);
  const entry = keys === undefined ? null : await run.memory?.find(keys);
  const taken = entry === null || entry === undefined ? null : await takeUp(entry);
  if (taken !== null) return taken;
  const decided = decide(task, opened, task.part, (planned) => (task.known = planned));
  task.known = { ...task.known, estimate: estimate(decided, media) };
  const detail = chosenInWords(run.settings, task.settings);
  return { type: 'ended', kind: decided.kind, ending: { outcome: 'planned', detail }, twin: null };
}

/** Publishes what is to be published. */
async function conclude(run: Run, task: PartTask, step: Made | Entered | Ended): Promise<Ending> {
  switch (step.type) {
    case 'made':
      task.known = step;
      return { outcome: 'prepared' };
    case 'ended':
      task.known = { ...task.known, kind: step.kind };
      return step.ending;
    case 'entered': {
      const { entry } = step;
      if (run.goal === 'plan') {
        const nothing = { bytes: entry.output.bytes, seconds: 0 };
        task.known = { ...entry, posting: postingOf(entry), estimate: nothing };
        const words = [DONE_EARLIER[entry.state], chosenInWords(run.settings, task.settings)];
        const detail = words.filter((each) => each !== null).join('; ');
        return { outcome: 'planned', detail: detail === '' ? null : detail };
      }
      if (run.publishing === null) throw new Error('nothing is sent without an account');
      const path =
        run.settings.out === ''
          ? entry.output.path
          : await keepOutput(task.nameOutput(task.part), entry);
      task.known = { ...entry, output: { ...entry.output, path }, posting: postingOf(entry) };
      const ending = await publishEntry(run, run.publishing, task, task.part, entry);
      // Read back, for the link and the time; without it the result still says how it ended.
      const posted = await run.publishing.ledger.find([entry.key]).catch(() => null);
      if (posted !== null) task.known = { ...task.known, posting: postingOf(posted) };
      return ending;
    }
  }
}

/** What an earlier run has left of an input that would be taken up again. */
const DONE_EARLIER: Readonly<Record<LedgerState, string | null>> = {
  normalized: 'made earlier',
  uploaded: 'made and uploaded earlier',
  failed: 'made earlier; its send failed',
  sending: 'nobody knows whether an earlier send was carried out: that is found out first',
  uncertain: 'nobody knows whether an earlier send was carried out: that is found out first',
  // These are skipped.
  ...{ sent: null, undone: null },
};

function inMediaLane<Value>(
  run: Run,
  { input: { input }, part }: PartTask,
  work: () => Promise<Value>,
): Promise<Value> {
  return run.inMediaLane(() => {
    run.signal.throwIfAborted();
    const which = partNumber(part);
    // Only once: the parts of a file are looked into together.
    if (part.number === 1) {
      run.emit({ type: 'stage', input, stage: 'inspect', part: which, kind: null, plan: null });
    }
    return work();
  });
}

/** Why it failed: the run's own end, where that is why; the instance's fault ends the run. */
function errorOf(run: Run, { input }: Queued, thrown: unknown): StatuscastError {
  const error = toStatuscastError(isSystemError(thrown) ? unreadable(input.input, thrown) : thrown);
  // Without a ledger nothing can be sent, and files to come would fail for the programs as well.
  const isOfAll = error.code === 'ledger-unusable' || error.code === 'binary-unusable';
  if (stopsRun(error) || isOfAll) run.stop(error);
  if (!run.signal.aborted) return error;
  const reason = toStatuscastError(run.signal.reason);
  return reason.cause === error ? error : reason;
}

function isSystemError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'syscall' in thrown;
}

function unreadable(file: string, cause: Error): StatuscastError {
  const why = systemReason(cause);
  return new StatuscastError({ code: 'file-unreadable', file, why }, { cause });
}
