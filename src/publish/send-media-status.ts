import { StatuscastError, toStatuscastError } from '../errors.js';
import type { GreenApiClient, MediaStatus } from '../green-api/client.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** What came of one try to send. A refusal is thrown. */
export type SendResult =
  | { readonly type: 'sent'; readonly idMessage: string }
  /** The request may have been carried out. It must not be repeated before that is known. */
  | { readonly type: 'unknown'; readonly why: string }
  /** `claim` said no: nothing has left since. */
  | { readonly type: 'not-claimed' };

/** Retries of a send, and what is asked before it leaves. */
export interface SendOptions extends RetryOptions {
  /** `voice`: by SendVoiceStatus, which has no caption. Default `media`. */
  readonly as?: 'media' | 'voice';
  /**
   * Asked when its turn has come, just before each request, a repeated one too, since another run
   * may have begun meanwhile; where it says no, none leaves. Default: always yes.
   */
  readonly claim?: () => Promise<boolean>;
  /** Told of each request that may be repeated, before the wait for that: it was not carried out. */
  readonly onNotSent?: () => Promise<void>;
}

/**
 * Sends a status. Repeats only what is sure not to have been carried out: a refusal, or a
 * connection that never came about. The signal ends waiting, never a request that has left.
 * @throws StatuscastError `api-refused`, `api-no-answer` where nothing can have happened,
 * `interrupted` while it waits
 */
export async function sendMediaStatus(
  client: GreenApiClient,
  status: MediaStatus,
  options: SendOptions = {},
): Promise<SendResult> {
  const { as, claim, onNotSent, signal, onWaiting } = options;
  const send = as === 'voice' ? client.sendVoiceStatus : client.sendMediaStatus;
  let isClaimed = true;
  // Not before the wait for its turn, which may be long: an old claim looks like a lost answer.
  const beforeLeaving = async () => {
    isClaimed = (await claim?.()) ?? true;
    if (!isClaimed) throw new Error('it is not ours to send');
  };
  try {
    const sendOnce = async () => {
      try {
        return await send(status, { signal, onWaiting, beforeLeaving });
      } catch (thrown) {
        // Whoever is killed while it waits is to know.
        if (isClaimed && mayRepeat(toStatuscastError(thrown))) await onNotSent?.();
        throw thrown;
      }
    };
    const { idMessage } = await retry(sendOnce, mayRepeat, options);
    return { type: 'sent', idMessage };
  } catch (thrown) {
    if (!isClaimed) return { type: 'not-claimed' };
    const error = toStatuscastError(thrown);
    if (mayHaveHappened(error)) return { type: 'unknown', why: error.message };
    throw error;
  }
}

function mayRepeat(error: StatuscastError): boolean {
  return isTransient(error) && !mayHaveHappened(error);
}

function mayHaveHappened({ facts }: StatuscastError): boolean {
  // 200 without an idMessage: it was taken, or it was not.
  if (facts.code === 'api-malformed') return true;
  return facts.code === 'api-no-answer' && facts.mayHaveHappened;
}
