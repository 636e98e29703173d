import path from 'node:path';
import type { Kind, Part } from '../job.js';
import { makeOutput, type Planned } from './make-output.js';
import { takeUp, type Ended, type Entered, type Opened } from './open-input.js';
import { messageFor } from './message-for.js';
import { stemOf } from './output-names.js';
import type { Publishing, Run, Task } from './run.js';

/** Enough of a key to tell two outputs of the same name apart. */
const KEY_IN_NAME_LENGTH = 12;

/**
 * Brings an input, or a part of it, into the ledger, with its output made. What the ledger knows
 * to be done is not done again.
 * @throws StatuscastError for what makes the file unfit
 */
export async function makeEntry(
  run: Run,
  publishing: Publishing,
  task: Task,
  opened: Opened & { readonly content: string },
  part: Part,
  onPlanned: (planned: Planned) => void,
): Promise<Entered | Ended> {
  const { ledger, keysOf, outputsDir } = publishing;
  const { input, settings } = task;
  const { content } = opened;
  const keys = keysOf(settings, content, part);
  if (settings.long === 'split') {
    const entry = (await run.memory?.find(keys)) ?? null;
    const known = entry === null ? null : await takeUp(entry);
    if (known !== null) return known;
  }
  // A name of its own: files in a user's folder are replaced by other runs.
  const stemFor = (kind: Kind) =>
    path.join(outputsDir, `${stemOf(input, part)}-${keys[kind].slice(0, KEY_IN_NAME_LENGTH)}`);
  const made = await makeOutput(run, task, opened, part, stemFor, onPlanned);
  const { kind, sourceKind, source, plan, output } = made;
  const key = keys[sourceKind];
  const message = messageFor(settings, publishing, task, part, kind);
  const facts = { key, content, kind, source, input: input.input, plan, output, message };
  await ledger.recordNormalized(facts);
  // Read back: an entry that had come further, but lost its output, goes on from where it was.
  const entry = await ledger.find([key]);
  if (entry === null) throw new Error('the ledger does not hold what was just written to it');
  return { type: 'entered', entry };
}
