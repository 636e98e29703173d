import { stat } from 'node:fs/promises';
import { isSettled, stampOf, type FileFacts } from '../discover/stamp.js';
import { StatuscastError } from '../errors.js';
import { describeMedia } from '../inspect/describe-media.js';
import { inspect } from '../inspect/inspect.js';
import type { Media } from '../inspect/inspection.js';
import { KINDS, type Ending, type Input, type Kind, type Part } from '../job.js';
import { hashFile, type Keys } from '../ledger/key.js';
import type { LedgerEntry, Posted } from '../ledger/ledger.js';
import { planParts } from '../plan/plan-parts.js';
import type { Settings } from '../settings.js';
import type { Hold } from './hold-content.js';
import type { Memory, Run, Task } from './run.js';

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
  const found = await stat(input.path);
  const { memory } = run;
  const content = memory === null ? null : await contentOf(run, memory, input, found);
  const known =
    memory === null || content === null ? null : await findKnown(memory, task, content, hold);
  task.toMeet.pass();
  if (known !== null) return known;
  const { ffmpeg, signal } = run;
  const media = await inspect(ffmpeg, input.path, {
    ...{ name: input.input, signal, timeoutMs: settings.probeTimeoutMs, settings, scratch },
    keepCopy: run.previews?.hasRoom('made') ?? false,
  });
  if (media.type === 'unusable') throw new StatuscastError(media.error);
  if (media.type === 'not-media') return skip('not-media', `not media: ${media.label}`);
  const twin = content === null ? null : twinOf(run, task, content, media.type);
  if (twin !== null) return duplicateOf(twin);
  const source = describeMedia(media);
  return {
    type: 'opened',
    content,
    before: fingerprint(found),
    media,
    source,
    parts: planParts(media, settings),
  };
}

/** What was posted, and the keys that it was found by. */
export interface Recalled {
  readonly posted: Posted;
  readonly keys: Keys;
}

/**
 * What is known as posted of an input without a look into it, where it has not changed since it was
 * read. Asked before its turn, so that all that wait for theirs are asked for together.
 */
export async function recall({ memory }: Run, { input, settings }: Task): Promise<Recalled | null> {
  const content = (await memory?.findContent(input.path, input.stamp)) ?? null;
  if (memory === null || content === null) return null;
  return findPosted(memory, settings, memory.keysOf(settings, content));
}

/** Reads a file only where that was not done since it changed. */
async function contentOf({ signal }: Run, memory: Memory, { path }: Input, found: FileFacts) {
  const stamp = stampOf(found);
  const known = await memory.findContent(path, stamp);
  if (known !== null) return known;
  const isLasting = isSettled(found, Date.now());
  const content = await hashFile(path, { bytes: found.size, signal });
  if (isLasting) await memory.recordContent?.(path, stamp, content);
  return content;
}

async function findPosted(
  memory: Memory,
  settings: Settings,
  keys: Keys,
): Promise<Recalled | null> {
  // Whether it is one status or several is not known before it is looked into.
  const posted = settings.long === 'split' ? null : await memory.findPosted(keys);
  return posted === null ? null : { posted, keys };
}

/** How an input ends that was posted in an earlier run, in its turn to meet those before it. */
export function endPosted({ seen }: Memory, input: Input, { posted, keys }: Recalled): Ended {
  const twin = meet(seen, input, keys) ?? seen.get(posted.key) ?? input;
  return twin === input ? skipPosted(posted) : duplicateOf(twin);
}

/** What was met in this run, or sent or made in an earlier one. */
async function findKnown(
  memory: Memory,
  task: Task,
  content: string,
  hold: Hold,
): Promise<Entered | Ended | Busy | null> {
  const { input, settings } = task;
  // Nobody works on what was posted: it is found without the right to, which is two writes.
  const keys = memory.keysOf(settings, content);
  const recalled = await findPosted(memory, settings, keys);
  if (recalled !== null) return endPosted(memory, input, recalled);
  const twin = meet(memory.seen, input, keys);
  if (twin !== null) return duplicateOf(twin);
  if (!(await hold.take(content))) return { type: 'busy', content };
  if (settings.long === 'split') return null;
  const entry = await memory.find(keys);
  if (entry === null) return null;
  const first = memory.seen.get(entry.key) ?? input;
  return first === input ? takeUp(entry) : duplicateOf(first);
}

/** The input met before that is the same whatever its kind; null where this is the first. */
function meet(seen: Memory['seen'], input: Input, keys: Keys): Input | null {
  const twins = KINDS.map((kind) => seen.get(keys[kind]) ?? input);
  const [twin = input] = twins;
  // Files that differ in what is chosen for another kind are told apart once the kind is known.
  if (twin !== input && twins.every((other) => other === twin)) return twin;
  for (const kind of KINDS) if (!seen.has(keys[kind])) seen.set(keys[kind], input);
  return null;
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
  const { key, kind, state, idMessage } = entry;
  if (state === 'sent' || state === 'undone') return skipPosted({ key, kind, state, idMessage });
  const found = await stat(entry.output.path).catch(() => null);
  return found?.size === entry.output.bytes ? { type: 'entered', entry } : null;
}

function skipPosted({ kind, state, idMessage }: Posted): Ended {
  const as = idMessage ?? 'a status without an id';
  const detail = {
    sent: `sent earlier as ${as}`,
    undone: `it was undone; it had been sent as ${as}, and is not sent again by itself`,
  }[state];
  return { ...skip('already-sent', detail, idMessage), kind };
}

function skip(
  reason: 'duplicate' | 'already-sent' | 'not-media',
  detail: string,
  idMessage: string | null = null,
): Ended {
  const ending = { outcome: 'skipped', reason, detail, idMessage } as const;
  return { type: 'ended', kind: null, ending, twin: null };
}

/** Changes when a file is written to while it is read; not when it is only renamed, or linked. */
export function fingerprint({ size, mtimeMs }: Pick<FileFacts, 'size' | 'mtimeMs'>): string {
  return `${size} ${mtimeMs}`;
}
