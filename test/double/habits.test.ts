import { describe, expect, it } from 'vitest';
import { openAlbum } from './album.js';
import { expectGoodManners, expectNothingLeft, expectOnceInOrder } from './expect-once.js';
import type { Traits } from './traits.js';

const MINUTE_MS = 60_000;

const ODD_TYPE = 'Image/JPEG;Charset="binary" ; q=1';

const UNTIDY: Partial<Traits> = {
  ...{ linkHost: 'other', linkShape: 'presigned', head: 403, ranges: false, linkExpiry: false },
  ...{ typeOf: () => ODD_TYPE, extraFields: true, framing: 'chunked', sockets: 'dropped' },
  ...{ clockAheadMs: -8 * MINUTE_MS, dateHeader: false, journalOrder: 'by-id' },
  ...{ noCaption: 'null', tellsOrigin: false, answerTakesMs: 200, uploadTakesMs: 500 },
};

const HABITS: readonly (readonly [string, Partial<Traits>])[] = [
  ['presigned links on another host', { linkHost: 'other', linkShape: 'presigned' }],
  ['HEAD refused with 403', { linkHost: 'other', linkShape: 'presigned', head: 403 }],
  ['HEAD refused with 405, and no ranges', { head: 405, ranges: false }],
  ['content types in odd case with parameters', { typeOf: () => ODD_TYPE }],
  ['links that tell no end', { linkExpiry: false }],
  ['unknown fields', { extraFields: true }],
  ['answers in chunks', { framing: 'chunked' }],
  ['a connection for each answer', { sockets: 'closed' }],
  ['connections dropped without a word', { sockets: 'dropped' }],
  ['connections dropped while uploads last', { sockets: 'dropped', uploadTakesMs: 900 }],
  ['a clock 7 minutes ahead', { clockAheadMs: 7 * MINUTE_MS }],
  ['a clock 7 minutes behind', { clockAheadMs: -7 * MINUTE_MS }],
  ['another clock that it does not tell', { clockAheadMs: 7 * MINUTE_MS, dateHeader: false }],
  ['uploads that take 2 s', { uploadTakesMs: 2000 }],
  ['a delay of 1.5 s', { delayMs: 1500 }],
  ['all of it at once', UNTIDY],
];

describe.concurrent('a folder is posted once, in order, to a server with', () => {
  it.for(HABITS)('%s', async ([, habits], scope) => {
    const album = await openAlbum(scope, { habits });
    const first = await album.send();
    expect(first.code, first.stdout + first.stderr).toBe(0);
    await expectOnceInOrder(album);
    await expectNothingLeft(album);
    expectGoodManners(album, first);
    expect(album.double.uploads).toHaveLength(album.names.length);
  });
});

describe.concurrent('a larger folder', () => {
  it('goes out at five a second and no faster where there is no delay', async (scope) => {
    const env = { STATUSCAST_GAP: '0' };
    const album = await openAlbum(scope, { files: 9, env });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
  });
});
