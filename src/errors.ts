import { CAPTION_MAX_LENGTH } from './limits.js';

/**
 * Every way in which statuscast can fail, as one union on `code` with the facts of the case, and
 * all the wording in one place. A sentence says what could not be done to which file, the fact with
 * its unit, and what to do.
 */
export type ErrorFacts =
  | {
      readonly code: 'bad-settings';
      readonly faults: readonly string[];
      /** What they are of, where it is not the call itself. */
      readonly of?: 'choices' | 'statuses';
    }
  | { readonly code: 'missing-credentials'; readonly missing: readonly string[] }
  | { readonly code: 'path-missing'; readonly paths: readonly string[] }
  | { readonly code: 'binary-unusable'; readonly binary: string; readonly why: string }
  | { readonly code: 'folder-unusable'; readonly path: string; readonly why: string }
  | { readonly code: 'ledger-unusable'; readonly path: string; readonly why: string }
  | { readonly code: 'file-unreadable'; readonly file: string; readonly why: string }
  | { readonly code: 'file-empty'; readonly file: string }
  | { readonly code: 'file-changed'; readonly file: string }
  | { readonly code: 'format-unsupported'; readonly file: string; readonly why: string }
  | { readonly code: 'undecodable'; readonly file: string; readonly why: string }
  | { readonly code: 'too-large'; readonly file: string; readonly why: string }
  | { readonly code: 'too-short'; readonly file: string; readonly why: string }
  | { readonly code: 'crop-outside'; readonly file: string; readonly why: string }
  | { readonly code: 'caption-too-long'; readonly file: string; readonly length: number }
  | { readonly code: 'program-failed'; readonly program: string; readonly why: string }
  | { readonly code: 'program-timeout'; readonly program: string; readonly timeoutMs: number }
  | {
      readonly code: 'contract-broken';
      readonly file: string;
      readonly faults: readonly string[];
    }
  | {
      readonly code: 'api-refused';
      readonly method: string;
      readonly status: number;
      readonly refusal: Refusal;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | {
      readonly code: 'api-no-answer';
      readonly method: string;
      readonly why: string;
      /** The request may have been carried out: it left, and no clear answer came back. */
      readonly mayHaveHappened: boolean;
    }
  | { readonly code: 'api-malformed'; readonly method: string; readonly why: string }
  | { readonly code: 'instance-cannot-send'; readonly why: string }
  | { readonly code: 'link-not-direct'; readonly why: string }
  | { readonly code: 'link-unreachable'; readonly why: string }
  | { readonly code: 'journal-off' }
  | { readonly code: 'status-unknown'; readonly file: string }
  | {
      readonly code: 'outcome-unknown';
      readonly why: string;
      /** Whether whoever could know was asked. */
      readonly isHeard: boolean;
    }
  | { readonly code: 'stopped'; readonly why: string }
  | { readonly code: 'interrupted' }
  | { readonly code: 'internal'; readonly why: string };

/** Every code that an error can have; switch on it. */
export type ErrorCode = ErrorFacts['code'];

/** Why GREEN-API said no, told apart by what is to be done about it. */
export type Refusal =
  | 'starting'
  | 'not-authorized'
  | 'ended'
  | 'unauthorized'
  | 'forbidden'
  | 'quota'
  | 'too-fast'
  | 'too-large'
  | 'invalid';

/** The one error class. Switch on `facts.code`; show `message`. */
export class StatuscastError extends Error {
  override readonly name = 'StatuscastError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts, options?: ErrorOptions) {
    super(describe(facts), options);
    this.code = facts.code;
    this.facts = facts;
  }
}

/**
 * Something thrown, as a StatuscastError: itself if it is one already, `internal` otherwise.
 */
export function toStatuscastError(thrown: unknown): StatuscastError {
  if (thrown instanceof StatuscastError) return thrown;
  return new StatuscastError({ code: 'internal', why: messageOf(thrown) }, { cause: thrown });
}

/** Whether it was thrown because a signal fired. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

/** The faults of settings that were thrown; anything else is thrown again. */
export function faultsIn(thrown: unknown): readonly string[] {
  const { facts } = toStatuscastError(thrown);
  if (facts.code !== 'bad-settings') throw thrown;
  return facts.faults;
}

/** The message of anything thrown: packages are known to throw strings. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What the system said was wrong, without the call that it was asked with. */
export function systemReason(thrown: unknown): string {
  return messageOf(thrown).replace(/, \w+( '.*')?$/, '');
}

/**
 * The reason in what a program printed: its last line that says something, without the file's path
 * and the program's own marks.
 */
export function reasonIn(printed: string, path: string): string {
  const lines = printed
    .replaceAll(`file:${path}: `, '')
    .replaceAll(`${path}: `, '')
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] |^ff(mpeg|probe) failed: /, '').trim())
    .filter((line) => /[a-z]{3}/i.test(line) && !BESIDE_THE_POINT.test(line));
  return (lines.at(-1) ?? printed).replace(/\.$/, '');
}

/** That it failed, and which decoders of streams that were not asked for did not run. */
const BESIDE_THE_POINT = /^conversion failed|not on whitelist|^last message repeated/i;

/** Where to read on about faults. */
export function hintOf({ of }: Extract<ErrorFacts, { code: 'bad-settings' }>): string {
  return HINTS[of ?? 'call'];
}

const HINTS = {
  call: 'See --help for what each option takes.',
  choices: 'See statuscast init --help for what each column takes.',
  statuses: 'See statuscast history for what there is.',
} as const;

