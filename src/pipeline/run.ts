import type { Choices } from '../choices/choices.js';
import type { PartNumber, StatuscastEvent } from '../events.js';
import type { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { Input } from '../job.js';
import type { Keys, KeysOf } from '../ledger/key.js';
import type { Ledger, LedgerEntry, LedgerRun, Posted } from '../ledger/ledger.js';
import type { Previews } from '../preview/previews.js';
import type { Account } from '../publish/open-account.js';
import type { Settings } from '../settings.js';
import type { Turn } from './take-turn.js';

/** What every input of a run shares. */
export interface Run {
  readonly goal: 'send' | 'prepare' | 'plan';
  /** Those of the run: what is chosen for one input is in its task. */
  readonly settings: Settings;
  readonly choices: Choices;
  readonly ffmpeg: Ffmpeg;
  readonly emit: (event: StatuscastEvent) => void;
  /**
   * Fires when the run ends before its work. The reason is a StatuscastError, `interrupted`, or
   * `stopped` with what stopped it as its cause.
   */
  readonly signal: AbortSignal;
  /** Ends the run: no file could fare better. */
  readonly stop: (why: StatuscastError) => void;
  /** For all that is done to a file on this machine: looking into it, and within it normalizing. */
  readonly inMediaLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly inNormalizeLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Threads for an encoder that starts now: the cores are shared out when few jobs are left. */
  readonly threads: () => number;
  /** Null where nobody asked for small pictures. */
  readonly previews: Previews | null;
  /** Null where outputs are only made. */
  readonly memory: Memory | null;
  /** Null where nothing is sent. */
  readonly publishing: Publishing | null;
}

/** What is known of contents before they are looked into. */
export interface Memory {
  /** The inputs met so far by the keys that they have, or may have. */
  readonly seen: Map<string, Input>;
  readonly keysOf: KeysOf;
  /** What the ledger knows of any of these keys. */
  readonly find: (keys: Keys) => Promise<LedgerEntry | null>;
  readonly findPosted: (keys: Keys) => Promise<Posted | null>;
  /** The content of a file that has not changed since it was read. */
  readonly findContent: (path: string, stamp: string) => Promise<string | null>;
  /** Null where nothing is written. */
  readonly recordContent: Ledger['recordContent'] | null;
}

export interface Publishing extends Account {
  /** This run, as others on the same ledger see it. */
  readonly ledgerRun: LedgerRun;
  /** A link as it may be shown: every link holds the idInstance. */
  readonly maskLink: (urlFile: string) => string;
  readonly keysOf: KeysOf;
  /** Whether the instance is known to keep its journal. */
  readonly isJournaled: () => boolean;
  /** How many inputs of this run work on a content: those of the same content may differ in words. */
  readonly holders: Map<string, number>;
  /** Where outputs are until they are posted. */
  readonly outputsDir: string;
  readonly inUploadLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly inSendLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

/** An input, its place among the outputs, and its places in the orders that inputs keep. */
export interface Queued {
  readonly input: Input;
  /** Absolute path of an output of it in the output folder, without the extension. */
  readonly nameOutput: (part: PartNumber) => string;
  /** Absolute path of a folder for what is decoded on the way: made by who needs it. */
  readonly scratch: string;
  /** To be compared with the contents met before it: of two that are the same, the first is sent. */
  readonly toMeet: Turn;
  /** To be sent. */
  readonly toSend: Turn;
  /** Asked before it is sent; throws where it is not to be sent after all. */
  readonly beforeSend: () => Promise<void>;
}

/** An input for which it is known what is chosen. */
export interface Task extends Queued {
  readonly settings: Settings;
}
