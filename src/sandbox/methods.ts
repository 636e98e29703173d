import { CALLS_PER_SECOND, DELETES_PER_SECOND, SENDS_PER_SECOND } from '../limits.js';

/** The methods that are offered; clearMessagesQueue is not, because nobody should call it. */
export const API_METHODS = [
  'uploadFile',
  'sendMediaStatus',
  'sendVoiceStatus',
  'getStateInstance',
  'getSettings',
  'showMessagesQueue',
  'getOutgoingStatuses',
  'getStatusStatistic',
  'deleteStatus',
  'getMessagesCount',
] as const;

/** A method of GREEN-API that the sandbox offers. */
export type ApiMethod = (typeof API_METHODS)[number];

interface MethodFacts {
  readonly host: 'api' | 'media';
  readonly verb: 'GET' | 'POST';
  /** Requests a second and instance; null where no rate is documented. */
  readonly perSecond: number | null;
}

export const METHODS: Readonly<Record<ApiMethod, MethodFacts>> = {
  uploadFile: { host: 'media', verb: 'POST', perSecond: null },
  sendMediaStatus: { host: 'api', verb: 'POST', perSecond: SENDS_PER_SECOND },
  sendVoiceStatus: { host: 'api', verb: 'POST', perSecond: SENDS_PER_SECOND },
  getStateInstance: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
  getSettings: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
  showMessagesQueue: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
  getOutgoingStatuses: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
  getStatusStatistic: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
  deleteStatus: { host: 'api', verb: 'POST', perSecond: DELETES_PER_SECOND },
  getMessagesCount: { host: 'api', verb: 'GET', perSecond: CALLS_PER_SECOND },
};

export function isApiMethod(text: string): text is ApiMethod {
  return Object.hasOwn(METHODS, text);
}
