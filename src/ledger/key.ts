import { createHash, hash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { PartNumber } from '../events.js';
import type { Kind } from '../job.js';
import { type Settings } from '../settings.js';
import { outputSettings } from '../resolve-settings.js';

/** Up to there a file is read at once, larger ones in pieces of this size. */
const PIECE_BYTES = 1 << 20;

/**
 * SHA-256 of a file's bytes, in hex.
 * @param bytes its size, where it is known
 */
export async function hashFile(
  path: string,
  { bytes = Infinity, signal }: { readonly bytes?: number; readonly signal?: AbortSignal } = {},
): Promise<string> {
  if (bytes <= PIECE_BYTES) return hash('sha256', await readFile(path, { signal }));
  const whole = createHash('sha256');
  const file = await open(path);
  try {
    // One buffer for all: a new one for each piece is garbage that V8 goes over its heap for.
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return whole.digest('hex');
      whole.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** The hash of an account, by its idInstance: what the ledger calls it. In hex. */
export function hashAccount(idInstance: string): string {
  return createHash('sha256').update('account ').update(idInstance).digest('hex');
}

const WHOLE: PartNumber = { number: 1, of: 1 };

/** The keys of a content, or of a part of it, for each kind that it may turn out to be. */
export type Keys = Readonly<Record<Kind, string>>;

export type KeysOf = (settings: Settings, content: string, part?: PartNumber) => Keys;

/** Gives keys for an account; what they have in common is worked out once for the same settings. */
export function createKeyring(account: string): KeysOf {
  const known = new WeakMap<Settings, ReturnType<typeof createKeys>>();
  return (settings, content, part) => {
    const keysOf = known.get(settings) ?? createKeys(settings, account);
    known.set(settings, keysOf);
    return keysOf(content, part);
  };
}

/**
 * Gives the keys of a content: what makes it one status and not another. The bytes, what changes
 * the output of its kind, and who sees it with which words, from which account.
 */
export function createKeys(
  settings: Settings,
  account: string,
): (content: string, part?: PartNumber) => Keys {
  const participants = [...settings.participants].sort();
  const tailOf = (kind: Kind) => {
    // A voice status has no caption: another one makes no other status of it.
    const isVoice = kind === 'audio' && settings.audioAs === 'voice';
    const caption = isVoice ? '' : settings.caption;
    const isDrawn = kind === 'audio' && settings.audioAs === 'video';
    const audience = { account, participants, caption, isVoice, ...(isDrawn ? { isDrawn } : {}) };
    return JSON.stringify([outputSettings(settings, kind), audience]);
  };
  const tails = { image: tailOf('image'), audio: tailOf('audio'), video: tailOf('video') };
  return (content, part = WHOLE) => {
    // What was sent whole is known whole, whether or not it might have been split.
    const which = part.of === 1 ? '' : JSON.stringify([part.number, part.of]);
    const keyed = (tail: string) => hash('sha256', content + tail + which);
    return {
      image: keyed(tails.image),
      audio: keyed(tails.audio),
      video: keyed(tails.video),
    };
  };
}
