import DataLoader from 'dataloader';
import { KINDS } from '../job.js';
import { createKeyring, type KeysOf } from '../ledger/key.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Memory } from './run.js';

/**
 * Remembers what a ledger knows, and what is met from now on.
 * @param ledger one that is only read has no `recordContent`
 */
export function rememberWith(
  ledger: Pick<Ledger, 'find' | 'findPosted' | 'findContents'> &
    Partial<Pick<Ledger, 'recordContent'>>,
  keysOf: KeysOf,
): Memory {
  // What is asked for at the same moment is asked for together: of a question most is its beginning.
  const posted = new DataLoader(ledger.findPosted, { cache: false });
  const contents = new DataLoader(ledger.findContents, { cache: false });
  return {
    ...{ seen: new Map(), keysOf },
    find: (keys) => ledger.find(KINDS.map((kind) => keys[kind])),
    findPosted: (keys) => posted.load(KINDS.map((kind) => keys[kind])),
    findContent: (path, stamp) => contents.load({ path, stamp }),
    recordContent: ledger.recordContent ?? null,
  };
}

const knowsNothing = {
  find: async () => null,
  findPosted: async (each: readonly unknown[]) => each.map(() => null),
  findContents: async (each: readonly unknown[]) => each.map(() => null),
};

/** A memory of a ledger that is only read. */
export interface ReadMemory extends Memory {
  /** There is a ledger, and it is known what in it is of the account. */
  readonly isKnown: boolean;
  /** Why what was posted is not known, though there is a ledger; null where it is, or there is none. */
  readonly warning: string | null;
  readonly close: () => Promise<void>;
}

/**
 * Remembers what the ledger of a state directory knows, without writing there.
 * @param idInstance without it, it is not known what in it is of the account
 * @throws StatuscastError `ledger-unusable`
 */
export async function readMemory(
  stateDir: string,
  idInstance: string | undefined,
): Promise<ReadMemory> {
  // Its engine is heavy, and few runs only plan.
  const { readLedger } = await import('../ledger/read-ledger.js');
  const ledger = await readLedger(stateDir, { idInstance: idInstance ?? null });
  const keysOf = createKeyring(idInstance ?? '');
  const nothing = { ...rememberWith(knowsNothing, keysOf), isKnown: false };
  if (ledger === null) return { ...nothing, warning: null, close: async () => undefined };
  if (idInstance === undefined) {
    return { ...nothing, warning: UNKNOWN_ACCOUNT, close: ledger.close };
  }
  const memory = rememberWith(ledger, keysOf);
  return { ...memory, isKnown: true, warning: null, close: ledger.close };
}

const UNKNOWN_ACCOUNT =
  'What was posted earlier is not known: the ledger holds it by account. Set GREEN_API_ID_INSTANCE, or, for what was posted to the sandbox, add --sandbox.';
