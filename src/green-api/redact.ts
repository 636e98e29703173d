import type { Credentials } from './credentials.js';

/**
 * Phone numbers, as they are and as people write them: `79001234567@c.us`, `+7 (900) 123-45-67`.
 * Other long numbers go with them.
 */
const NUMBERS = /[+(]*\d(?:[\s()\u2010-\u2015-]{0,3}\d){6,}/g;

/** What may be shown of a text of unknown origin: without any number as long as a phone's. */
export function redactNumbers(text: string): string {
  return text.replaceAll(NUMBERS, '<number>');
}

/** The same for a text that may hold the credentials, as answers do that repeat the address. */
export function createRedact({
  idInstance,
  apiTokenInstance,
}: Pick<Credentials, 'idInstance' | 'apiTokenInstance'>): (text: string) => string {
  // A server may write the address as it likes.
  const token = new RegExp(apiTokenInstance, 'gi');
  return (text) =>
    redactNumbers(text.replaceAll(token, '<token>').replaceAll(idInstance, '<idInstance>'));
}

/** An idInstance as it may be shown: enough to tell one's own apart. */
export function maskIdInstance(idInstance: string): string {
  const hidden = '******';
  return idInstance.length <= hidden.length ? hidden : `${hidden}${idInstance.slice(-4)}`;
}
