import { describe, expect, it } from 'vitest';
import { parseLines, type Finished } from '../support/run-cli.js';
import { openAlbum } from './album.js';
import { expectGoodManners, expectOnce } from './expect-once.js';
import type { Traits } from './traits.js';

const statesOf = ({ stdout }: Finished) => parseLines(stdout).map(({ state }) => state);

const UNTIDY: Partial<Traits> = {
  ...{ extraFields: true, framing: 'chunked', sockets: 'closed', journalOrder: 'by-id' },
  ...{ clockAheadMs: -9 * 60_000, noCaption: 'absent', tellsOrigin: false },
};

describe.concurrent('afterwards', () => {
  it('confirm waits until the journal shows a status, and undo deletes it once', async (scope) => {
    const habits = { ...UNTIDY, journalLateMs: 1500 };
    const album = await openAlbum(scope, { files: 2, habits });
    const sent = await album.send();
    const confirmed = await album.call('confirm');
    expect(confirmed.code, confirmed.stderr).toBe(0);
    for (const status of parseLines(confirmed.stdout)) {
      expect(status).toMatchObject({ confirmation: { delivered: 1, read: 1 } });
    }
    const ids = album.double.posts().map(({ idMessage }) => idMessage);
    const undone = await album.call('undo', '--yes');
    expect([undone.code, statesOf(undone)], undone.stderr).toEqual([0, ['undone', 'undone']]);
    expect(album.double.deleted).toEqual(ids);
    const again = await album.send();
    expect(again.code).toBe(0);
    expect(album.double.posts()).toHaveLength(2);
    const listed = await album.call('history');
    expect(parseLines(listed.stdout).map(({ idMessage }) => idMessage)).toEqual(ids);
    expectGoodManners(album, sent, confirmed, undone, listed);
  });

  it('undo goes on after faults that pass, and forgets what it is told to', async (scope) => {
    const album = await openAlbum(scope, { files: 2 });
    await album.send();
    album.double.befall([
      { method: 'deleteStatus', what: 'too-fast', at: [1] },
      { method: 'deleteStatus', what: 'http-502', at: [3] },
    ]);
    const undone = await album.call('undo', '--yes', '--forget');
    expect([undone.code, statesOf(undone)], undone.stderr).toEqual([0, ['undone', 'undone']]);
    expect((await album.send()).code).toBe(0);
    expect(await album.posted()).toEqual(['p1', 'p2', 'p1', 'p2']);
  });

  it('confirm says when the journal shows nothing in time', async (scope) => {
    const env = { STATUSCAST_CONFIRM_WAIT_MS: '500' };
    const album = await openAlbum(scope, { files: 1, habits: { journalLateMs: 60_000 }, env });
    await album.send();
    const confirmed = await album.call('confirm');
    expect(confirmed.code).toBe(1);
    expect(parseLines(confirmed.stdout)).toMatchObject([{ confirmation: null }]);
  });

  it.for([true, false])(
    'reconcile finds out a send, carried out: %s',
    async (isCarriedOut, scope) => {
      const accidents = [
        { method: 'sendMediaStatus', what: 'silence', at: [2], isCarriedOut },
        { method: 'showMessagesQueue', what: 'html', at: 'all' },
      ] as const;
      const album = await openAlbum(scope, { accidents, habits: UNTIDY });
      expect((await album.send()).code).toBe(1);
      album.double.befall([]);
      const found = await album.call('reconcile');
      expect([found.code, statesOf(found)], found.stderr).toEqual([
        0,
        [isCarriedOut ? 'sent' : 'uploaded'],
      ]);
      expect((await album.send()).code).toBe(0);
      await expectOnce(album);
      expectGoodManners(album, found);
    },
  );
});
