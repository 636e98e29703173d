import { StatuscastError, toStatuscastError } from '../errors.js';
import type { Ending } from '../job.js';
import type { LedgerEntry, Link, Message } from '../ledger/ledger.js';
import { sendMediaStatus } from './send-media-status.js';
import { endingOfAnother, recordEnding, settle, type Settling } from './settle.js';
import { isLinkAlive, uploadFile } from './upload-file.js';

/** A normalized file on its way to becoming a status. */
export type Publication = Pick<
  LedgerEntry,
  'key' | 'kind' | 'state' | 'output' | 'link' | 'attemptedAtMs'
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
  readonly onStage: (stage: 'upload' | 'send' | 'find-out') => void;
  readonly onProgress: (bytes: number) => void;
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
  let { link, attemptedAtMs } = publication;
  let isOpen = publication.state === 'sending' || publication.state === 'uncertain';
  // What is lost in this run is not sent again in it, whatever the user says of older ones.
  let isFromBefore = isOpen;
  // Of a run that is no more, or another's: its request may have been under way for so long.
  let lostAtMs = (attemptedAtMs ?? 0) + publisher.settings.sendTimeoutMs;
  for (let sends = 0; sends <= MAX_SENDS; sends++) {
    if (isOpen && link !== null && attemptedAtMs !== null) {
      const times = { attemptedAtMs, lostAtMs };
      publisher.onStage('find-out');
      const ending = await settle(publication, link, times, publisher);
      const maySendAgain = isFromBefore && publisher.settings.onUncertain === 'resend';
      if (ending === 'not-sent') {
        await publisher.ledger.recordNotSent(publication.key, attemptedAtMs);
      } else if (!(ending.outcome === 'uncertain' && maySendAgain)) return ending;
    }
    if (sends === MAX_SENDS) break;
    const live = await provideLink(publication, link, publisher);
    const before = attemptedAtMs;
    const sent = await publisher.inSendLane(() => sendOnce(publication, live, before, publisher));
    if (sent.type === 'ended') return sent.ending;
    [link, attemptedAtMs, isOpen] = [live, sent.attemptedAtMs, true];
    lostAtMs = publisher.now();
    isFromBefore = false;
  }
  const error = new StatuscastError({
    ...{ code: 'api-no-answer', method: 'sendMediaStatus', mayHaveHappened: false },
    why: `none came to ${MAX_SENDS} requests, and none of them was carried out`,
  });
  const { code, message } = error;
  await publisher.ledger.recordFailed(publication.key, { code, message }, attemptedAtMs);
  throw error;
}

/** The link of an earlier step while it lives, else a new one. */
function provideLink(
  { key, output, message }: Publication,
  link: Link | null,
  publisher: Publisher,
): Promise<Link> {
  const { client, ledger, settings, signal, now, onWaiting, onProgress, onStage } = publisher;
  const options = {
    ...{ signal, onWaiting, onProgress, retries: settings.retries },
    linkTimeoutMs: settings.apiTimeoutMs,
  };
  return publisher.inUploadLane(async () => {
    signal.throwIfAborted();
    if (link !== null && (await isLinkAlive(link, output.mime, now(), options))) return link;
    onStage('upload');
    const made = await uploadFile(client, output, message.fileName, options);
    await ledger.recordUploaded(key, made);
    return made;
  });
}

type Sent =
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'unknown'; readonly attemptedAtMs: number | null };

async function sendOnce(
  publication: Publication,
  link: Link,
  lastAttemptAtMs: number | null,
  publisher: Publisher,
): Promise<Sent> {
  const { key, message } = publication;
  const { client, ledger, runId, settings, signal, now, onWaiting } = publisher;
  signal.throwIfAborted();
  publisher.onStage('send');
  let attemptedAtMs = lastAttemptAtMs;
  const claim = async () => {
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
      return { type: 'unknown', attemptedAtMs };
    case 'not-claimed': {
      const detail = 'another run is sending it';
      const busy = { outcome: 'skipped', reason: 'duplicate', detail, idMessage: null } as const;
      return { type: 'ended', ending: (await endingOfAnother(publication, publisher)) ?? busy };
    }
  }
}
