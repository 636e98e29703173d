import { StatuscastError } from '../errors.js';
import type { GreenApiClient } from '../green-api/client.js';
import type { Output } from '../job.js';
import type { Link } from '../ledger/ledger.js';
import { UPLOAD_MAX_BYTES } from '../limits.js';
import { checkLink, type LinkCheck } from './check-link.js';
import { isTransient, retry, type RetryOptions } from './retry.js';

/** Retries, time limits and progress of an upload. */
export interface UploadOptions extends RetryOptions {
  /** Longest wait for the head of a link in milliseconds. Default 30,000. */
  readonly linkTimeoutMs?: number;
  /** The clock by which a link's end is told where its server tells no time. Default: the machine's. */
  readonly now?: () => number;
  /** Bytes handed over so far; begins anew with each try. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** A link that was not direct is made once more before it is given up. */
const TRIES_FOR_A_DIRECT_LINK = 2;

/**
 * Uploads a normalized file and makes sure that its link is a direct one.
 * @param fileName name with the output's extension, in any script
 * @throws StatuscastError `link-not-direct`, `link-unreachable`, `too-large`, and what the client
 * throws
 */
export async function uploadFile(
  client: GreenApiClient,
  output: Pick<Output, 'path' | 'bytes' | 'mime'>,
  fileName: string,
  options: UploadOptions = {},
): Promise<Link> {
  const { path, bytes, mime } = output;
  if (bytes > UPLOAD_MAX_BYTES) {
    const why = `${bytes} bytes are more than the ${UPLOAD_MAX_BYTES} that GREEN-API takes`;
    throw new StatuscastError({ code: 'too-large', file: path, why });
  }
  const { signal, onProgress } = options;
  const upload = {
    path,
    bytes,
    mime,
    asciiName: asciiName(fileName),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  let why = '';
  for (let tries = 0; tries < TRIES_FOR_A_DIRECT_LINK; tries++) {
    const { urlFile } = await retry(
      () => client.uploadFile(upload, { signal }),
      isTransient,
      options,
    );
    const found = await inspectLink(urlFile, mime, options);
    if (found.type === 'direct') return { urlFile, expiresAtMs: found.expiresAtMs };
    why = found.why;
  }
  throw new StatuscastError({ code: 'link-not-direct', why });
}

/** A send may wait for so long to be repeated. For the queue there is no telling. */
const LINK_SPARE_MS = 15 * 60_000;

/** Whether a link of an earlier run still serves: alive, direct, and not about to end. */
export async function isLinkAlive(
  link: Link,
  mime: string,
  nowMs: number,
  options: UploadOptions,
): Promise<boolean> {
  if (link.expiresAtMs <= nowMs + LINK_SPARE_MS) return false;
  try {
    const found = await inspectLink(link.urlFile, mime, { ...options, retries: 1 });
    return found.type === 'direct';
  } catch (thrown) {
    if (thrown instanceof StatuscastError && thrown.code === 'link-unreachable') return false;
    throw thrown;
  }
}

function inspectLink(urlFile: string, mime: string, options: UploadOptions): Promise<LinkCheck> {
  const { signal, linkTimeoutMs = 30_000, now = Date.now } = options;
  return retry(
    () => checkLink(urlFile, mime, { signal, timeoutMs: linkTimeoutMs, now }),
    isTransient,
    options,
  );
}

/** A name that may travel in a header; of it only the extension survives. */
function asciiName(fileName: string): string {
  const ascii = fileName.normalize('NFKD').replaceAll(/[^\w.-]+/g, '_');
  return /^[\w-]/.test(ascii) ? ascii.slice(-100) : `status${ascii.slice(-100)}`;
}
