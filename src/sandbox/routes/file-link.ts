import type { UploadLine } from '../log.js';
import { DOWNLOAD_TYPE, mediaTypeOf } from '../media-types.js';
import { refuse, replyEmpty, type Reply } from '../reply.js';
import { expiryOf } from '../store.js';
import type { Call } from './call.js';

/** HEAD or GET of the link of the file of that name, whole or a range. */
export function readFileLink(
  { instance, incoming, path, fault }: Call,
  idInstance: string,
  name: string,
): Reply {
  if (fault === 'link-forbids-head' && incoming.method === 'HEAD') return replyEmpty(405);
  const upload = idInstance === instance.idInstance ? instance.store.findUpload(name) : null;
  if (upload === null) return refuse(404, 'Not Found', path);

  const last = upload.bytes - 1;
  const range = /^bytes=(?<start>\d+)-(?<end>\d*)$/.exec(incoming.headers.range ?? '')?.groups;
  const start = Number(range?.['start'] ?? 0);
  const wanted = range?.['end'] ?? '';
  const end = wanted === '' ? last : Math.min(last, Number(wanted));
  if (start > end) {
    return { ...replyEmpty(416), headers: { 'Content-Range': `bytes */${upload.bytes}` } };
  }
  const headers = { ...linkHeaders(upload), 'Content-Length': String(end - start + 1) };
  const body = { path: instance.store.pathOf(upload.name), start, end };
  if (range === undefined) return { status: 200, headers, body };
  const contentRange = `bytes ${start}-${end}/${upload.bytes}`;
  return { status: 206, headers: { ...headers, 'Content-Range': contentRange }, body };
}

function linkHeaders(upload: UploadLine): Readonly<Record<string, string>> {
  const expiry = new Date(expiryOf(upload)).toUTCString();
  const common = {
    'Accept-Ranges': 'bytes',
    'X-Amz-Expiration': `expiry-date="${expiry}", rule-id="x"`,
  };
  const mediaType = upload.downloadOnly ? null : mediaTypeOf(upload.name);
  return mediaType === null
    ? { ...common, 'Content-Type': DOWNLOAD_TYPE, 'Content-Disposition': 'attachment' }
    : { ...common, 'Content-Type': mediaType.contentType };
}
