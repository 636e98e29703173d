import { stat } from 'node:fs/promises';
import { isText } from '../discover/choices-beside.js';
import { discover, type Root } from '../discover/discover.js';
import { isAsWritten } from '../discover/stamp.js';
import type { WatchEnd } from '../discover/watch-patience.js';
import { faultsIn, StatuscastError } from '../errors.js';
import type { ResultEvent } from '../events.js';
import { isMedia } from '../inspect/sniff.js';
import type { Input } from '../job.js';
import { isTransient } from '../publish/retry.js';
import { isThere } from './folders.js';
import type { InputEnd } from './run-input.js';
import type { Run } from './run.js';

/** Where a run's inputs come from, and what is to be done once one has ended. */
export interface InputSource extends AsyncIterable<Input> {
  /**
   * Asked before an input is sent, which may be hours after it was found.
   * @throws StatuscastError `file-changed` where that is not to be posted any more
   */
  readonly beforeSend: (input: Input) => Promise<void>;
  /** What is told of an input that has ended. */
  readonly conclude: (input: Input, result: ResultEvent) => Promise<ResultEvent>;
  /** Has to be told of each input, after its result. */
  readonly end: (input: Input, end: InputEnd) => void;
}

/** What is there, once. */
export function walkOnce(roots: readonly Root[], ours: readonly string[]): InputSource {
  return {
    [Symbol.asyncIterator]: () => discover(roots, ours),
    beforeSend: async () => undefined,
    conclude: async (_input, result) => result,
    end: () => undefined,
  };
}

/** @param absent what tables say of files that are not there */
export function warnOfAbsent([first, ...others]: readonly string[]): string | null {
  if (first === undefined) return null;
  const more = others.length === 0 ? '' : `, and ${others.length} more are not`;
  return `${first}${more}. What comes later is posted as it says there.`;
}

/**
 * What is there, and what appears until the run ends.
 * @param onIdle told when all that was found has ended
 * @throws StatuscastError `bad-settings` for a path that is no folder
 */
export async function watchOn(
  roots: readonly Root[],
  ours: readonly string[],
  { settings, choices, signal, emit, memory }: Run,
  onIdle: () => void,
): Promise<InputSource> {
  const files = roots.filter(({ isFolder }) => !isFolder);
  if (files.length > 0) {
    const faults = files.map(({ given }) => `${given} is a file, and only folders are watched`);
    throw new StatuscastError({ code: 'bad-settings', faults });
  }
  const { watchFolder } = await import('../discover/watch-folder.js');
  const watch = watchFolder(roots, ours, {
    ...{ signal, steadyMs: settings.steadySeconds * 1000 },
    onWarning: (message) => emit({ type: 'warning', input: null, message }),
    onHold: (waitMs) => emit({ type: 'waiting', input: null, why: HELD, waitMs }),
    onIdle,
  });
  const told = new Map<string, string>();
  const ends = new WeakMap<Input, WatchEnd>();
  const behind = new Map<Input, Input[]>();
  const finish = (input: Input, end: WatchEnd) => {
    ends.set(input, end);
    watch.end(input, end);
    const later = behind.get(input) ?? [];
    behind.delete(input);
    for (const other of later) finish(other, endBehind(end));
  };
  return {
    async *[Symbol.asyncIterator]() {
      for await (const input of watch) {
        if (isText(input.path) && !(await isMedia(input.path))) {
          watch.end(input, 'ended');
          continue;
        }
        const fault = await choices.of(input).then(() => null, faultsIn);
        if (fault === null) {
          told.delete(input.path);
          // It may have ended before: what stands behind it waits for what comes of it now.
          ends.delete(input);
          yield input;
          continue;
        }
        const message = `It waits until this is mended: ${fault.join('; ')}`;
        if (told.get(input.path) !== message) {
          emit({ type: 'warning', input: input.input, message });
        }
        told.set(input.path, message);
        watch.hold(input);
      }
    },
    beforeSend: async (input) => {
      const found = await stat(input.path).catch(() => null);
      if (found !== null && isAsWritten(input.stamp, found)) return;
      throw new StatuscastError({ code: 'file-changed', file: input.input });
    },
    conclude: async (input, result) => {
      // A later twin is found in the ledger, and what is found again is none.
      for (const [content, met] of memory?.seen ?? []) {
        if (met === input) memory?.seen.delete(content);
      }
      if (result.outcome !== 'failed' || (await isThere(input.path))) return result;
      const detail = 'it was removed before it was posted';
      return { ...result, outcome: 'skipped', reason: 'removed', detail, error: null };
    },
    end: (input, { result, fault, twin }) => {
      const before = twin === null ? undefined : ends.get(twin);
      if (twin === null) finish(input, endOf(result, fault));
      else if (before !== undefined) finish(input, endBehind(before));
      else behind.set(twin, [...(behind.get(twin) ?? []), input]);
    },
  };
}

/** How an input ends that is the same status as one before it: it is there in its place. */
function endBehind(twin: WatchEnd): WatchEnd {
  return twin === 'posted' || twin === 'ended' ? 'ended' : 'again';
}

const HELD = 'posting fails for a reason that may pass; it goes on by itself';

/** Beside faults of the network, what whoever uses the machine may mend. */
const MENDABLE: readonly string[] = ['folder-unusable', 'link-not-direct'];

/** What is wrong with what is chosen for it, by a file that may only be half written. */
const CHOSEN: readonly string[] = ['bad-settings', 'caption-too-long'];

function endOf({ outcome, reason }: ResultEvent, fault: StatuscastError | null): WatchEnd {
  switch (outcome) {
    case 'sent':
      return 'posted';
    case 'uncertain':
      return 'open';
    case 'failed': {
      if (fault !== null && CHOSEN.includes(fault.code)) return 'open';
      if (fault?.code === 'file-changed') return 'again';
      const mayPass = fault !== null && (isTransient(fault) || MENDABLE.includes(fault.code));
      return mayPass ? 'no-answer' : 'ended';
    }
    case 'skipped':
      // A folder may be away with all that is in it, and come back.
      return reason === 'removed' ? 'again' : 'ended';
    case 'prepared':
    case 'planned':
      return 'ended';
  }
}
