import { StatuscastError, toStatuscastError } from '../errors.js';
import type { Ending } from '../job.js';
import type { Link } from '../ledger/ledger.js';
import { provideLink } from './provide-link.js';
import type { Publication, Publisher } from './publisher.js';
import { stopsRun } from './retry.js';
import { sendInTime } from './send-in-time.js';
import {
  endingOfAnother,
  recordEnding,
  settle,
  uncertain,
  type AttemptTimes,
  type Settlement,
} from './settle.js';

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
  const { ending, isHeard = true } = await findOut(publication, link, times, publisher);
  if (ending === 'not-sent') {
    await ledger.recordNotSent(key, attemptedAtMs);
    return null;
  }
  // A watch meets what it lost itself again: sent anew each time, it might be posted each time. And
  // where nobody answered, whoever answers next may know.
  const isResent = settings.onUncertain === 'resend' && runId !== publisher.runId && isHeard;
  return ending.outcome === 'uncertain' && isResent ? null : ending;
}

/** What stops the run meanwhile leaves it unknown, not failed: the next run goes on finding out. */
async function findOut(
  publication: Publication,
  link: Link,
  times: AttemptTimes,
  publisher: Publisher,
): Promise<Settlement> {
  publisher.onStage('find-out');
  try {
    return await settle(publication, link, times, publisher);
  } catch (thrown) {
    const error = toStatuscastError(thrown);
    if (!stopsRun(error)) throw thrown;
    publisher.stop(error);
    const ending = uncertain({ why: error.message, isHeard: false }, link.urlFile);
    const write = () => publisher.ledger.recordUncertain(publication.key, ending.error);
    return { ending: await recordEnding(ending, write), isHeard: false };
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
    const { ending } = await findOut(publication, link, times, publisher);
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
