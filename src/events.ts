import type {
  Estimate,
  JobError,
  Kind,
  Outcome,
  Output,
  PartResult,
  PlanSummary,
  Posting,
  Preview,
  SkipReason,
} from './job.js';

/**
 * What the pipeline tells the outside: the library's async iterable, and one JSON object a line
 * with `--json`. Each input ends with exactly one `result`; the last event is the `summary`.
 */
export type StatuscastEvent =
  | StartedEvent
  | TotalsEvent
  | FoundEvent
  | StageEvent
  | StageEndEvent
  | ProgressEvent
  | PreviewEvent
  | WaitingEvent
  | WarningEvent
  | IdleEvent
  | ResultEvent
  | ConfirmationEvent
  | ReportEvent
  | SummaryEvent;

/** The run has begun. */
export interface StartedEvent {
  readonly type: 'started';
  /** What the run does with each file at the end. */
  readonly goal: 'send' | 'prepare' | 'plan';
  /** Whether it goes on with what appears in the folders. */
  readonly watch: boolean;
  /** Absolute path of the state directory; null where nothing is remembered. */
  readonly stateDir: string | null;
  /** Absolute path of the folder that the outputs go to, or would. */
  readonly outDir: string;
}

/**
 * How much there is to do, by a look ahead over all paths: inputs are found one by one, as there is
 * room for them. Once a run, at any moment; not where the run ends before the look does, nor in a
 * watch.
 */
export interface TotalsEvent {
  readonly type: 'totals';
  readonly inputs: number;
  readonly bytes: number;
}

/** An input was found; its result follows. */
export interface FoundEvent {
  readonly type: 'found';
  readonly input: string;
  readonly bytes: number;
}

/** A part of a split input. */
export interface PartNumber {
  /** 1 for the first. */
  readonly number: number;
  readonly of: number;
}

/** An input has entered a stage of its life. */
export interface StageEvent {
  readonly type: 'stage';
  readonly input: string;
  readonly stage: 'inspect' | 'normalize' | 'upload' | 'send' | 'find-out';
  /** Which part of a split input; null where nothing is split. */
  readonly part: PartNumber | null;
  /** The plan, from `normalize` on. */
  readonly kind: Kind | null;
  readonly plan: PlanSummary | null;
}

/** An input has left a stage, and waits for its place in the next. */
export interface StageEndEvent {
  readonly type: 'stage-end';
  readonly input: string;
  readonly stage: 'normalize' | 'upload';
  readonly part: PartNumber | null;
  /** How long the stage took. */
  readonly seconds: number;
}

/** How far a long step has come. At most a few a second for each input. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly input: string;
  readonly stage: 'normalize' | 'upload';
  readonly part: PartNumber | null;
  readonly unit: 'seconds' | 'bytes';
  readonly done: number;
  /** Null when it is not known. */
  readonly total: number | null;
}

/**
 * Small pictures of a file, where they were asked for: before its result, and only while there is
 * room for more. What could not be made is null.
 */
export interface PreviewEvent {
  readonly type: 'preview';
  readonly input: string;
  readonly part: PartNumber | null;
  /** The source, upright. */
  readonly before: Preview | null;
  /** The output. Its file may be that of `before`, which shows the same or more. */
  readonly after: Preview | null;
  /** Pixels of the upright source, in which a plan's crop is; null for what is no still picture. */
  readonly source: { readonly width: number; readonly height: number } | null;
}

/** Nothing is wrong, but something is waited for: a retry, an instance that starts, a journal. */
export interface WaitingEvent {
  readonly type: 'waiting';
  readonly input: string | null;
  readonly why: string;
  readonly waitMs: number;
}

/** The run goes on, but somebody should know. */
export interface WarningEvent {
  readonly type: 'warning';
  /** Null where it is about the whole run. */
  readonly input: string | null;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** All that a watch has found has ended: it waits for files. Told each time. */
export interface IdleEvent {
  readonly type: 'idle';
  /** Results so far. */
  readonly counts: Readonly<Record<Outcome, number>>;
}

/** How one input ended. Every field is always there; null where it has no meaning. */
export interface ResultEvent {
  readonly type: 'result';
  /** The path as reached from the argument given. */
  readonly input: string;
  readonly kind: Kind | null;
  /** What the input was, in words: `MP4, h264 1920×1080, aac, 64 s`. */
  readonly source: string | null;
  readonly outcome: Outcome;
  readonly plan: PlanSummary | null;
  /** Of all its parts together; null where nothing was only planned. */
  readonly estimate: Estimate | null;
  readonly output: Output | null;
  /** The link, with `{idInstance}` in the place of the account's own. */
  readonly urlFile: string | null;
  readonly idMessage: string | null;
  readonly posting: Posting | null;
  /** Why it was skipped. */
  readonly reason: SkipReason | null;
  /** The reason in words, or what is known of it already, for people. */
  readonly detail: string | null;
  /** Why it failed or is uncertain. */
  readonly error: JobError | null;
  /**
   * The parts of a split input, as far as it came; null where nothing was split. The fields above
   * are those of the first part then, the outcome and the error those of the first that fared worse.
   */
  readonly parts: readonly PartResult[] | null;
}

/** What became of a status that was sent, with `confirm`: after the results, before the summary. */
export interface ConfirmationEvent {
  readonly type: 'confirmation';
  readonly input: string;
  readonly idMessage: string;
  /** `pending`, `sent`, `delivered`, `read`; `unknown`: the journal did not show it in time. */
  readonly status: string;
  /** Contacts. */
  readonly delivered: number;
  readonly read: number;
}

/** A status as the ledger knows it: what `history` lists, and what comes of it afterwards. */
export interface StatusRecord {
  readonly type: 'status';
  readonly input: string;
  readonly kind: Kind;
  readonly state:
    'normalized' | 'uploaded' | 'sending' | 'sent' | 'uncertain' | 'failed' | 'undone';
  readonly idMessage: string | null;
  /** Null where an older version sent it. */
  readonly caption: string | null;
  /** Empty for all contacts. */
  readonly participants: readonly string[] | null;
  /** The run whose request it was; null where there was none yet. */
  readonly run: number | null;
  /** When its state last changed: ISO 8601, UTC. */
  readonly changedAt: string;
  readonly confirmation: {
    readonly status: string;
    /** Contacts. */
    readonly delivered: number;
    readonly read: number;
    readonly at: string;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The page about the run is there: before the summary, from `writeReport`. */
export interface ReportEvent {
  readonly type: 'report';
  /** Absolute path of the HTML file. */
  readonly path: string;
}

/** The last event of a run. */
export interface SummaryEvent {
  readonly type: 'summary';
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Of all inputs together; null where nothing was only planned. */
  readonly estimate: Estimate | null;
  readonly seconds: number;
  /**
   * Why the run ended before its work: the instance cannot send or does not answer, the ledger
   * cannot be written, a program cannot run, or it was interrupted.
   */
  readonly stopped: JobError | null;
}
