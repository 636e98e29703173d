import { describe, expect, it } from 'vitest';
import { openAlbum } from './album.js';
import { expectGoodManners, expectNothingLeft, expectOnceInOrder } from './expect-once.js';
import type { Traits } from './traits.js';

const MINUTE_MS = 60_000;

const ODD_TYPE = 'Image/JPEG;Charset="binary" ; q=1';

const HABITS: readonly (readonly [string, Partial<Traits>])[] = [
  [
    'presigned links on another host that refuses HEAD with 403',
    { linkHost: 'other', linkShape: 'presigned', head: 403, linkExpiry: false },
  ],
  [
    'links that refuse HEAD with 405, know no ranges, and write their type in an odd way',
    { head: 405, ranges: false, typeOf: () => ODD_TYPE },
  ],
  [
    'unknown fields, in chunks, a connection for each answer',
    { extraFields: true, framing: 'chunked', sockets: 'closed' },
  ],
  [
    'connections dropped while uploads last',
    { sockets: 'dropped', uploadTakesMs: 900, answerTakesMs: 100 },
  ],
  ['a clock 7 minutes ahead and a longer delay', { clockAheadMs: 7 * MINUTE_MS, delayMs: 1200 }],
  ['uploads that take 2 s', { uploadTakesMs: 2000 }],
];

const UNTIDY: Partial<Traits> = {
  ...{ linkHost: 'other', linkShape: 'presigned', head: 403, ranges: false, linkExpiry: false },
  ...{ typeOf: () => ODD_TYPE, extraFields: true, framing: 'chunked', sockets: 'dropped' },
  ...{ clockAheadMs: -8 * MINUTE_MS, dateHeader: false, journalOrder: 'by-id' },
  ...{ noCaption: 'null', tellsOrigin: false, answerTakesMs: 200, uploadTakesMs: 500 },
};

describe.concurrent('a folder is posted once, in order, to a server', () => {
  it.for(HABITS)('with %s', async ([, habits], scope) => {
    const album = await openAlbum(scope, { habits });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
    expect(album.double.uploads).toHaveLength(album.names.length);
  });

  it('with all of it at once, and a second run finds nothing to do', async (scope) => {
    const album = await openAlbum(scope, { habits: UNTIDY, files: 4 });
    const first = await album.send('--caption', 'Привет 👋', '--participants', '79001230000');
    expect(first.code, first.stderr).toBe(0);
    await expectOnceInOrder(album);
    for (const { body } of album.double.posts()) {
      expect(body).toMatchObject({
        caption: 'Привет 👋',
        participants: ['79001230000@c.us'],
        fileName: expect.stringMatching(/^p\d\.jpg$/),
      });
    }
    await expectNothingLeft(album, '--caption', 'Привет 👋', '--participants', '79001230000');
    expectGoodManners(album, first);
  });

  it('at five a second and no faster where no delay is asked for', async (scope) => {
    const album = await openAlbum(scope, { files: 9, env: { STATUSCAST_GAP: '0' } });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
  });
});
