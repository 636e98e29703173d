import { toStatuscastError } from '../errors.js';
import type { Ending } from '../job.js';
import type { Link } from '../ledger/ledger.js';
import { awaitHours, nextOpening } from './hours.js';
import { provideLink } from './provide-link.js';
import type { Publication, Publisher } from './publisher.js';
import { isTransient, retry } from './retry.js';
import { sendMediaStatus } from './send-media-status.js';
import { endingOfAnother, recordEnding } from './settle.js';

/** What came of it; of `unknown` has to be found out. */
export type Sent =
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'unknown'; readonly attemptedAtMs: number; readonly link: Link };

/** Sends within the hours and while the link lives: the wait for its start may outlast both. */
export async function sendInTime(
  publication: Publication,
  firstLink: Link,
  firstAttemptAtMs: number | null,
  publisher: Publisher,
): Promise<Sent> {
  const { settings, signal, onWaiting, clock } = publisher;
  let [link, lastAttemptAtMs] = [firstLink, firstAttemptAtMs];
  for (;;) {
    const hasWaited = await awaitHours(settings.hours, { signal, onWaiting, now: clock });
    let mayEnd = true;
    if (hasWaited || isOver(link, publisher)) {
      link = await provideLink(publication, link, publisher);
      // One that was just provided is used, whatever the clocks say of it.
      mayEnd = !isOver(link, publisher);
    }
    await hearAgain(publisher);
    const sent = await sendOnce(publication, link, mayEnd, lastAttemptAtMs, publisher);
    if (sent.type !== 'too-late') return sent;
    lastAttemptAtMs = sent.attemptedAtMs;
  }
}

/**
 * Nothing leaves into silence: in an outage each send would lose its answer, and what became of
 * those that look the same could not be told apart.
 * @throws StatuscastError `api-no-answer`, `interrupted`
 */
async function hearAgain({ client, settings, signal, onWaiting }: Publisher): Promise<void> {
  if (!client.isSilent()) return;
  const { retries } = settings;
  const ask = () => client.getStateInstance({ signal });
  await retry(ask, isTransient, { retries, signal, onWaiting }).catch((thrown: unknown) => {
    // Whatever it says, it was heard: the send will tell.
    if (client.isSilent()) throw thrown;
  });
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
  mayEnd: boolean,
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
    const isLinkOver = mayEnd && isOver(link, publisher);
    isTooLate = isLinkOver || nextOpening(settings.hours, clock()) !== null;
    if (isTooLate) return false;
    await publisher.beforeSend?.();
    // Whoever ends the run does not wait for this: no request would follow the claim.
    signal.throwIfAborted();
    const before = attemptedAtMs;
    // As the ledger does: never the same twice, also where the clock was set back.
    attemptedAtMs = Math.max(now(), (before ?? 0) + 1);
    const isJournaled = publisher.isJournaled();
    return ledger.claimSend(key, before, attemptedAtMs, link, runId, isJournaled);
  };
  const { fileName, caption, participants, as } = message;
  const { urlFile } = link;
  const status = { urlFile, fileName, caption, participants };
  const onNotSent = async () => {
    // Without a claim of ours it would be another run's.
    if (attemptedAtMs === null || attemptedAtMs === lastAttemptAtMs) return;
    await ledger.recordNotSent(key, attemptedAtMs);
  };
  const options = { as, claim, onNotSent, retries: settings.retries, signal, onWaiting };
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
