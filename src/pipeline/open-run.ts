import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PQueue from 'p-queue';
import type { Choices } from '../choices/choices.js';
import { StatuscastError } from '../errors.js';
import type { StatuscastEvent } from '../events.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { InstanceSettings } from '../green-api/answers.js';
import { createPreviews } from '../preview/previews.js';
import type { Settings } from '../settings.js';
import { PREPARED_DIR } from './folders.js';
import { readMemory, rememberWith, type ReadMemory } from './memory.js';
import { isWatch, type RunOptions } from './run-options.js';
import type { Run } from './run.js';

/** Absolute paths of the folders that a run writes to. */
export interface Places {
  readonly stateDir: string;
  /** Where outputs wait until they are posted. */
  readonly outputsDir: string;
  /** Where outputs are in the end. */
  readonly outDir: string;
  /** Where they are made, with all that is decoded on the way. */
  readonly scratchDir: string;
}

export function placesOf({ goal }: Pick<RunOptions, 'goal'>, { state, out }: Settings): Places {
  const stateDir = path.resolve(state);
  const outputsDir = path.join(stateDir, 'outputs');
  const outDir = path.resolve(out || (goal === 'prepare' ? PREPARED_DIR : outputsDir));
  const scratchDir = { send: outputsDir, prepare: outDir, plan: tmpdir() }[goal];
  return { stateDir, outputsDir, outDir, scratchDir };
}

/** What is found out on the way, and lanes go by. */
export interface FoundOut {
  /** Null until the instance has told its settings, or where it does not. */
  instance: InstanceSettings | null;
  /** No input comes any more. */
  isDiscovered: boolean;
}

export interface OpenRun {
  readonly run: Run;
  readonly foundOut: FoundOut;
  /** What is known of a ledger that is only read; null where it is written, or there is none. */
  readonly read: ReadMemory | null;
  readonly close: () => Promise<void>;
}

/** What a run is opened with. */
export interface RunParts {
  readonly settings: Settings;
  readonly choices: Choices;
  readonly ffmpeg: Ffmpeg;
  readonly places: Places;
  /** Ends the run when it fires. */
  readonly interrupted: AbortSignal;
  readonly emit: (event: StatuscastEvent) => void;
}

/**
 * Opens the lanes of a run, its ledger, and the account that it sends to.
 * @throws StatuscastError `ledger-unusable`, `missing-credentials`, `bad-settings`
 */
export async function openRun(options: RunOptions, parts: RunParts): Promise<OpenRun> {
  const { settings, choices, ffmpeg, places, interrupted, emit } = parts;
  // One queue for each thing that is scarce, so that none of them waits for another.
  const normalizeLane = new PQueue({ concurrency: settings.concurrency });
  // One more is looked into meanwhile, so that no core waits: a twentieth for photographs.
  const mediaLane = new PQueue({ concurrency: settings.concurrency + 1 });
  const foundOut: FoundOut = { instance: null, isDiscovered: false };
  const publishing =
    options.goal === 'send'
      ? // The client and the ledger's engine take 0.1 s to load, and only sending needs them.
        await (
          await import('./open-publishing.js')
        ).openPublishing(options.credentials, settings, places.outputsDir, () => foundOut.instance)
      : null;
  const read =
    options.goal === 'plan' ? await readMemory(places.stateDir, options.idInstance) : null;

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

  const hasPreviews = options.previews !== undefined && options.goal !== 'plan';
  return {
    ...{ foundOut, read },
    run: {
      ...{ settings, choices, ffmpeg, emit, stop, publishing, signal: ending.signal },
      goal: options.goal,
      memory: publishing === null ? read : rememberWith(publishing.ledger, publishing.keysOf),
      previews: hasPreviews
        ? createPreviews(path.resolve(options.previews.folder), options.previews.maxBytes)
        : null,
      inMediaLane: (work) => mediaLane.add(work),
      inNormalizeLane: (work) => normalizeLane.add(work),
      threads: () => {
        const isAllThere = foundOut.isDiscovered || isWatch(options);
        const jobs = isAllThere ? mediaLane.pending + mediaLane.size : Infinity;
        return Math.max(1, Math.floor(settings.concurrency / jobs));
      },
    },
    close: async () => {
      interrupted.removeEventListener('abort', interrupt);
      await read?.close();
      await publishing?.close();
    },
  };
}
