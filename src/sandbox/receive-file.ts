import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Ends the name of a file that has not wholly arrived. */
export const PARTIAL_SUFFIX = '.partial';

/**
 * Streams `source` into a new file at `path`, hashing as it goes. The file has that name only once
 * it is whole; when the source ends early nothing is left and the error is passed on.
 */
export async function receiveFile(
  source: Readable,
  path: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const partial = path + PARTIAL_SUFFIX;
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  // Opened first: a stream that opens its file itself may do so after the removal below.
  const file = await open(partial, 'wx');
  try {
    await pipeline(source, measure, file.createWriteStream());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}
