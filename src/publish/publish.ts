import { StatuscastError, toStatuscastError } from '../errors.js';
import type { Ending } from '../job.js';
import type { LedgerEntry, Link, Message } from '../ledger/ledger.js';
import { awaitHours, nextOpening } from './hours.js';
import { sendMediaStatus } from './send-media-status.js';
import { isTransient, retry, stopsRun } from './retry.js';
import {
  endingOfAnother,
  recordEnding,
  settle,
  uncertain,
  type AttemptTimes,
  type Settling,
} from './settle.js';
import { isLinkAlive, uploadFile } from './upload-file.js';

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

/** A send is given up when this many were found not to have been carried out. */
const MAX_SENDS = 3;

/**
 * Uploads, checks the link, and sends, once: what an earlier run left open is found out first, and
 * every step is in the ledger before the next begins.
 * @throws StatuscastError for what was refused or interrupted before it was sent
 */
export async function publish(publication: Publication, publisher: Publisher): Promise<Ending> {
  try {
    return await uploadAndSend(publication, publisher);
  } catch (thrown) {
    // Another run on this ledger may have sent it meanwhile, and removed the output.
    const ending = await endingOfAnother(publication, publisher);
    if (ending !== null) return ending;
    throw thrown;
  }
}

async function uploadAndSend(publication: Publication, publisher: Publisher): Promise<Ending> {
  const ended = await settleEarlier(publication, publisher);
  if (ended !== null) return ended;
  const link = await provideLink(publication, publication.link, publisher);
  return publisher.inSendLane(() => sendUntilKnown(publication, link, publisher));
}

/** Finds out what an earlier run left open; null where it is to be sent. */
async function settleEarlier(
  publication: Publication,
  publisher: Publisher,
): Promise<Ending | null> {
  const { key, state, link, attemptedAtMs, runId } = publication;
  const { ledger, settings } = publisher;
  const isOpen = state === 'sending' || state === 'uncertain';
  if (!isOpen || link === null || attemptedAtMs === null) return null;
  // Of a run that is no more, or another's: its request may have been under way for so long.
  const times = { attemptedAtMs, lostAtMs: attemptedAtMs + settings.sendTimeoutMs };
  const ending = await findOut(publication, link, times, publisher);
  if (ending === 'not-sent') {
    await ledger.recordNotSent(key, attemptedAtMs);
    return null;
  }
  // A watch meets what it lost itself again: sent anew each time, it might be posted each time.
  const isResent = settings.onUncertain === 'resend' && runId !== publisher.runId;
  return ending.outcome === 'uncertain' && isResent ? null : ending;
}

/** What stops the run meanwhile leaves it unknown, not failed: the next run goes on finding out. */
async function findOut(
  publication: Publication,
  link: Link,
  times: AttemptTimes,
  publisher: Publisher,
): Promise<Ending | 'not-sent'> {
  publisher.onStage('find-out');
  try {
    return await settle(publication, link, times, publisher);
  } catch (thrown) {
    const error = toStatuscastError(thrown);
    if (!stopsRun(error)) throw thrown;
    publisher.stop(error);
    const ending = uncertain(error.message, link.urlFile);
    const write = () => publisher.ledger.recordUncertain(publication.key, ending.error);
    return recordEnding(ending, write);
  }
}

/**
 * Sends until it is known what became of it, all in its turn: two lost answers at once could not be
 * told apart, and while no answers come others would only be lost too. What is lost here is not sent
 * again in this run unless it is known not to have been sent.
 */
async function sendUntilKnown(
  publication: Publication,
  firstLink: Link,
  publisher: Publisher,
): Promise<Ending> {
  const { key } = publication;
  const { ledger, now } = publisher;
  let link = firstLink;
  let lastAttemptAtMs = publication.attemptedAtMs;
  for (let sends = 1; sends <= MAX_SENDS; sends++) {
    const sent = await sendInTime(publication, link, lastAttemptAtMs, publisher);
    if (sent.type === 'ended') return sent.ending;
    const { attemptedAtMs } = sent;
    link = sent.link;
    const times = { attemptedAtMs, lostAtMs: now() };
    const ending = await findOut(publication, link, times, publisher);
    if (ending !== 'not-sent') return ending;
    await ledger.recordNotSent(key, attemptedAtMs);
    lastAttemptAtMs = attemptedAtMs;
    if (sends < MAX_SENDS) link = await provideLink(publication, link, publisher);
  }
  const error = new StatuscastError({
    ...{ code: 'api-no-answer', method: 'sendMediaStatus', mayHaveHappened: false },
    why: `none came to ${MAX_SENDS} requests, and none of them was carried out`,
  });
  const { code, message } = error;
  await ledger.recordFailed(key, { code, message }, lastAttemptAtMs);
  throw error;
}

