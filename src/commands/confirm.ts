import { confirmPosted } from '../afterwards.js';
import type { Streams } from '../report/write-events.js';
import { withCredentials, type AccountRequest } from './with-credentials.js';
import { peopleOf, tellWaits, writeStatuses } from './write-statuses.js';

export interface ConfirmRequest extends AccountRequest {
  /** Files or message ids; empty for what the last run sent. */
  readonly names: readonly string[];
}

/** `statuscast confirm`: whether what was sent has appeared, and how many have seen it. */
export function confirm(request: ConfirmRequest, streams: Streams): Promise<number> {
  const { names, settings, json, signal } = request;
  const onWaiting = tellWaits(peopleOf(streams, json));
  return withCredentials(request, (credentials) =>
    writeStatuses(confirmPosted({ credentials, settings, names, signal, onWaiting }), streams, {
      json,
      none: 'there is nothing to confirm',
      isGood: ({ confirmation }) => confirmation !== null && confirmation.status !== 'pending',
    }),
  );
}
