import { stat } from 'node:fs/promises';
import path from 'node:path';
import { KINDS, type Kind } from '../job.js';
import { hashFile } from '../ledger/key.js';
import type { LedgerEntry } from '../ledger/ledger.js';
import { fingerprint, makeOutput, type Ended, type Planned } from './make-output.js';
import { stemOf } from './output-names.js';
import type { Publishing, Run, Task } from './run.js';

/** A normalized file that the ledger knows. */
export interface Entered {
  readonly type: 'entered';
  readonly entry: LedgerEntry;
}

/** Enough of a key to tell two outputs of the same name apart. */
const KEY_IN_NAME_LENGTH = 12;

/**
 * Brings an input into the ledger, with its output made. What the ledger knows to be done is not
 * done again.
 * @throws StatuscastError for what makes the file unfit
 */
export async function makeEntry(
  run: Run,
  publishing: Publishing,
  task: Task,
  onPlanned: (planned: Planned) => void,
): Promise<Entered | Ended> {
  const { input } = task;
  const { ledger, seen, outputsDir } = publishing;
  const before = await fingerprint(input);
  const content = await hashFile(input.path, run.signal);
  const twin = seen.get(content);
  if (twin !== undefined) return skip('duplicate', `the same content as ${twin}`);
  seen.set(content, input.input);

  const keys = publishing.keysOf(content);
  const known = await ledger.find(KINDS.map((kind) => keys[kind]));
  if (known?.state === 'sent') {
    return skip(
      'already-sent',
      `sent earlier as ${known.idMessage ?? 'a status without an id'}`,
      known,
    );
  }
  if (known !== null && (await isWhole(known))) return { type: 'entered', entry: known };

  // A name of its own: files in a user's folder are replaced by other runs.
  const stemFor = (kind: Kind) =>
    path.join(outputsDir, `${stemOf(input)}-${keys[kind].slice(0, KEY_IN_NAME_LENGTH)}`);
  const made = await makeOutput(run, task, before, stemFor, onPlanned);
  if (made.type === 'ended') return made;
  const { kind, sourceKind, source, plan, output } = made;
  const key = keys[sourceKind];
  await ledger.recordNormalized({ key, content, kind, source, input: input.input, plan, output });
  // Read back: an entry that had come further, but lost its output, goes on from where it was.
  const entry = await ledger.find([key]);
  if (entry === null) throw new Error('the ledger does not hold what was just written to it');
  return { type: 'entered', entry };
}

function skip(
  reason: 'duplicate' | 'already-sent',
  detail: string,
  known: LedgerEntry | null = null,
): Ended {
  const idMessage = known?.idMessage ?? null;
  const ending = { outcome: 'skipped', reason, detail, idMessage } as const;
  return { type: 'ended', kind: known?.kind ?? null, ending };
}

async function isWhole({ output }: LedgerEntry): Promise<boolean> {
  const found = await stat(output.path).catch(() => null);
  return found !== null && found.size === output.bytes;
}
