import type { JobError, Kind, Output, PlanSummary } from '../job.js';

/**
 * What is known of each status, by its key: how far it has come, at every moment, also after
 * kill -9. Each method is one durable step; none is undone by a crash.
 */
export interface Ledger {
  /** The entry of the first of these keys that has one. */
  readonly find: (keys: readonly string[]) => Promise<LedgerEntry | null>;
  /** What was posted under any of the keys of each; null for nothing. */
  readonly findPosted: (
    each: readonly (readonly string[])[],
  ) => Promise<readonly (Posted | null)[]>;
  /** The content of each file as it was recorded last; null where it bears another stamp now. */
  readonly findContents: (each: readonly Stamped[]) => Promise<readonly (string | null)[]>;
  /** @param content SHA-256 of the bytes that the file holds while it bears the stamp, in hex */
  readonly recordContent: (path: string, stamp: string, content: string) => Promise<void>;
  /** The entries that fit, in the order in which their states changed. */
  readonly list: (filter: EntryFilter) => Promise<readonly LedgerEntry[]>;
  /**
   * The output is there, and what it is to be posted with. Leaves alone what was posted; what may
   * be under way keeps its state, and anything else is `normalized` again.
   */
  readonly recordNormalized: (entry: NormalizedFacts) => Promise<void>;
  readonly recordUploaded: (key: string, link: Link) => Promise<void>;
  /**
   * Written before the request leaves. Says no, and changes nothing, where another run has begun
   * since the entry was read, or holds its content: of any number of runs one is told yes.
   * @param lastAttemptAtMs what the entry said when it was read; null for none
   * @param link what the request will name: by it the queue is searched if the answer is lost
   * @param runId the run whose request it is
   * @param isJournaled whether the instance is known to keep its journal. Default: it is not
   */
  readonly claimSend: (
    key: string,
    lastAttemptAtMs: number | null,
    nowMs: number,
    link: Link,
    runId: number,
    isJournaled?: boolean,
  ) => Promise<boolean>;
  readonly recordSent: (key: string, idMessage: string | null) => Promise<void>;
  /**
   * Records as sent what the queue or the journal shows. Says no, and changes nothing, where another
   * status of ours has taken that id before.
   */
  readonly claimMessage: (key: string, idMessage: string) => Promise<boolean>;
  /** @param options `isJournalOff`: none is kept, whatever was known when the request left. Default: false */
  readonly recordUncertain: (
    key: string,
    error: JobError,
    options?: { readonly isJournalOff?: boolean },
  ) => Promise<void>;
  /**
   * The attempt failed for good. Changes nothing where another has begun since.
   * @param attemptedAtMs the attempt that failed, as claimed; null where none was
   */
  readonly recordFailed: (
    key: string,
    error: JobError,
    attemptedAtMs: number | null,
  ) => Promise<void>;
  /**
   * What was under way or uncertain was found not to have been carried out: it may be sent again.
   * @param attemptedAtMs changes nothing where another attempt has begun since this one. Default:
   * the last one, whichever it is.
   */
  readonly recordNotSent: (key: string, attemptedAtMs?: number) => Promise<void>;
  /** What was sent has been deleted. It is not sent again unless it is forgotten. */
  readonly recordUndone: (key: string) => Promise<void>;
  /** Removes what was undone: it may be sent anew. */
  readonly forget: (key: string) => Promise<void>;
  /** What became of a status that was sent; no change of its state. */
  readonly recordConfirmation: (key: string, confirmation: Confirmation) => Promise<void>;
  /**
   * The captions of statuses of that one's kind and account that were attempted within that time and
   * may be any that the journal shows: their outcome is not known, or their id is not. An account that
   * is not known may be the same; a caption that is not known is null.
   * @param untilMs default: no end
   */
  readonly findOpen: (
    like: Pick<LedgerEntry, 'key' | 'kind'>,
    sinceMs: number,
    untilMs?: number,
  ) => Promise<readonly (string | null)[]>;
  /** What a look into an account's journal has shown, whoever posted it. */
  readonly recordLook: (look: JournalLook) => Promise<void>;
  /** When the journal was last looked at before the request of a status left; null: not known. */
  readonly findLook: (key: string) => Promise<number | null>;
  /**
   * Whether a status in the journal is known not to come of the request of that one: it is
   * another of ours, or it was shown before.
   */
  readonly isClaimed: (idMessage: string, key: string) => Promise<boolean>;
  /** Says that a run is alive, until it ends. */
  readonly beginRun: () => Promise<LedgerRun>;
  readonly close: () => Promise<void>;
}

