import { reconcile } from '../afterwards.js';
import type { Streams } from '../report/write-events.js';
import { withCredentials, type AccountRequest } from './with-credentials.js';
import { peopleOf, tellWaits, writeStatuses } from './write-statuses.js';

/** `statuscast reconcile`: what became of the sends that nobody knows the outcome of. */
export function reconcileOpen(request: AccountRequest, streams: Streams): Promise<number> {
  const { settings, json, signal } = request;
  const onWaiting = tellWaits(peopleOf(streams, json));
  return withCredentials(request, (credentials) =>
    writeStatuses(reconcile({ credentials, settings, signal, onWaiting }), streams, {
      json,
      none: 'nothing is uncertain',
      isGood: ({ state }) => state !== 'sending' && state !== 'uncertain',
    }),
  );
}
