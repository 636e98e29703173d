import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.js';
import { ACCOUNT_HASH, factsOf } from './ledger-facts.js';
import type { OpenStore } from './ledger-contract.js';
import { ERROR, LINK, STATES, WAYS } from './ledger-steps.js';

const CONTENT = factsOf('any').content;

async function sendIn(ledger: Ledger, run: number, key: string, account = ACCOUNT_HASH) {
  const { message } = factsOf(key);
  await ledger.recordNormalized(factsOf(key, { message: { ...message, account } }));
  await ledger.claimSend(key, null, 1000, LINK, run);
  await ledger.recordSent(key, `id of ${key}`);
}

async function keysIn(ledger: Ledger, filter: Parameters<Ledger['list']>[0]) {
  return (await ledger.list(filter)).map(({ key }) => key);
}

/** What every ledger must keep of runs, and of what they sent, whatever it is stored in. */
export function describeRuns(name: string, openStore: OpenStore): void {
  describe(`${name} keeps the contract of runs:`, () => {
    test('what one run leases no other gets until it is released', async (scope) => {
      const store = await openStore(scope);
      const [here, there] = [await store.open(), await store.open()];
      const [one, two] = [await here.beginRun(), await there.beginRun()];
      expect(one.id).not.toBe(two.id);
      expect(await one.lease('a')).toBe(true);
      expect(await one.lease('a')).toBe(true);
      expect(await two.lease('a')).toBe(false);
      expect(await two.lease('b')).toBe(true);
      await two.release('a');
      expect(await two.lease('a')).toBe(false);
      await one.release('a');
      expect(await two.lease('a')).toBe(true);
      expect(await one.lease('a')).toBe(false);
    });

    test('the end of a run releases all that it leased', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      const [one, two] = [await ledger.beginRun(), await ledger.beginRun()];
      for (const content of ['a', 'b']) expect(await one.lease(content)).toBe(true);
      expect(await two.lease('c')).toBe(true);
      await one.end();
      for (const content of ['a', 'b']) expect(await two.lease(content)).toBe(true);
      const three = await ledger.beginRun();
      expect([one.id, two.id]).not.toContain(three.id);
      expect(await three.lease('c')).toBe(false);
    });

    test('a run that lost a content to another cannot send it', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      const [one, two] = [await ledger.beginRun(), await ledger.beginRun()];
      await WAYS.uploaded(ledger, 'k');
      await two.lease(CONTENT);
      expect(await ledger.claimSend('k', null, 1000, LINK, one.id)).toBe(false);
      expect((await ledger.find(['k']))?.state).toBe('uploaded');
      expect(await ledger.claimSend('k', null, 1000, LINK, two.id)).toBe(true);
      expect((await ledger.find(['k']))?.runId).toBe(two.id);
    });

    test('the last run is the last one that sent something, of an account', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      expect(await ledger.list({ run: 'last' })).toEqual([]);
      await sendIn(ledger, 1, 'a');
      await sendIn(ledger, 2, 'b');
      await sendIn(ledger, 2, 'c');
      await sendIn(ledger, 3, 'd', 'other');
      await ledger.recordNormalized(factsOf('e'));
      await ledger.claimSend('e', null, 1000, LINK, 4);
      await ledger.recordFailed('e', ERROR, 1000);
      expect(await keysIn(ledger, { run: 'last' })).toEqual(['d']);
      expect(await keysIn(ledger, { run: 'last', account: ACCOUNT_HASH })).toEqual(['b', 'c']);
      expect(await keysIn(ledger, { run: 1 })).toEqual(['a']);
      expect(await keysIn(ledger, { run: 99 })).toEqual([]);
      // Or undoing twice would undo two runs.
      await ledger.recordUndone('b');
      await ledger.recordUndone('c');
      const last = { run: 'last', account: ACCOUNT_HASH } as const;
      expect(await keysIn(ledger, last)).toEqual(['b', 'c']);
      expect(await keysIn(ledger, { ...last, states: ['sent'] })).toEqual([]);
    });

    test('entries are listed in the order in which they changed, also in one millisecond', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      for (const key of ['a', 'b', 'c', 'd']) await ledger.recordNormalized(factsOf(key));
      await ledger.recordUploaded('b', LINK);
      await ledger.recordUploaded('a', LINK);
      const confirmation = { status: 'read', delivered: 3, read: 1, atMs: 5000 };
      await ledger.recordConfirmation('d', confirmation);
      expect(await keysIn(ledger, {})).toEqual(['c', 'd', 'b', 'a']);
      expect(await ledger.list({})).toEqual(
        await Promise.all(['c', 'd', 'b', 'a'].map((key) => ledger.find([key]))),
      );
    });

    test('entries are listed by their states', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      for (const state of STATES) await WAYS[state](ledger, state);
      for (const state of STATES)
        expect(await keysIn(ledger, { states: [state] })).toEqual([state]);
      expect(await keysIn(ledger, { states: ['undone', 'sending'] })).toEqual([
        'sending',
        'undone',
      ]);
      expect(await keysIn(ledger, { states: [] })).toEqual([]);
      expect(await keysIn(ledger, { account: 'other' })).toEqual([]);
      expect(await keysIn(ledger, { account: ACCOUNT_HASH })).toEqual(STATES);
    });

    test('what was confirmed is kept, and changes nothing else', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sent(ledger, 'k');
      const before = await ledger.find(['k']);
      const confirmation = { status: 'delivered', delivered: 12, read: 0, atMs: 5000 };
      await ledger.recordConfirmation('k', confirmation);
      expect(await ledger.find(['k'])).toEqual({ ...before, confirmation });
    });

    test('what was undone is not sent again until it is forgotten', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.undone(ledger, 'k');
      expect(await ledger.claimSend('k', 1000, 2000, LINK, 2)).toBe(false);
      expect(await ledger.find(['k'])).toMatchObject({ state: 'undone', idMessage: 'id of k' });
      await ledger.forget('k');
      expect(await ledger.find(['k'])).toBeNull();
      await ledger.recordNormalized(factsOf('k'));
      expect(await ledger.claimSend('k', null, 2000, LINK, 2)).toBe(true);
    });

    test.for(STATES.filter((state) => state !== 'undone'))(
      'nothing else is forgotten (%s)',
      async (state, scope) => {
        const ledger = await (await openStore(scope)).open();
        await WAYS[state](ledger, 'k');
        await ledger.forget('k');
        expect((await ledger.find(['k']))?.state).toBe(state);
      },
    );

    test('the end of one attempt is not that of another run that has begun since', async (scope) => {
      const ledger = await (await openStore(scope)).open();
      await WAYS.sending(ledger, 'k');
      await ledger.claimSend('k', 1000, 2000, LINK, 2);
      for (const attempt of [1000, null]) await ledger.recordFailed('k', ERROR, attempt);
      await ledger.recordNotSent('k', 1000);
      expect(await ledger.find(['k'])).toMatchObject({ state: 'sending', error: null });
      await ledger.recordNotSent('k', 2000);
      expect((await ledger.find(['k']))?.state).toBe('uploaded');
      await ledger.recordFailed('k', ERROR, 2000);
      expect(await ledger.find(['k'])).toMatchObject({ state: 'failed', error: ERROR });
    });
  });
}