/** A file as it is at a moment. */
export interface Stamped {
  readonly path: string;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

export interface JournalLook {
  /** The hash of the account. */
  readonly account: string;
  readonly idMessages: readonly string[];
  /** When it was begun, by the server's clock. */
  readonly atMs: number;
}

/** A run as others on the same ledger see it. While it lives, what it leases is left to it. */
export interface LedgerRun {
  readonly id: number;
  /**
   * Takes a content to work on. Says no where a run that is alive has it; that of a run found dead
   * is taken over.
   * @param content SHA-256 of the source's bytes, in hex
   */
  readonly lease: (content: string) => Promise<boolean>;
  readonly release: (content: string) => Promise<void>;
  /** Releases all that is left. Where that cannot be written, others find the run dead in time. */
  readonly end: () => Promise<void>;
}

/** Which entries to list; a condition left out fits every entry. */
export interface EntryFilter {
  /** The hash of an account. */
  readonly account?: string;
  readonly states?: readonly LedgerState[];
  /** The run whose request it was; `last` is the last one that sent something, of that account. */
  readonly run?: number | 'last';
}

export interface NormalizedFacts {
  readonly key: string;
  /** SHA-256 of the source's bytes, in hex. */
  readonly content: string;
  readonly kind: Kind;
  /** The path that it was found under, for people. */
  readonly input: string;
  /** What the source was, in words. */
  readonly source: string;
  readonly plan: PlanSummary;
  readonly output: Output;
  readonly message: Message;
}

/** What is posted of an output, to whom, and from where. */
export interface Message {
  /** A hash of the account, never its id. */
  readonly account: string;
  /** A name with the output's extension, in any script. */
  readonly fileName: string;
  readonly caption: string;
  /** Empty for all contacts. */
  readonly participants: readonly string[];
  readonly as: 'media' | 'voice';
}

/** A direct link, and until when it lives. */
export interface Link {
  readonly urlFile: string;
  readonly expiresAtMs: number;
}

export interface LedgerEntry extends Omit<NormalizedFacts, 'message'> {
  readonly state: LedgerState;
  /** Null for what format 1 knew. */
  readonly message: Message | null;
  /** The run whose request sent it, or was the last to try; null for none, and in format 1. */
  readonly runId: number | null;
  /** When its state last changed. */
  readonly changedAtMs: number;
  readonly confirmation: Confirmation | null;
  readonly link: Link | null;
  /** When the last request to send it left, or was about to. */
  readonly attemptedAtMs: number | null;
  /** The instance was known to keep its journal by then: what that does not show was not sent. */
  readonly isJournaled: boolean;
  readonly idMessage: string | null;
  /** Why it failed or is uncertain, with a code that an older or newer version may not know. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What is to be known of an entry that is not sent again. */
export interface Posted extends Pick<LedgerEntry, 'key' | 'kind' | 'idMessage'> {
  readonly state: 'sent' | 'undone';
}

/** What WhatsApp says of a status. */
export interface Confirmation {
  /** `pending`, `sent`, `delivered`, `read`, or what else the API may say. */
  readonly status: string;
  /** To how many it was delivered, and how many have seen it. */
  readonly delivered: number;
  readonly read: number;
  /** When it was asked. */
  readonly atMs: number;
}

/**
 * `sending` is written before the request leaves: an entry found in it by a later run may or may
 * not have been sent. What is `undone` was sent, then deleted; it is never sent again by itself.
 */
export type LedgerState =
  'normalized' | 'uploaded' | 'sending' | 'sent' | 'uncertain' | 'failed' | 'undone';