/** The sentence that people read for the facts of an error. */
export function describe(facts: ErrorFacts): string {
  switch (facts.code) {
    case 'bad-settings':
      return `Cannot start: ${facts.faults.join('; ').replace(/\.$/, '')}. ${hintOf(facts)}`;
    case 'missing-credentials':
      return (
        `Cannot send: ${facts.missing.join(', ')} ${facts.missing.length === 1 ? 'is' : 'are'} not set. ` +
        'Set GREEN_API_URL, GREEN_API_MEDIA_URL, GREEN_API_ID_INSTANCE and GREEN_API_TOKEN in the environment ' +
        'or in a .env file here (all four are shown in the GREEN-API console), or try it without an account: --sandbox.'
      );
    case 'path-missing':
      return `Cannot read ${facts.paths.join(', ')}: no such file or folder. Check the spelling.`;
    case 'binary-unusable':
      return `Cannot run ${facts.binary}: ${facts.why}. Install ffmpeg and name it in FFMPEG_PATH and FFPROBE_PATH.`;
    case 'folder-unusable':
      return `Cannot write to ${facts.path}: ${facts.why}. Choose another folder or free it.`;
    case 'ledger-unusable':
      return `Cannot use the ledger ${facts.path}: ${facts.why}. Nothing is sent without it.`;
    case 'file-unreadable':
      return `Cannot read ${facts.file}: ${facts.why}. Check its permissions and try again.`;
    case 'file-empty':
      return `Cannot use ${facts.file}: it is empty (0 bytes). Copy it again from where it came from.`;
    case 'file-changed':
      return `Cannot use ${facts.file}: it has changed since it was found. Run again once it is fully written.`;
    case 'format-unsupported':
      return `Cannot use ${facts.file}: ${facts.why}.`;
    case 'undecodable':
      return `Cannot decode ${facts.file}: ${facts.why}. Copy it again, or export it anew.`;
    case 'too-large':
    case 'crop-outside':
      return `Cannot use ${facts.file}: ${facts.why}.`;
    case 'too-short':
      return `Cannot use ${facts.file}: ${facts.why}. Let it begin earlier.`;
    case 'caption-too-long':
      return `Cannot post ${facts.file}: its caption would have ${facts.length} characters, and at most ${CAPTION_MAX_LENGTH} are posted. Give it one of its own, or shorten captionTemplate.`;
    case 'program-failed':
      return `${facts.program} failed: ${facts.why}`;
    case 'program-timeout':
      return `${facts.program} was stopped after ${facts.timeoutMs / 1000} s. Make the file smaller or shorter, or raise that time-out (--probe-timeout-ms, --normalize-timeout-ms).`;
    case 'contract-broken':
      return `Cannot make a status of ${facts.file}: the result breaks the rules (${facts.faults.join('; ')}). It was not sent; raise the limit that it names, or export the file anew.`;
    case 'api-refused':
      return `GREEN-API refused ${facts.method} (HTTP ${facts.status}): ${facts.message}. ${remedyOf(facts)}`;
    case 'api-no-answer':
      return `No answer from GREEN-API to ${facts.method}: ${facts.why}. Check the network and run again.`;
    case 'api-malformed':
      return `GREEN-API answered ${facts.method} in an unknown shape: ${facts.why}. Check the two URLs.`;
    case 'instance-cannot-send':
      return `The GREEN-API instance cannot send: ${facts.why}.`;
    case 'link-not-direct':
      return `The uploaded file has no direct link: ${facts.why}. A status made of it would never appear; run again.`;
    case 'link-unreachable':
      return `The link of the uploaded file cannot be read: ${facts.why}. Run again.`;
    case 'outcome-unknown':
      return `Whether it was sent is not known: ${facts.why.replace(/\.$/, '')}. ${facts.isHeard ? 'Look at the phone: it is not sent again unless a later run finds that it was not sent.' : 'The next run finds out, and sends it if it was not.'}`;
    case 'journal-off':
      return (
        'Nothing can be confirmed: the instance keeps no journal of statuses. Set outgoingWebhook ' +
        'to yes in the GREEN-API console; it holds for what is sent from then on.'
      );
    case 'status-unknown':
      return `Cannot delete the status of ${facts.file}: GREEN-API gave it no id. Delete it on the phone.`;
    case 'stopped':
      return `Not sent, the run was stopped: ${facts.why} The next run goes on from here.`;
    case 'interrupted':
      return 'Not sent, the run was interrupted. The next run goes on from here.';
    case 'internal':
      return `Something went wrong that should not: ${facts.why}. Please report it.`;
  }
}

function remedyOf({ refusal, method }: Extract<ErrorFacts, { code: 'api-refused' }>): string {
  const isAtMedia = refusal === 'forbidden' && method === 'uploadFile';
  return isAtMedia ? 'Check GREEN_API_ID_INSTANCE and GREEN_API_MEDIA_URL.' : REMEDIES[refusal];
}

const REMEDIES: Readonly<Record<Refusal, string>> = {
  starting: 'The instance is starting; try again in a few minutes.',
  'not-authorized': 'Scan the QR code in the GREEN-API console with the phone, then run again.',
  ended: 'See to the instance and its tariff in the GREEN-API console, then run again.',
  unauthorized: 'Check GREEN_API_ID_INSTANCE and GREEN_API_TOKEN.',
  forbidden:
    'Check GREEN_API_ID_INSTANCE and GREEN_API_URL; the status methods are in beta: ask GREEN-API support for access.',
  quota: "The account's quota is used up; change the tariff or wait for the next month.",
  'too-fast': 'Too many requests; lower the rate.',
  'too-large': 'The file is larger than GREEN-API takes.',
  invalid: 'The request was not understood; please report it.',
};
