import { describe, expect, it } from 'vitest';
import type { Accident, AccidentName } from './accidents.js';
import { openAlbum } from './album.js';
import { expectGoodManners, expectOnce, expectOnceInOrder, outcomesOf } from './expect-once.js';
import type { Traits } from './traits.js';

const on = (method: string, what: AccidentName, ...at: readonly number[]): Accident => ({
  ...{ method, what, at },
});

/** So that it is known which upload is whose. */
const ONE_AT_A_TIME = { STATUSCAST_UPLOAD_CONCURRENCY: '1' };

describe.concurrent('what passes is waited out:', () => {
  it.for<readonly [string, readonly Accident[], Partial<Traits>?]>([
    ['sends too fast, in HTML', [on('sendMediaStatus', 'too-fast', 1, 2, 4)]],
    ['an instance that starts', [on('sendMediaStatus', 'starting', 2)]],
    ['an instance that is being made', [on('getStateInstance', 'null', 1)]],
    ['uploads that fail', [on('uploadFile', 'http-502', 1), on('uploadFile', 'reset', 3)]],
    [
      'an upload that hangs, and one too fast',
      [on('uploadFile', 'silence', 2), on('uploadFile', 'too-fast', 3)],
    ],
    ['an upload without a link', [on('uploadFile', 'no-field', 3)]],
    ['links dead at once', [], { badLinks: { 1: 'dead', 3: 'forbidden' } }],
    ['links to downloads', [], { badLinks: { 2: 'elsewhere', 4: 'download' } }],
  ])('%s', async ([, accidents, habits = {}], scope) => {
    const album = await openAlbum(scope, { accidents, habits, env: ONE_AT_A_TIME });
    const first = await album.send();
    expect(first.code, first.stdout + first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
  });
});

describe.concurrent('what stops a run loses nothing:', () => {
  it.for<readonly [AccidentName, number]>([
    ['quota', 1],
    ['not-authorized', 2],
    ['code-401', 3],
  ])('%s at %i', async ([what, turn], scope) => {
    const album = await openAlbum(scope, { accidents: [on('sendMediaStatus', what, turn)] });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(3);
    expect(await album.posted()).toEqual(album.names.slice(0, turn - 1));
    const second = await album.send();
    expect(second.code, second.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first, second);
  });

  it('a quota that ends while it is found out what became of a send', async (scope) => {
    const accidents = [
      { ...on('sendMediaStatus', 'reset', 2), isCarriedOut: true },
      on('showMessagesQueue', 'quota', 1),
    ];
    const album = await openAlbum(scope, { accidents });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(3);
    expect((await album.send()).code).toBe(0);
    await expectOnce(album);
    expectGoodManners(album, first);
  });
});

describe.concurrent('what befalls one file is no matter for the others:', () => {
  it.for<readonly [string, readonly Accident[], Partial<Traits>?]>([
    ['a status not understood', [on('sendMediaStatus', 'validation', 1)]],
    ['a file too large, by its text', [on('uploadFile', 'too-large-500', 2)]],
  ])('%s', async ([, accidents], scope) => {
    const album = await openAlbum(scope, { accidents, env: ONE_AT_A_TIME });
    const first = await album.send();
    expect(first.code, first.stderr).toBe(1);
    const failed = outcomesOf(first).findIndex((outcome) => outcome !== 'sent');
    expect(await album.posted()).toEqual(album.names.filter((_, index) => index !== failed));
    expect((await album.send()).code).toBe(0);
    await expectOnce(album);
    expectGoodManners(album, first);
  });
});
