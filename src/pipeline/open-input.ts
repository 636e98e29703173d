import { stat } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import { describeMedia } from '../inspect/describe-media.js';
import { inspect } from '../inspect/inspect.js';
import type { Media } from '../inspect/inspection.js';
import { KINDS, type Ending, type Input, type Kind, type Part } from '../job.js';
import { hashFile } from '../ledger/key.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { planParts } from '../plan/plan-parts.js';
import { lookIn } from '../preview/previews.js';
import type { Hold } from './hold-content.js';
import type { Run, Task } from './run.js';

/** An input that was looked into. */
export interface Opened {
  readonly type: 'opened';
  /** SHA-256 of its bytes; null where nothing is known by it. */
  readonly content: string | null;
  /** What `fingerprint` said before it was first read. */
  readonly before: string;
  readonly media: Media;
  /** What it is, in words. */
  readonly source: string;
  /** One part for each status that it becomes. */
  readonly parts: readonly [Part, ...Part[]];
}

/** A normalized file that the ledger knows. */
export interface Entered {
  readonly type: 'entered';
  readonly entry: LedgerEntry;
}

/** An input whose content another run is working on. */
export interface Busy {
  readonly type: 'busy';
  readonly content: string;
}

/** An end that was reached before there was an output to send. */
export interface Ended {
  readonly type: 'ended';
  readonly kind: Kind | null;
  readonly ending: Ending;
  /** The input before it that is the same status; null where there is none. */
  readonly twin: Input | null;
}

/**
 * Looks into an input, unless the ledger knows already what became of it. What is sent is looked
 * into by one run at a time.
 * @param hold where the right to work on its content is kept
 * @throws StatuscastError for what makes the file unfit
 */
export async function openInput(
  run: Run,
  task: Task,
  hold: Hold,
): Promise<Opened | Entered | Ended | Busy> {
  const { input, scratch, settings } = task;
  const before = await fingerprint(input);
  const content =
    run.memory === null
      ? null
      : await hashFile(input.path, { bytes: input.bytes, signal: run.signal });
  if (content !== null) {
    const known = await findKnown(run, task, content, hold);
    if (known !== null) return known;
  }
  const { ffmpeg, signal } = run;
  const media = await inspect(ffmpeg, input.path, {
    ...{ name: input.input, signal, timeoutMs: settings.probeTimeoutMs, settings, scratch },
    ...(run.previews === null ? {} : { keepLook: lookIn(scratch) }),
  });
  if (media.type === 'unusable') throw new StatuscastError(media.error);
  if (media.type === 'not-media') return skip('not-media', `not media: ${media.label}`);
  const twin = content === null ? null : twinOf(run, task, content, media.type);
  if (twin !== null) return duplicateOf(twin);
  const source = describeMedia(media);
  return { type: 'opened', content, before, media, source, parts: planParts(media, settings) };
}

/** What was met in this run, or sent or made in an earlier one. */
async function findKnown(
  { memory }: Run,
  task: Task,
  content: string,
  hold: Hold,
): Promise<Entered | Ended | Busy | null> {
  if (memory === null) return null;
  const { input, settings } = task;
  const { seen, keysOf } = memory;
  const keys = keysOf(settings, content);
  const twins = KINDS.map((kind) => seen.get(keys[kind]) ?? input);
  const [twin = input] = twins;
  // Files that differ in what is chosen for another kind are told apart once the kind is known.
  if (twin !== input && twins.every((other) => other === twin)) return duplicateOf(twin);
  for (const kind of KINDS) if (!seen.has(keys[kind])) seen.set(keys[kind], input);
  // Whether it is one status or several is not known before it is looked into.
  const find = async () => (settings.long === 'split' ? null : memory.find(keys));
  // Nobody works on what was posted: it is found without the right to, which is two writes.
  const before = await find();
  const isDone = before?.state === 'sent' || before?.state === 'undone';
  if (!isDone && !(await hold.take(content))) return { type: 'busy', content };
  const entry = isDone ? before : await find();
  if (entry === null) return null;
  const first = seen.get(entry.key) ?? input;
  return first === input ? takeUp(entry) : duplicateOf(first);
}

/** The input of this run that is the same status as this one, and came before it. */
function twinOf({ memory }: Run, { input, settings }: Task, content: string, kind: Kind) {
  const twin = memory?.seen.get(memory.keysOf(settings, content)[kind]) ?? input;
  return twin === input ? null : twin;
}

function duplicateOf(twin: Input): Ended {
  return { ...skip('duplicate', `the same content as ${twin.input}`), twin };
}

/** Goes on from what the ledger knows; null where the output is gone that it speaks of. */
export async function takeUp(entry: LedgerEntry): Promise<Entered | Ended | null> {
  const as = entry.idMessage ?? 'a status without an id';
  if (entry.state === 'sent') return skip('already-sent', `sent earlier as ${as}`, entry);
  if (entry.state === 'undone') {
    const detail = `it was undone; it had been sent as ${as}, and is not sent again by itself`;
    return skip('already-sent', detail, entry);
  }
  const found = await stat(entry.output.path).catch(() => null);
  return found?.size === entry.output.bytes ? { type: 'entered', entry } : null;
}

function skip(
  reason: 'duplicate' | 'already-sent' | 'not-media',
  detail: string,
  known: LedgerEntry | null = null,
): Ended {
  const idMessage = known?.idMessage ?? null;
  const ending = { outcome: 'skipped', reason, detail, idMessage } as const;
  return { type: 'ended', kind: known?.kind ?? null, ending, twin: null };
}

/** Changes when a file is written to while it is read. */
export async function fingerprint(input: Input): Promise<string> {
  const { size, mtimeMs } = await stat(input.path);
  return `${size} ${mtimeMs}`;
}
