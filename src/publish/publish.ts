import { StatuscastError, toStatuscastError } from '../errors.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Ending } from '../job.js';
import type { Ledger, LedgerEntry, Link } from '../ledger/ledger.js';
import type { Settings } from '../settings.js';
import { QUEUE_LIFETIME_MS } from '../limits.js';
import { findOutcome, type Attempt } from './find-outcome.js';
import { sendMediaStatus } from './send-media-status.js';
import { isLinkAlive, uploadFile } from './upload-file.js';

/** A normalized file on its way to becoming a status. */
export type Publication = Pick<
  LedgerEntry,
  'key' | 'kind' | 'state' | 'output' | 'link' | 'attemptedAtMs'
> & {
  /** What the status is called: a name with the output's extension, in any script. */
  readonly fileName: string;
  readonly caption: string;
};

/** What publishing works with. Lanes are functions, so that it knows nothing of queues. */
export interface Publisher {
  readonly client: GreenApiClient;
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  /** Runs an upload when there is room for one. */
  readonly inUploadLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Runs a send when it is this status's turn. */
  readonly inSendLane: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly onStage: (stage: 'upload' | 'send' | 'find-out') => void;
  readonly onProgress: (bytes: number) => void;
  readonly onWaiting: (why: string, waitMs: number) => void;
  readonly now: () => number;
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

async function endingOfAnother(
  { key }: Publication,
  { ledger }: Publisher,
): Promise<Ending | null> {
  const entry = await ledger.find([key]);
  if (entry?.state !== 'sent') return null;
  const { idMessage } = entry;
  const detail = `another run sent it as ${idMessage ?? 'a status without an id'}`;
  return { outcome: 'skipped', reason: 'already-sent', detail, idMessage };
}

async function uploadAndSend(publication: Publication, publisher: Publisher): Promise<Ending> {
  let { link, attemptedAtMs } = publication;
  let isOpen = publication.state === 'sending' || publication.state === 'uncertain';
  // Of a run that is no more, or another's: its request may have been under way for so long.
  let lostAtMs = (attemptedAtMs ?? 0) + publisher.settings.sendTimeoutMs;
  for (let sends = 0; sends <= MAX_SENDS; sends++) {
    if (isOpen && link !== null && attemptedAtMs !== null) {
      const times = { attemptedAtMs, lostAtMs };
      const ending = await findOut(publication, link, times, publisher);
      if (ending !== 'not-sent') return ending;
    }
    if (sends === MAX_SENDS) break;
    const live = await provideLink(publication, link, publisher);
    const before = attemptedAtMs;
    const sent = await publisher.inSendLane(() => sendOnce(publication, live, before, publisher));
    if (sent.type === 'ended') return sent.ending;
    [link, attemptedAtMs, isOpen] = [live, sent.attemptedAtMs, true];
    lostAtMs = publisher.now();
  }
  const error = new StatuscastError({
    ...{ code: 'api-no-answer', method: 'sendMediaStatus', mayHaveHappened: false },
    why: `none came to ${MAX_SENDS} requests, and none of them was carried out`,
  });
  await publisher.ledger.recordFailed(publication.key, {
    code: error.code,
    message: error.message,
  });
  throw error;
}

/** The link of an earlier step while it lives, else a new one. */
function provideLink(
  { key, output, fileName }: Publication,
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
    const made = await uploadFile(client, output, fileName, options);
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
  const { key, kind, fileName, caption } = publication;
  const { client, ledger, settings, signal, now, onWaiting } = publisher;
  signal.throwIfAborted();
  publisher.onStage('send');
  let attemptedAtMs = lastAttemptAtMs;
  const claim = async () => {
    const before = attemptedAtMs;
    // As the ledger does: never the same twice, also where the clock was set back.
    attemptedAtMs = Math.max(now(), (before ?? 0) + 1);
    return ledger.claimSend(key, before, attemptedAtMs, link);
  };
  const { participants, audioAs, retries } = settings;
  const as = kind === 'audio' && audioAs === 'voice' ? audioAs : ('media' as const);
  const { urlFile } = link;
  const status = { urlFile, fileName, caption, participants };
  const options = { as, claim, retries, signal, onWaiting };
  const result = await sendMediaStatus(client, status, options).catch(async (thrown: unknown) => {
    const { code, message } = toStatuscastError(thrown);
    // Without a claim of ours the ledger may speak of another run's request.
    if (attemptedAtMs !== lastAttemptAtMs) await ledger.recordFailed(key, { code, message });
    throw thrown;
  });
  switch (result.type) {
    case 'sent': {
      const { idMessage } = result;
      await ledger.recordSent(key, idMessage);
      return { type: 'ended', ending: { outcome: 'sent', idMessage, urlFile } };
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

/** What became of a send without an answer. */
async function findOut(
  publication: Publication,
  link: Link,
  times: Pick<Attempt, 'attemptedAtMs' | 'lostAtMs'>,
  publisher: Publisher,
): Promise<Ending | 'not-sent'> {
  const { client, ledger, settings, signal, now, onWaiting } = publisher;
  const { key, kind, caption } = publication;
  const { urlFile } = link;
  publisher.onStage('find-out');
  const isVoice = kind === 'audio' && settings.audioAs === 'voice';
  const attempt = { urlFile, kind, ...times, caption: isVoice ? '' : caption };
  const found = await findOutcome(client, attempt, {
    ...{ signal, now, onWaiting, isClaimed: ledger.isClaimed },
    isDecided: async () => (await ledger.find([key]))?.state === 'sent',
    countOpen: () => ledger.countOpen(kind, times.attemptedAtMs - QUEUE_LIFETIME_MS),
    ...{ retries: settings.retries, journalWaitMs: settings.journalWaitMs },
  });
  switch (found.type) {
    case 'not-sent':
      return 'not-sent';
    case 'decided':
      return (await endingOfAnother(publication, publisher)) ?? 'not-sent';
    case 'sent': {
      const { idMessage } = found;
      // Two that look the same may find the same entry: it belongs to whoever takes it first.
      if (idMessage === null) await ledger.recordSent(key, null);
      else if (!(await ledger.claimMessage(key, idMessage))) {
        return findOut(publication, link, times, publisher);
      }
      return { outcome: 'sent', idMessage, urlFile };
    }
    case 'uncertain': {
      const { code, message } = new StatuscastError({ code: 'outcome-unknown', why: found.why });
      await ledger.recordUncertain(key, { code, message });
      return { outcome: 'uncertain', error: { code, message }, urlFile };
    }
  }
}
