import { randomUUID } from 'node:crypto';
import { UPLOAD_MAX_BYTES } from '../../limits.js';
import { extensionOf, mediaTypeOf } from '../media-types.js';
import { receiveFile } from '../receive-file.js';
import { refuse, replyJson, type Reply } from '../reply.js';
import type { Call, Instance } from './call.js';

const VALIDATION = 'Validation failed. Details:';

/** uploadFile: the raw body, streamed to disk and given a link. */
export async function uploadFile(call: Call): Promise<Reply> {
  const { headers } = call.incoming;
  const contentLength = Number(headers['content-length'] ?? NaN);
  const contentType = headers['content-type'] ?? '';
  const gaFileName = headers['ga-filename'];
  if (Number.isNaN(contentLength)) return refuse(411, 'Length Required', call.path);
  if (contentLength > UPLOAD_MAX_BYTES) {
    const message = `File exceeded max upload size. Size: ${Math.ceil(contentLength / 1e6)}mb Limit: 100mb`;
    return refuse(413, message, call.path);
  }
  if (contentLength === 0) return refuse(400, `${VALIDATION} the file is empty`, call.path);
  if (contentType === '' || /^multipart\//i.test(contentType)) {
    return refuse(400, `${VALIDATION} 'Content-Type' must be the type of the file`, call.path);
  }
  if (typeof gaFileName !== 'string' || !isAsciiFileName(gaFileName)) {
    return refuse(
      400,
      `${VALIDATION} 'GA-Filename' must be an ASCII name with an extension`,
      call.path,
    );
  }

  const known = mediaTypeOf(gaFileName) !== null;
  const name = `${randomUUID()}.${known ? extensionOf(gaFileName) : 'bin'}`;
  const { store } = call.instance;
  const received = await receiveFile(call.incoming, store.pathOf(name));
  const downloadOnly = !known || call.fault === 'download-link';
  store.addUpload({ name, ...received, contentType, gaFileName, contentLength, downloadOnly });
  return replyJson(200, { urlFile: linkOf(call.instance, name) });
}

function isAsciiFileName(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name) && extensionOf(name) !== '';
}

/** The link of the file of that name, as long as this sandbox is open. */
export function linkOf({ origin, idInstance }: Instance, name: string): string {
  return `${origin}/files/${idInstance}/${name}`;
}
