import type { StatuscastError } from '../errors.js';
import type { LedgerEntry, Message } from '../ledger/ledger.js';
import type { Settling } from './settle.js';

/** A normalized file on its way to becoming a status. */
export type Publication = Pick<
  LedgerEntry,
  'key' | 'kind' | 'state' | 'output' | 'link' | 'attemptedAtMs' | 'runId'
> & {
  readonly message: Message;
};

/** What publishing works with. Lanes are functions, so that it knows nothing of queues. */
export interface Publisher extends Settling {
  /** The run whose requests these are. */
  readonly runId: number;
  /** Runs an upload when there is room for one. */
  readonly inUploadLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Runs a send when it is this status's turn. */
  readonly inSendLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Whether the instance is known to keep its journal. */
  readonly isJournaled: () => boolean;
  /** Asked before each request leaves; throws where it is not to be sent after all. */
  readonly beforeSend?: () => Promise<void>;
  /** Ends the run: the API would say the same to every status. */
  readonly stop: (why: StatuscastError) => void;
  readonly onStage: (stage: 'upload' | 'send' | 'find-out') => void;
  readonly onProgress: (bytes: number) => void;
  /** Told how long an upload took, its answer included. */
  readonly onUploaded: (seconds: number) => void;
  /** The clock that hours go by. Default: the machine's. */
  readonly clock?: () => Date;
}
