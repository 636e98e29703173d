import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { KINDS, type Kind } from '../job.js';
import { type Settings } from '../settings.js';
import { outputSettings } from '../resolve-settings.js';

/** SHA-256 of a file's bytes, in hex. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const chunks: AsyncIterable<Buffer> = createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Gives the keys of a content: what makes it one status and not another. The bytes, what changes
 * the output of its kind, and who sees it with which words, from which account.
 */
export function createKeys(
  settings: Settings,
  account: string,
): (content: string) => Readonly<Record<Kind, string>> {
  const { caption, audioAs } = settings;
  const participants = [...settings.participants].sort();
  const tails = KINDS.map((kind) => {
    const audience = { account, participants, caption, ...(kind === 'audio' ? { audioAs } : {}) };
    return [kind, JSON.stringify([outputSettings(settings, kind), audience])] as const;
  });
  return (content) => {
    const keyed = (tail: string) => createHash('sha256').update(content).update(tail).digest('hex');
    const [image, audio, video] = tails.map(([, tail]) => keyed(tail));
    return { image: image ?? '', audio: audio ?? '', video: video ?? '' };
  };
}
