import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { leadsOut } from '../discover/leads-out.js';
import { messageOf } from '../errors.js';
import { CAPTION_MAX_LENGTH } from '../limits.js';
import { decodeText, NOT_UTF8 } from '../decode-text.js';
import { captionIn } from './read-row.js';

/** Far more than a caption can take, with blanks around it. */
const MAX_BYTES = 65_536;

export type CaptionText =
  | { readonly type: 'caption'; readonly caption: string }
  | { readonly type: 'fault'; readonly why: string };

/** Reads the caption that is all there is in a file. */
export async function readCaptionText(file: string): Promise<CaptionText> {
  const fault = (why: string) => ({ type: 'fault', why }) as const;
  try {
    const real = await realpath(file);
    // As with media: whoever may write into a folder must not have other files posted.
    if (leadsOut(await realpath(path.dirname(file)), real)) {
      return fault('it is a link that leads out of its folder');
    }
    if (!(await stat(real)).isFile()) return fault('it is no file');
    const bytes = await readBeginning(real);
    if (bytes.length > MAX_BYTES) return fault(tooLong(`over ${MAX_BYTES} bytes`));
    const text = decodeText(bytes);
    if (text === null) return fault(`it ${NOT_UTF8}`);
    const caption = captionIn(text);
    return caption.length > CAPTION_MAX_LENGTH
      ? fault(tooLong(`${caption.length} characters`))
      : { type: 'caption', caption };
  } catch (thrown) {
    return fault(`it cannot be read: ${messageOf(thrown)}`);
  }
}

function tooLong(length: string): string {
  return `the caption has ${length}, and at most ${CAPTION_MAX_LENGTH} characters are posted`;
}

async function readBeginning(real: string): Promise<Buffer> {
  const file = await open(real);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
