import * as z from 'zod';
import { StatuscastError } from '../errors.js';

/** What the GREEN-API console shows for an instance. */
export interface Credentials {
  /** Host of all methods but one, without a slash at the end. */
  readonly apiUrl: string;
  /** Host of uploadFile. No rule derives it from the other. */
  readonly mediaUrl: string;
  /** Digits, kept as text: 10 were usual, 12 are announced. */
  readonly idInstance: string;
  readonly apiTokenInstance: string;
}

/** Whether an address is that of a host, and not of a call: that may have a token in it. */
export function isHostAlone(address: string): boolean {
  const { pathname, search, hash, username, password } = new URL(address);
  return search + hash + username + password === '' && !/\/waInstance/i.test(pathname);
}

const host = z
  .url({ protocol: /^https?$/, error: 'is no http(s) address', abort: true })
  .refine(isHostAlone, 'holds more than the address of the API: end it behind the host name')
  .transform((url) => url.replace(/\/+$/, ''));

const schema = z.object({
  GREEN_API_URL: host,
  GREEN_API_MEDIA_URL: host,
  GREEN_API_ID_INSTANCE: z.string().regex(/^\d{1,20}$/, 'is not made of digits alone'),
  GREEN_API_TOKEN: z.string().regex(/^[\w-]+$/, 'holds more than letters and digits'),
});

/** The variables that hold the credentials, in the order in which people are told of them. */
export const CREDENTIAL_VARIABLES: readonly string[] = schema.keyof().options;

/**
 * The credentials from the environment.
 * @throws StatuscastError `missing-credentials` naming what is not set, or `bad-settings` naming
 * what is wrong, never with a value
 */
export function credentialsFrom(env: Readonly<Record<string, string | undefined>>): Credentials {
  const missing = CREDENTIAL_VARIABLES.filter((name) => (env[name] ?? '').trim() === '');
  if (missing.length > 0) throw new StatuscastError({ code: 'missing-credentials', missing });
  const trimmed = Object.fromEntries(CREDENTIAL_VARIABLES.map((name) => [name, env[name]?.trim()]));
  const parsed = schema.safeParse(trimmed);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
    throw new StatuscastError({ code: 'bad-settings', faults });
  }
  return {
    apiUrl: parsed.data.GREEN_API_URL,
    mediaUrl: parsed.data.GREEN_API_MEDIA_URL,
    idInstance: parsed.data.GREEN_API_ID_INSTANCE,
    apiTokenInstance: parsed.data.GREEN_API_TOKEN,
  };
}

/** Credentials of a caller's own, checked like those from the environment. */
export function checkCredentials(given: Credentials): Credentials {
  return credentialsFrom({
    GREEN_API_URL: given.apiUrl,
    GREEN_API_MEDIA_URL: given.mediaUrl,
    GREEN_API_ID_INSTANCE: given.idInstance,
    GREEN_API_TOKEN: given.apiTokenInstance,
  });
}
