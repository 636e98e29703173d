import type { JobError, Kind, Output, PlanSummary } from '../job.js';

/**
 * What is known of each status, by its key: how far it has come, at every moment, also after
 * kill -9. Each method is one durable step; none is undone by a crash.
 */
export interface Ledger {
  /** The entry of the first of these keys that has one. */
  readonly find: (keys: readonly string[]) => Promise<LedgerEntry | null>;
  /** The output is there. Leaves an entry alone that has come further. */
  readonly recordNormalized: (entry: NormalizedFacts) => Promise<void>;
  readonly recordUploaded: (key: string, link: Link) => Promise<void>;
  /**
   * Written before the request leaves. Says no, and changes nothing, where another run has begun
   * since the entry was read: of any number of runs one is told yes.
   * @param lastAttemptAtMs what the entry said when it was read; null for none
   * @param link what the request will name: by it the queue is searched if the answer is lost
   */
  readonly claimSend: (
    key: string,
    lastAttemptAtMs: number | null,
    nowMs: number,
    link: Link,
  ) => Promise<boolean>;
  readonly recordSent: (key: string, idMessage: string | null) => Promise<void>;
  /**
   * Records as sent what the queue or the journal shows. Says no, and changes nothing, where another
   * status of ours has taken that id before.
   */
  readonly claimMessage: (key: string, idMessage: string) => Promise<boolean>;
  readonly recordUncertain: (key: string, error: JobError) => Promise<void>;
  readonly recordFailed: (key: string, error: JobError) => Promise<void>;
  /**
   * How many statuses of a kind were attempted since and have no known outcome, this one included.
   */
  readonly countOpen: (kind: Kind, sinceMs: number) => Promise<number>;
  /** Whether a status in the journal is known to be one of ours. */
  readonly isClaimed: (idMessage: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
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
}

/** A direct link, and until when it lives. */
export interface Link {
  readonly urlFile: string;
  readonly expiresAtMs: number;
}

export interface LedgerEntry extends NormalizedFacts {
  readonly state: LedgerState;
  readonly link: Link | null;
  /** When the last request to send it left, or was about to. */
  readonly attemptedAtMs: number | null;
  readonly idMessage: string | null;
  /** Why it failed or is uncertain, with a code that an older or newer version may not know. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * `sending` is written before the request leaves: an entry found in it by a later run may or may
 * not have been sent.
 */
export type LedgerState = 'normalized' | 'uploaded' | 'sending' | 'sent' | 'uncertain' | 'failed';
