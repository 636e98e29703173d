/**
 * How a double behaves where green-api.md leaves it open, and where a server is less tidy than its
 * documentation. The defaults are the tidy ones.
 */
export interface Traits {
  /** Where links lead: to the media host, or to a host of their own. */
  readonly linkHost: 'media' | 'other';
  readonly linkShape: 'plain' | 'presigned';
  /** What a HEAD on a link is answered with. */
  readonly head: 'like-get' | 403 | 405;
  /** Whether a ranged GET on a link brings that range alone. */
  readonly ranges: boolean;
  /** The content type of a link to a file of that type. */
  readonly typeOf: (mime: string) => string;
  /** Whether links tell their end. */
  readonly linkExpiry: boolean;
  /** Of the links made, these (from 1) are not direct, or dead at once. */
  readonly badLinks: Readonly<Record<number, 'dead' | 'forbidden' | 'download' | 'elsewhere'>>;
  /** Whether objects hold fields that are written nowhere. */
  readonly extraFields: boolean;
  readonly framing: 'length' | 'chunked';
  /** `closed`: and says so with each answer. `dropped`: and says nothing, a moment later. */
  readonly sockets: 'kept' | 'closed' | 'dropped';
  readonly dateHeader: boolean;
  /** How far its clock, and with it the Date header, is ahead of ours. */
  readonly clockAheadMs: number;
  /** `delaySendMessagesMilliseconds`: at least this long a status is in the queue. */
  readonly delayMs: number;
  /** How long after the queue the journal shows a status. */
  readonly journalLateMs: number;
  /** How long after that its last action is: the contact's phone has it. */
  readonly deliveredAfterMs: number;
  readonly journalOrder: 'oldest-first' | 'newest-first' | 'by-id';
  readonly outgoingWebhook: 'yes' | 'no';
  /** `id`: the queue shows `messageID` and type alone. */
  readonly queueShows: 'body' | 'id';
  /** How a status without a caption is shown. */
  readonly noCaption: 'empty' | 'absent' | 'null';
  /** Whether the journal tells what came by the API from what was posted by hand. */
  readonly tellsOrigin: boolean;
  /** Statuses of this account that are not ours, in the journal from the start. */
  readonly strangers: readonly Stranger[];
  readonly uploadTakesMs: number;
  /** Every other call. */
  readonly answerTakesMs: number;
  /** Whether calls that come too fast are refused. They are noted anyway. */
  readonly refusesTooFast: boolean;
}

export interface Stranger {
  readonly by: 'api' | 'hand';
  readonly agoMs: number;
  /** Someone sees it all the time: its last action is always now. */
  readonly isSeenNow?: boolean;
}

export const TIDY: Traits = {
  linkHost: 'media',
  linkShape: 'plain',
  head: 'like-get',
  ranges: true,
  typeOf: (mime) => mime,
  linkExpiry: true,
  badLinks: {},
  extraFields: false,
  framing: 'length',
  sockets: 'kept',
  dateHeader: true,
  clockAheadMs: 0,
  delayMs: 500,
  journalLateMs: 0,
  deliveredAfterMs: 60_000,
  journalOrder: 'oldest-first',
  outgoingWebhook: 'yes',
  queueShows: 'body',
  noCaption: 'empty',
  tellsOrigin: true,
  strangers: [],
  uploadTakesMs: 0,
  answerTakesMs: 0,
  refusesTooFast: true,
};
