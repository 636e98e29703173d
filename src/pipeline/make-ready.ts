import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { StatuscastError } from '../errors.js';
import { describeMedia } from '../inspect/describe-media.js';
import { inspect } from '../inspect/inspect.js';
import { KINDS, type Ending, type Input, type Kind } from '../job.js';
import { hashFile } from '../ledger/key.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { normalize } from '../normalize/normalize.js';
import { plan, summarizePlan } from '../plan/plan.js';
import { stemOf } from './output-names.js';
import type { Publishing, Run, Task } from './run.js';

/** A file that is normalized, or an end that was reached on the way there. */
export type Ready =
  | { readonly type: 'ready'; readonly entry: Prepared }
  | { readonly type: 'ended'; readonly kind: Kind | null; readonly ending: Ending };

/** What is known of a normalized file. */
export type Prepared = Omit<LedgerEntry, 'idMessage' | 'error'>;

const PROGRESS_EVERY_MS = 250;

/** What is known of an input once it is planned. */
export type Planned = Pick<Prepared, 'kind' | 'source' | 'plan'>;

/**
 * Brings a file as far as *check*: what the ledger knows to be done is not done again.
 * @param onPlanned told before the plan is carried out, or when it says that nothing can be done
 * @throws StatuscastError for what makes the file unfit
 */
export async function makeReady(
  run: Run,
  task: Task,
  onPlanned: (planned: Planned) => void,
): Promise<Ready> {
  const { input } = task;
  run.signal.throwIfAborted();
  const before = await fingerprint(input);
  if (run.publishing === null) {
    return makeOutput(run, task, before, { content: '', keys: null }, onPlanned);
  }
  run.emit({ type: 'stage', input: input.input, stage: 'inspect', kind: null, plan: null });
  const content = await hashFile(input.path, run.signal);
  const known = await askLedger(run.publishing, input, content);
  if (known !== null) return known;
  const identity = { content, keys: run.publishing.keysOf(content) };
  return makeOutput(run, task, before, identity, onPlanned);
}

/** What the ledger, and this run itself, already know of a content. */
async function askLedger(
  { ledger, keysOf, seen }: Publishing,
  input: Input,
  content: string,
): Promise<Ready | null> {
  const skipped = (
    reason: 'duplicate' | 'already-sent',
    detail: string,
    kind: Kind | null = null,
    idMessage: string | null = null,
  ): Ready => ({ type: 'ended', kind, ending: { outcome: 'skipped', reason, detail, idMessage } });

  const twin = seen.get(content);
  if (twin !== undefined) return skipped('duplicate', `the same content as ${twin}`);
  seen.set(content, input.input);
  const keys = keysOf(content);
  const entry = await ledger.find(KINDS.map((kind) => keys[kind]));
  if (entry === null) return null;
  const { kind, idMessage, state } = entry;
  if (state === 'sent')
    return skipped('already-sent', `sent earlier as ${idMessage}`, kind, idMessage);
  const found = await stat(entry.output.path).catch(() => null);
  const isThere = found !== null && found.size === entry.output.bytes;
  return isThere ? { type: 'ready', entry } : null;
}

async function makeOutput(
  run: Run,
  task: Task,
  before: string,
  identity: { readonly content: string; readonly keys: Readonly<Record<Kind, string>> | null },
  onPlanned: (planned: Planned) => void,
): Promise<Ready> {
  const { settings, ffmpeg, signal, publishing } = run;
  const { input } = task;
  const name = input.input;
  const inspection = await inspect(ffmpeg, input.path, {
    ...{ name, signal },
    timeoutMs: settings.probeTimeoutMs,
  });
  if (inspection.type === 'unusable') throw new StatuscastError(inspection.error);
  if (inspection.type === 'not-media') {
    const detail = `not media: ${inspection.label}`;
    const ending = { outcome: 'skipped', reason: 'not-media', detail, idMessage: null } as const;
    return { type: 'ended', kind: null, ending };
  }
  const decided = plan(inspection, name, settings);
  const source = describeMedia(inspection);
  if (decided.action === 'refuse') {
    const error = new StatuscastError(decided.error);
    onPlanned({
      kind: inspection.type,
      source,
      plan: { action: 'refuse', reasons: [error.message] },
    });
    throw error;
  }
  const { kind } = decided;
  const key = identity.keys?.[kind] ?? '';
  onPlanned({ kind, source, plan: summarizePlan(decided) });
  const outputsDir = publishing?.outputsDir ?? null;
  const made = await normalize(
    ffmpeg,
    {
      ...{ name, path: input.path, media: inspection, plan: decided },
      outputStem:
        outputsDir === null
          ? task.outputStem
          : path.join(outputsDir, `${stemOf(input)}-${key.slice(0, 12)}`),
    },
    settings,
    {
      signal,
      timeoutMs: settings.normalizeTimeoutMs,
      threads: run.threads(),
      onProgress: throttle((done) => {
        const total = 'expectedSeconds' in decided ? decided.expectedSeconds : null;
        run.emit({
          type: 'progress',
          input: name,
          stage: 'normalize',
          unit: 'seconds',
          done,
          total,
        });
      }),
    },
  );
  if ((await fingerprint(input)) !== before) {
    await rm(made.output.path, { force: true });
    throw new StatuscastError({ code: 'file-changed', file: name });
  }
  const entry: Prepared = {
    ...{ key, content: identity.content, kind, source, input: name },
    ...{ plan: summarizePlan(made.plan), output: made.output },
    ...{ state: 'normalized', link: null, attemptedAtMs: null },
  };
  await publishing?.ledger.recordNormalized(entry);
  // An entry that had come further, but lost its output, goes on from where it was.
  const recorded = await publishing?.ledger.find([key]);
  return { type: 'ready', entry: recorded ?? entry };
}

/** Changes when a file is written to while it is read. */
async function fingerprint(input: Input): Promise<string> {
  const { size, mtimeMs } = await stat(input.path);
  return `${size} ${mtimeMs}`;
}

/** At most a few calls a second. */
export function throttle(tell: (done: number) => void): (done: number) => void {
  let last = 0;
  return (done) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    tell(done);
  };
}
