import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { killGroup } from '../support/run-cli.js';
import type { Accident, AccidentName } from './accidents.js';
import { openAlbum } from './album.js';
import {
  expectGoodManners,
  expectNothingLeft,
  expectOnce,
  expectOnceInOrder,
  outcomesOf,
} from './expect-once.js';
import type { Traits } from './traits.js';

const MINUTE_MS = 60_000;

function loseSend(more: Partial<Accident>): Accident {
  return { method: 'sendMediaStatus', what: 'http-502', ...more };
}

/** What, and which of three sends it befalls: those most likely both ways. */
const LOSSES: readonly (readonly [AccidentName, number])[] = [
  ['reset', 1],
  ['silence', 2],
  ['http-502', 1],
  ['http-502', 2],
  ['http-502', 3],
  ['http-499', 2],
  ['cut', 2],
  ['empty', 1],
  ['no-field', 2],
  ['html', 2],
];

describe.concurrent('a send that answers with', () => {
  const both = LOSSES.flatMap(([what, turn], index) =>
    // Of the rarer ones one way each.
    (index < 5 ? [true, false] : [index % 2 === 0]).map((isCarriedOut) => {
      const title = `${what} at ${turn} ${isCarriedOut ? 'after' : 'before'} it was carried out`;
      return [title, loseSend({ what, at: [turn], isCarriedOut })] as const;
    }),
  );

  it.for(both)('%s is posted once', async ([, accident], scope) => {
    const album = await openAlbum(scope, { accidents: [accident], habits: { journalLateMs: 700 } });
    const first = await album.send();
    expect(first.code, first.stdout + first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
  });
});

/** Each with a send in the middle whose answer is lost. */
const HABITS: readonly (readonly [string, Partial<Traits>, boolean, AccidentName?])[] = [
  ['no captions in the journal', { noCaption: 'absent', deliveredAfterMs: 600 }, true],
  ['captions of null, in any order', { noCaption: 'null', journalOrder: 'by-id' }, false],
  ['a clock 70 minutes ahead', { clockAheadMs: 70 * MINUTE_MS }, true],
  ['a clock 70 minutes behind', { clockAheadMs: -70 * MINUTE_MS }, false],
  [
    'a clock behind that it does not tell',
    { clockAheadMs: -7 * MINUTE_MS, dateHeader: false },
    true,
  ],
  ['an untidy net', { extraFields: true, framing: 'chunked', sockets: 'dropped' }, true],
  [
    'older statuses that somebody looks at',
    {
      strangers: [
        { by: 'api', agoMs: 20 * MINUTE_MS, isSeenNow: true },
        { by: 'hand', agoMs: 5 * MINUTE_MS, isSeenNow: true },
        { by: 'api', agoMs: 2 * MINUTE_MS },
      ],
    },
    false,
  ],
];

describe.concurrent('a send without an answer is posted once where the server has', () => {
  it.for(HABITS)('%s', async ([, habits, isCarriedOut], scope) => {
    const accidents = [loseSend({ at: [2], isCarriedOut })];
    const album = await openAlbum(scope, { accidents, habits: { journalLateMs: 700, ...habits } });
    const first = await album.send();
    expect(first.code, first.stdout + first.stderr).toBe(0);
    await expectOnceInOrder(album);
    expectGoodManners(album, first);
  });

  it('a post by hand at that moment', async (scope) => {
    const accidents = [loseSend({ at: [2], stranger: 'hand' })];
    const album = await openAlbum(scope, { accidents });
    expect((await album.send()).code).toBe(0);
    await expectOnceInOrder(album);
  });
});

describe.concurrent('what cannot be found out', () => {
  it('in a queue that shows no links is not sent again, and is known later', async (scope) => {
    const habits = { queueShows: 'id', delayMs: 2500 } as const;
    const accidents = [loseSend({ at: [3], isCarriedOut: true })];
    const album = await openAlbum(scope, { accidents, habits, env: { STATUSCAST_GAP: '0.5' } });
    const first = await album.send();
    expect([first.code, outcomesOf(first)]).toEqual([1, ['sent', 'sent', 'outcome-unknown']]);
    expect(first.stderr).toMatch(/not known: the queue holds a status of which it does not show/);
    await sleep(5000);
    const second = await album.send();
    expect([second.code, outcomesOf(second)[2]], second.stderr).toEqual([0, 'sent']);
    await expectOnceInOrder(album);
  });

  it('without a journal is said so, by each run, and is sent again when asked for', async (scope) => {
    const habits = { outgoingWebhook: 'no' } as const;
    const accidents = [loseSend({ at: [1] })];
    const album = await openAlbum(scope, { accidents, habits });
    for (const before of ['sent', 'already-sent']) {
      const run = await album.send();
      expect([run.code, outcomesOf(run)]).toEqual([1, ['outcome-unknown', before, before]]);
    }
    expect(await album.posted()).toEqual(['p2', 'p3']);
    const last = await album.send('--on-uncertain', 'resend');
    expect([last.code, outcomesOf(last)[0]]).toEqual([0, 'sent']);
    await expectOnce(album);
  });

  it.for(['html', 'empty'] as const)(
    'as the queue answers %s is uncertain, and the next run finds it',
    async (what, scope) => {
      const accidents = [
        loseSend({ at: [2], isCarriedOut: true }),
        { method: 'showMessagesQueue', what, at: 'all' } as const,
      ];
      const album = await openAlbum(scope, { accidents });
      const first = await album.send();
      expect([first.code, outcomesOf(first)[1]]).toEqual([1, 'outcome-unknown']);
      album.double.befall([]);
      const second = await album.send();
      expect([second.code, outcomesOf(second)[1]], second.stderr).toEqual([0, 'sent']);
      await expectOnceInOrder(album);
    },
  );
});

describe.concurrent('a run that is killed while a send is under way', () => {
  it.for([
    [2, false],
    [3, true],
  ] as const)('at %i, carried out: %s', async ([turn, isCarriedOut], scope) => {
    const accidents = [loseSend({ what: 'silence', at: [turn], isCarriedOut })];
    const env = { STATUSCAST_SEND_TIMEOUT_MS: '2000' };
    const album = await openAlbum(scope, { accidents, env });
    const running = album.start('send', 'album');
    const sends = () => album.double.arrivals.filter(({ method }) => method === 'sendMediaStatus');
    while (sends().length < turn && running.child.exitCode === null) await sleep(20);
    await sleep(100);
    killGroup(running, 'SIGKILL');
    if (running.child.exitCode === null) await once(running.child, 'exit').catch(() => undefined);
    await running.finished;
    const second = await album.send();
    expect(second.code, second.stdout + second.stderr).toBe(0);
    // What an earlier run left open leaves its turn to the others.
    await expectOnce(album);
    await expectNothingLeft(album);
  });
});
