import type { IncomingMessage } from 'node:http';
import type { Account } from './account.js';

/** What a link answers. */
export interface LinkAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const FORBIDDEN = plain(403, '<Error><Code>AccessDenied</Code></Error>');

/** Where uploads are looked at. */
export function answerLink(account: Account, request: IncomingMessage): LinkAnswer {
  const { traits, uploads } = account;
  const path = (request.url ?? '').split('?', 1)[0];
  const upload = uploads.find((one) => one.path === path);
  if (upload === undefined) return plain(404, '<Error><Code>NoSuchKey</Code></Error>');
  // A signed link without its signature opens nothing.
  if (!upload.url.endsWith(request.url ?? '')) return FORBIDDEN;
  if (request.method === 'HEAD' && traits.head !== 'like-get') return plain(traits.head, '');
  switch (upload.fault) {
    case 'dead':
      return plain(404, '<Error><Code>NoSuchKey</Code></Error>');
    case 'forbidden':
      return FORBIDDEN;
    case 'elsewhere':
      return { status: 302, headers: { location: '/login' }, body: Buffer.alloc(0) };
    case 'download':
    case null: {
      const isRanged = traits.ranges && request.headers.range !== undefined;
      const type = upload.fault === null ? traits.typeOf(upload.mime) : 'application/octet-stream';
      return {
        status: isRanged ? 206 : 200,
        headers: {
          'content-type': type,
          ...(isRanged ? { 'content-range': 'bytes 0-0/5000' } : {}),
          ...(traits.linkExpiry
            ? { 'x-amz-expiration': 'expiry-date="Sat, 22 Mar 2036 00:00:00 GMT", rule-id="15d"' }
            : {}),
        },
        body: Buffer.alloc(isRanged ? 1 : 5000),
      };
    }
  }
}

function plain(status: number, text: string): LinkAnswer {
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) };
}
