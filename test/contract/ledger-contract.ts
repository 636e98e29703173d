import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Scope } from '../support/scratch-folder.js';
import { factsOf } from './ledger-facts.js';
import { ERROR, LINK, RUN, STATES, STEPS, WAYS } from './ledger-steps.js';

/** One store, new and empty for each test; every handle on it sees what the others do. */
export type OpenStore = (scope: Scope) => Promise<{ readonly open: () => Promise<Ledger> }>;

const CASES = STEPS.flatMap(({ step, take, to }) =>
  STATES.map((from) => ({ step, take, from, to: to[from] })),
);

/** What every ledger must keep, whatever it is stored in. */
export function describeLedger(name: string, openStore: OpenStore): void {
  describe(`${name} keeps the contract of a ledger:`, () => {
    test.for(CASES)('$step from $from leads to $to', async ({ take, from, to }, scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS[from](ledger, 'k');
      expect((await ledger.find(['k']))?.state).toBe(from);
      await take(ledger, 'k');
      expect((await ledger.find(['k']))?.state).toBe(to);
    });

    test('every value comes back as it was given, on another handle', async (scope) => {
      const store = await openStore(scope);
      const ledger = await store.open();
      const video = factsOf('v', {
        kind: 'video',
        plan: { action: 'keep', reasons: [], fit: null, crop: null },
        output: { ...factsOf('').output, mime: 'video/mp4', durationSeconds: 59.833 },
      });
      await ledger.recordNormalized(video);
      const none = {
        ...{ link: null, attemptedAtMs: null, idMessage: null, error: null },
        ...{ runId: null, confirmation: null },
      };
      const other = await store.open();
      expect(await other.find(['v'])).toMatchObject({ ...video, ...none, state: 'normalized' });
      await ledger.recordUploaded('v', LINK);
      await ledger.claimSend('v', null, 1_742_601_600_123, LINK, RUN);
      await ledger.recordUncertain('v', ERROR);
      expect(await other.find(['v'])).toMatchObject({
        ...{ ...video, state: 'uncertain', link: LINK, error: ERROR },
        ...{ attemptedAtMs: 1_742_601_600_123, idMessage: null, runId: RUN },
      });
    });

    test('what a file held is known as long as it bears its stamp', async (scope) => {
      const store = await openStore(scope);
      const ledger = await store.open();
      await ledger.recordContent('/a.jpg', 'as it was', 'one');
      await ledger.recordContent('/b.jpg', 'as it was', 'two');
      const other = await store.open();
      const asked = [
        { path: '/c.jpg', stamp: 'as it was' },
        { path: '/b.jpg', stamp: 'as it was' },
        { path: '/a.jpg', stamp: 'as it was' },
        { path: '/a.jpg', stamp: 'as it is' },
      ];
      expect(await other.findContents(asked)).toEqual([null, 'two', 'one', null]);
      await ledger.recordContent('/a.jpg', 'as it is', 'three');
      expect(await other.findContents(asked)).toEqual([null, 'two', null, 'three']);
      expect(await other.findContents([])).toEqual([]);
    });

    test.for(STATES)('what is %s is found as posted only where it was', async (state, scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS[state](ledger, 'k');
      const isPosted = state === 'sent' || state === 'undone';
      const posted = isPosted
        ? { key: 'k', kind: factsOf('k').kind, state, idMessage: 'id of k' }
        : null;
      const asked = [['other'], ['other', 'k'], [], ['k']];
      expect(await ledger.findPosted(asked)).toEqual([null, posted, null, posted]);
    });

    test('what was sent keeps its id, its link and its output', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sent(ledger, 'k');
      const before = await ledger.find(['k']);
      const output = { ...factsOf('').output, path: '/elsewhere.jpg' };
      await ledger.recordNormalized(factsOf('k', { output }));
      await ledger.recordUploaded('k', { urlFile: 'https://example.com/b.jpg', expiresAtMs: 1 });
      expect(await ledger.claimSend('k', 1000, 3000, LINK, RUN)).toBe(false);
      await ledger.recordFailed('k', ERROR, 1000);
      await ledger.recordUncertain('k', ERROR);
      expect(await ledger.find(['k'])).toEqual(before);
      expect(before).toMatchObject({ state: 'sent', idMessage: 'id of k', error: null });
    });

    test.for(['normalized', 'uploaded', 'failed'] as const)(
      'a new output takes the place of the old one (%s)',
      async (state, scope) => {
        const ledger = await (await openStore(scope)).open();
        await WAYS[state](ledger, 'k');
        const output = { ...factsOf('').output, path: '/elsewhere.jpg', bytes: 7 };
        await ledger.recordNormalized(factsOf('k', { output, input: 'b.heic' }));
        expect(await ledger.find(['k'])).toMatchObject({ output, input: 'b.heic' });
      },
    );

    test('an id may be missing of what was sent', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sending(ledger, 'k');
      await ledger.recordSent('k', null);
      expect(await ledger.find(['k'])).toMatchObject({ state: 'sent', idMessage: null });
    });

    test('the first key that has an entry is found', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      for (const key of ['a', 'b', 'c']) await ledger.recordNormalized(factsOf(key));
      expect((await ledger.find(['c', 'a', 'b']))?.key).toBe('c');
      expect((await ledger.find(['b', 'a']))?.key).toBe('b');
      expect((await ledger.find(['x', 'y', 'a']))?.key).toBe('a');
      expect((await ledger.find(['x', 'y', 'z', 'b', 'a']))?.key).toBe('b');
      expect(await ledger.find(['x'])).toBeNull();
      expect(await ledger.find([])).toBeNull();
    });

    test('keys are compared to the letter', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await ledger.recordNormalized(factsOf('Ab'));
      for (const key of ['ab', 'Ab ', 'A%', '']) expect(await ledger.find([key])).toBeNull();
    });

    test('an entry that is not there cannot be claimed, and no step makes one', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      expect(await ledger.claimSend('k', null, 1000, LINK, RUN)).toBe(false);
      await ledger.recordUploaded('k', LINK);
      await ledger.recordSent('k', 'id');
      await ledger.recordFailed('k', ERROR, null);
      expect(await ledger.find(['k'])).toBeNull();
      expect(await ledger.isClaimed('id', 'other')).toBe(false);
    });

    test('a claim needs to know of the last one', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sending(ledger, 'k');
      expect(await ledger.claimSend('k', null, 2000, LINK, RUN)).toBe(false);
      expect(await ledger.claimSend('k', 999, 2000, LINK, RUN)).toBe(false);
      expect((await ledger.find(['k']))?.attemptedAtMs).toBe(1000);
      expect(await ledger.claimSend('k', 1000, 2000, LINK, RUN)).toBe(true);
      expect((await ledger.find(['k']))?.attemptedAtMs).toBe(2000);
    });

    test('a claim in the same millisecond, or by a clock set back, is another one', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sending(ledger, 'k');
      expect(await ledger.claimSend('k', 1000, 1000, LINK, RUN)).toBe(true);
      expect(await ledger.claimSend('k', 1000, 1000, LINK, RUN)).toBe(false);
      expect((await ledger.find(['k']))?.attemptedAtMs).toBe(1001);
      expect(await ledger.claimSend('k', 1001, 5, LINK, RUN)).toBe(true);
      expect((await ledger.find(['k']))?.attemptedAtMs).toBe(1002);
    });

    test('a claim forgets the error of the attempt before', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.failed(ledger, 'k');
      expect((await ledger.find(['k']))?.error).toEqual(ERROR);
      await ledger.claimSend('k', 1000, 2000, LINK, RUN);
      expect((await ledger.find(['k']))?.error).toBeNull();
    });

    test('of many claims on many handles one is told yes', async (scope) => {
      const store = await openStore(scope);
      const handles = await Promise.all(Array.from({ length: 8 }, () => store.open()));
      for (const [round, key] of ['a', 'b', 'c'].entries()) {
        await handles[0]?.recordNormalized(factsOf(key));
        const answers = await Promise.all(
          Array.from({ length: 5 }).flatMap(() =>
            handles.map((ledger, at) => ledger.claimSend(key, null, 1000 * round + at, LINK, RUN)),
          ),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
      }
    });

    test('an id is claimed once the status that has it was sent', async (scope) => {
      const store = await openStore(scope);
      const ledger = await store.open();
      await WAYS.sending(ledger, 'k');
      expect(await ledger.isClaimed('id of k', 'other')).toBe(false);
      await ledger.recordSent('k', 'id of k');
      expect(await ledger.isClaimed('id of k', 'other')).toBe(true);
      expect(await (await store.open()).isClaimed('id of k', 'other')).toBe(true);
      expect(await ledger.isClaimed('id of K', 'other')).toBe(false);
      expect(await ledger.isClaimed('', 'other')).toBe(false);
    });

    test('what the journal showed before a request is not its doing, whatever the clock said', async (scope) => {
      const store = await openStore(scope);
      const ledger = await store.open();
      const look = (idMessages: readonly string[], atMs: number, account = 'acc0017') =>
        ledger.recordLook({ account, idMessages, atMs });
      const known = async (key: string) => {
        const again = await store.open();
        const ids = ['one', 'two', 'three', 'four'];
        return Promise.all(ids.map((id) => again.isClaimed(id, key)));
      };
      await WAYS.sending(ledger, 'before all');
      expect(await ledger.findLook('before all')).toBeNull();
      await look(['one', 'two'], 5000);
      await look([], 7000, 'another account');
      await WAYS.sending(ledger, 'after one');
      expect(await ledger.findLook('after one')).toBe(5000);
      // A clock that was set back.
      await look(['two', 'three'], 2000);
      expect(await known('before all')).toEqual([false, false, false, false]);
      expect(await known('after one')).toEqual([true, true, false, false]);
      // A request that is repeated.
      expect(await ledger.claimSend('after one', 1000, 3000, LINK, RUN)).toBe(true);
      expect(await ledger.findLook('after one')).toBe(2000);
      expect(await known('after one')).toEqual([true, true, true, false]);
      expect(await known('of nothing')).toEqual([false, false, false, false]);
    });

    test('an id that was found belongs to the status that takes it first', async (scope) => {
      const store = await openStore(scope);
      const [ledger, other] = [await store.open(), await store.open()];
      for (const key of ['a', 'b']) await WAYS.sending(ledger, key);
      expect(await ledger.claimMessage('a', 'found')).toBe(true);
      expect(await other.claimMessage('b', 'found')).toBe(false);
      expect(await ledger.find(['a'])).toMatchObject({ state: 'sent', idMessage: 'found' });
      expect(await ledger.find(['b'])).toMatchObject({ state: 'sending', idMessage: null });
    });

    test('what is under way, uncertain or without an id is open, by its kind, its account and since when', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      for (const state of STATES) await WAYS[state](ledger, state);
      const { kind, message } = factsOf('any');
      const like = { key: 'sending', kind };
      const { caption } = message;
      expect(await ledger.findOpen(like, 1000)).toEqual([caption, caption]);
      expect(await ledger.findOpen(like, 1001)).toEqual([]);
      expect(await ledger.findOpen(like, 0, 1000)).toHaveLength(2);
      expect(await ledger.findOpen(like, 0, 999)).toEqual([]);
      const otherKind = kind === 'video' ? 'audio' : 'video';
      expect(await ledger.findOpen({ ...like, kind: otherKind }, 0)).toEqual([]);
      // Another account's journal does not show them.
      const theirs = { ...message, account: 'another account', caption: 'theirs' };
      await ledger.recordNormalized(factsOf('theirs', { message: theirs }));
      await ledger.claimSend('theirs', null, 1000, LINK, RUN);
      expect(await ledger.findOpen(like, 1000)).toHaveLength(2);
      expect(await ledger.findOpen({ ...like, key: 'theirs' }, 1000)).toEqual(['theirs']);
      await ledger.recordSent('sending', null);
      expect(await ledger.findOpen(like, 1000)).toHaveLength(2);
      await ledger.recordSent('sending', 'its id');
      expect(await ledger.findOpen(like, 1000)).toHaveLength(1);
    });

    test('an entry has nothing to do with the next one', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.normalized(ledger, 'a');
      await WAYS.sent(ledger, 'b');
      await WAYS.failed(ledger, 'c');
      const states = await Promise.all(['a', 'b', 'c'].map((key) => ledger.find([key])));
      expect(states.map((entry) => entry?.state)).toEqual(['normalized', 'sent', 'failed']);
    });

    test('all is there again after it was closed', async (scope) => {
      const store = await openStore(scope);
      const first = await store.open();
      await WAYS.sent(first, 'k');
      await first.close();
      expect((await (await store.open()).find(['k']))?.state).toBe('sent');
    });
  });
}
