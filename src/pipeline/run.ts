import type { PartNumber, StatuscastEvent } from '../events.js';
import type { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import type { Input, Kind } from '../job.js';
import type { LedgerEntry, LedgerRun } from '../ledger/ledger.js';
import type { Previews } from '../preview/previews.js';
import type { Account } from '../publish/open-account.js';
import type { Settings } from '../settings.js';

/** What every input of a run shares. */
export interface Run {
  readonly goal: 'send' | 'prepare' | 'plan';
  readonly settings: Settings;
  readonly ffmpeg: Ffmpeg;
  readonly emit: (event: StatuscastEvent) => void;
  /**
   * Fires when the run ends before its work. The reason is a StatuscastError, `interrupted`, or
   * `stopped` with what stopped it as its cause.
   */
  readonly signal: AbortSignal;
  /** Ends the run: no file could fare better. */
  readonly stop: (why: StatuscastError) => void;
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
  /** The inputs met so far by their content. */
  readonly seen: Map<string, Input>;
  /** What the ledger knows of a content, or of one part of it, whichever kind it is. */
  readonly find: (content: string, part?: PartNumber) => Promise<LedgerEntry | null>;
}

export interface Publishing extends Account {
  /** This run, as others on the same ledger see it. */
  readonly ledgerRun: LedgerRun;
  /** A link as it may be shown: every link holds the idInstance. */
  readonly maskLink: (urlFile: string) => string;
  readonly keysOf: (content: string, part?: PartNumber) => Readonly<Record<Kind, string>>;
  /** Where outputs are until they are posted. */
  readonly outputsDir: string;
  readonly inUploadLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly inSendLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

/** One input, its place among the outputs, and its place in the order of sends. */
export interface Task {
  readonly input: Input;
  /** Absolute path of an output of it in the output folder, without the extension. */
  readonly nameOutput: (part: PartNumber) => string;
  /** Absolute path of a folder for what is decoded on the way: made by who needs it. */
  readonly scratch: string;
  /** Settles when the inputs before have been sent or will not be. */
  readonly turn: Promise<void>;
  /** Says that this one has been sent or will not be; then `left` settles. */
  readonly leave: () => void;
  readonly left: Promise<void>;
}