/** The link of an earlier step while it lives, else a new one. */
function provideLink(
  { key, output, message }: Publication,
  link: Link | null,
  publisher: Publisher,
): Promise<Link> {
  const { client, ledger, settings, signal, now, onWaiting, onProgress } = publisher;
  const options = {
    ...{ signal, onWaiting, onProgress, retries: settings.retries },
    linkTimeoutMs: settings.apiTimeoutMs,
  };
  return publisher.inUploadLane(async () => {
    signal.throwIfAborted();
    if (link !== null && (await isLinkAlive(link, output.mime, now(), options))) return link;
    publisher.onStage('upload');
    const begunMs = performance.now();
    const made = await uploadFile(client, output, message.fileName, options);
    await ledger.recordUploaded(key, made);
    publisher.onUploaded((performance.now() - begunMs) / 1000);
    return made;
  });
}

type Sent =
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'unknown'; readonly attemptedAtMs: number; readonly link: Link };

/** Sends within the hours and while the link lives: the wait for its start may outlast both. */
async function sendInTime(
  publication: Publication,
  firstLink: Link,
  firstAttemptAtMs: number | null,
  publisher: Publisher,
): Promise<Sent> {
  const { ledger, settings, signal, onWaiting, clock } = publisher;
  let [link, lastAttemptAtMs] = [firstLink, firstAttemptAtMs];
  for (;;) {
    const hasWaited = await awaitHours(settings.hours, { signal, onWaiting, now: clock });
    if (hasWaited || isOver(link, publisher)) {
      link = await provideLink(publication, link, publisher);
    }
    await hearAgain(publisher);
    const sent = await sendOnce(publication, link, lastAttemptAtMs, publisher);
    if (sent.type !== 'too-late') return sent;
    const { attemptedAtMs } = sent;
    if (attemptedAtMs === null || attemptedAtMs === lastAttemptAtMs) continue;
    // It was refused, and was to be repeated: nothing is under way until then.
    await ledger.recordNotSent(publication.key, attemptedAtMs);
    lastAttemptAtMs = attemptedAtMs;
  }
}

/**
 * Nothing leaves into silence: in an outage each send would lose its answer, and what became of
 * those that look the same could not be told apart.
 * @throws StatuscastError `api-no-answer`, what stops the run, `interrupted`
 */
async function hearAgain({ client, settings, signal, onWaiting }: Publisher): Promise<void> {
  if (!client.isSilent()) return;
  const { retries } = settings;
  const ask = () => client.showMessagesQueue({ signal });
  await retry(ask, isTransient, { retries, signal, onWaiting });
}

/** The wait for a start may outlast a link: statuses may be days apart, and a machine may sleep. */
function isOver({ expiresAtMs }: Link, { now }: Publisher): boolean {
  return expiresAtMs <= Math.max(now(), Date.now());
}

interface TooLate {
  readonly type: 'too-late';
  /** When the last request was claimed; null where none was. */
  readonly attemptedAtMs: number | null;
}

async function sendOnce(
  publication: Publication,
  link: Link,
  lastAttemptAtMs: number | null,
  publisher: Publisher,
): Promise<Sent | TooLate> {
  const { key, message } = publication;
  const { client, ledger, runId, settings, signal, now, onWaiting } = publisher;
  const { clock = () => new Date() } = publisher;
  signal.throwIfAborted();
  publisher.onStage('send');
  let attemptedAtMs = lastAttemptAtMs;
  let isTooLate = false;
  const claim = async () => {
    isTooLate = nextOpening(settings.hours, clock()) !== null || isOver(link, publisher);
    if (isTooLate) return false;
    await publisher.beforeSend?.();
    const before = attemptedAtMs;
    // As the ledger does: never the same twice, also where the clock was set back.
    attemptedAtMs = Math.max(now(), (before ?? 0) + 1);
    return ledger.claimSend(key, before, attemptedAtMs, link, runId);
  };
  const { fileName, caption, participants, as } = message;
  const { urlFile } = link;
  const status = { urlFile, fileName, caption, participants };
  const options = { as, claim, retries: settings.retries, signal, onWaiting };
  const result = await sendMediaStatus(client, status, options).catch(async (thrown: unknown) => {
    const { code, message: why } = toStatuscastError(thrown);
    // Without a claim of ours the ledger may speak of another run's request.
    if (attemptedAtMs !== lastAttemptAtMs) {
      await ledger.recordFailed(key, { code, message: why }, attemptedAtMs);
    }
    throw thrown;
  });
  switch (result.type) {
    case 'sent': {
      const { idMessage } = result;
      const ending = { outcome: 'sent', idMessage, urlFile } as const;
      const write = () => ledger.recordSent(key, idMessage);
      return { type: 'ended', ending: await recordEnding(ending, write) };
    }
    case 'unknown':
      if (attemptedAtMs === null) throw new Error('no request leaves before its claim');
      return { type: 'unknown', attemptedAtMs, link };
    case 'not-claimed': {
      if (isTooLate) return { type: 'too-late', attemptedAtMs };
      const detail = 'another run is sending it';
      const busy = { outcome: 'skipped', reason: 'duplicate', detail, idMessage: null } as const;
      return { type: 'ended', ending: (await endingOfAnother(publication, publisher)) ?? busy };
    }
  }
}
