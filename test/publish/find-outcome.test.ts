import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/job.js';
import type { GreenApiClient } from '../../src/green-api/client.js';
import { findOutcome, type Attempt, type FindOptions } from '../../src/publish/find-outcome.js';
import { mayShowAs } from '../../src/publish/shown-caption.js';
import { createJournal } from '../../src/publish/journal.js';
import { failureOf } from '../support/failure.js';
import { connectTo, countRequests, openClient } from '../support/sandbox-client.js';
import type { Scope } from '../support/scratch-folder.js';
import { openServer, replyWith } from '../support/scripted-server.js';

const URL_FILE = 'https://example.com/7105223344/one.jpg';

const OPTIONS: FindOptions = {
  retries: 1,
  sendTimeoutMs: 0,
  journalWaitMs: 0,
  isClaimed: async () => false,
};

/** With nothing known of the journal before. */
function find(client: GreenApiClient, attempt: Attempt, options: FindOptions) {
  return findOutcome(client, createJournal(client), attempt, options);
}

/** An attempt of this moment. */
function attemptNow(kind: Kind = 'image', caption = '') {
  return { urlFile: URL_FILE, kind, caption, attemptedAtMs: Date.now(), isJournaled: true };
}

function statusOf(caption = '', fileName = 'a.jpg', urlFile = URL_FILE) {
  return { urlFile, fileName, caption, participants: [] };
}

/** An instance with nothing in its queue; an entry is of the moment of reading unless it says when. */
async function openJournal(scope: Scope, entries: readonly object[]) {
  const server = await openServer(scope, ({ method }, response) => {
    const timestamp = Math.floor(Date.now() / 1000);
    const journal = entries.map((entry) => ({ timestamp, ...entry }));
    if (method === 'getOutgoingStatuses') replyWith(response, journal);
    else if (method === 'getSettings') replyWith(response, { outgoingWebhook: 'yes' });
    else replyWith(response, []);
  });
  return connectTo(scope, server.url);
}

function entryOf(more: object) {
  const common = { idMessage: '3EB0AA', typeMessage: 'imageMessage', caption: '' };
  return { ...common, statusMessage: 'pending', sendByApi: true, ...more };
}

describe.concurrent('the queue', () => {
  test('shows a status by its link', async (scope) => {
    const { client } = await openClient(scope, { sendDelayMs: 60_000 });
    const attempt = attemptNow();
    await client.sendMediaStatus(statusOf('', 'b.jpg', 'https://example.com/other.jpg'));
    const { idMessage } = await client.sendMediaStatus(statusOf());
    expect(await find(client, attempt, OPTIONS)).toEqual({ type: 'sent', idMessage });
  });

  test('that shows it is not asked twice, nor is the journal', async (scope) => {
    const { sandbox, client } = await openClient(scope, { sendDelayMs: 60_000 });
    await client.sendMediaStatus(statusOf());
    await find(client, attemptNow(), OPTIONS);
    expect(sandbox.requests().map(({ method }) => method)).toEqual([
      'sendMediaStatus',
      'showMessagesQueue',
    ]);
  });

  test('that shows it without an id is believed all the same', async (scope) => {
    const queue = [{ type: 'sendMediaStatus', body: { urlFile: URL_FILE } }];
    const server = await openServer(scope, (_, response) => replyWith(response, queue));
    const found = await find(connectTo(scope, server.url), attemptNow(), OPTIONS);
    expect(found).toEqual({ type: 'sent', idMessage: null });
  });
});

describe.concurrent('a queue that shows no link', () => {
  test.for([
    [{ messageID: 'other', type: 'sendMediaStatus' }, 'uncertain'],
    [{ messageID: 'other', type: 'sendVoiceStatus', body: {} }, 'uncertain'],
    [{ messageID: 'other' }, 'uncertain'],
    [{ type: 'sendMediaStatus', body: null }, 'uncertain'],
    [{ messageID: 'ours', type: 'sendMediaStatus' }, 'not-sent'],
    [{ messageID: 'other', type: 'sendMessage', body: { message: 'hello' } }, 'not-sent'],
  ] as const)('holding %o: it is %s', async ([message, type], scope) => {
    const server = await openServer(scope, ({ method }, response) => {
      if (method === 'showMessagesQueue') replyWith(response, [message]);
      else replyWith(response, method === 'getSettings' ? { outgoingWebhook: 'yes' } : []);
    });
    const isClaimed = async (idMessage: string) => idMessage === 'ours';
    const options = { ...OPTIONS, isClaimed };
    const found = await find(connectTo(scope, server.url), attemptNow(), options);
    expect(found.type).toBe(type);
  });
});

describe.concurrent('the journal', () => {
  test.for([
    ['image', 'imageMessage'],
    ['video', 'videoMessage'],
    ['audio', 'audioMessage'],
  ] as const)('shows one %s of the same caption', async ([kind, typeMessage], scope) => {
    const caption = 'праздник 🎉';
    const client = await openJournal(scope, [
      entryOf({ idMessage: 'other-caption', typeMessage }),
      entryOf({ idMessage: 'other-type', typeMessage: 'textMessage', caption }),
      entryOf({ idMessage: 'it', typeMessage, caption }),
    ]);
    const found = await find(client, attemptNow(kind, caption), OPTIONS);
    expect(found).toEqual({ type: 'sent', idMessage: 'it' });
  });

  test.for([
    ['one\r\ntwo', 'one\ntwo'],
    ['Greetings\n', 'Greetings'],
    [' a\u0301 ', 'á'],
  ] as const)('shows %o as %o', async ([caption, shown], scope) => {
    const client = await openJournal(scope, [entryOf({ idMessage: 'it', caption: shown })]);
    const found = await find(client, attemptNow('image', caption), OPTIONS);
    expect(found).toEqual({ type: 'sent', idMessage: 'it' });
  });

  test('that shows one without its caption proves nothing', async (scope) => {
    const client = await openJournal(scope, [entryOf({ typeMessage: 'audioMessage' })]);
    const found = await find(client, attemptNow('audio', 'a caption'), OPTIONS);
    expect(found).toMatchObject({ type: 'uncertain', why: expect.stringContaining('caption') });
  });

  test.for([
    ['one\r\ntwo ', 'one\ntwo', true],
    ['a\u0301', 'á', true],
    ['any', '', true],
    ['', 'any', false],
    ['one', 'two', false],
  ] as const)('may show %o as %o: %o', ([caption, shown, may]) => {
    expect(mayShowAs(caption, shown)).toBe(may);
  });

  test('of two that it could be tells nothing', async (scope) => {
    const entries = [entryOf({ idMessage: '1' }), entryOf({ idMessage: '2' })];
    const client = await openJournal(scope, entries);
    const found = await find(client, attemptNow(), OPTIONS);
    expect(found).toMatchObject({ type: 'uncertain', why: expect.stringContaining('2 statuses') });
  });

  test('of two, one of which is known to be another, tells the one left', async (scope) => {
    const client = await openJournal(scope, [
      entryOf({ idMessage: '1' }),
      entryOf({ idMessage: '2' }),
    ]);
    const isClaimed = async (idMessage: string) => idMessage === '1';
    const found = await find(client, attemptNow(), { ...OPTIONS, isClaimed });
    expect(found).toEqual({ type: 'sent', idMessage: '2' });
  });

  test('of two that are open tells one by an entry from before the other was sent', async (scope) => {
    const attempt = attemptNow();
    const client = await openJournal(scope, [entryOf({ idMessage: 'it' })]);
    // The other was sent a minute later: by then the entry was there.
    const countOpen = async (_sinceMs: number, untilMs = Infinity) =>
      untilMs < Date.now() + 30_000 ? 1 : 2;
    const found = await find(client, attempt, { ...OPTIONS, countOpen });
    expect(found).toEqual({ type: 'sent', idMessage: 'it' });
  });

  test('does not count what is older than the attempt', async (scope) => {
    const timestamp = Math.floor(Date.now() / 1000) - 15 * 60;
    const client = await openJournal(scope, [entryOf({ timestamp })]);
    expect(await find(client, attemptNow(), OPTIONS)).toEqual({ type: 'not-sent' });
  });

  test('proves nothing by one from just before: the clocks may differ', async (scope) => {
    const timestamp = Math.floor(Date.now() / 1000) - 10;
    const client = await openJournal(scope, [entryOf({ timestamp })]);
    expect(await find(client, attemptNow(), OPTIONS)).toMatchObject({ type: 'uncertain' });
  });

  test('asks of rivals only that may still show, once it was looked at before', async (scope) => {
    const client = await openJournal(scope, [entryOf({})]);
    const since: number[] = [];
    const countOpen = async (sinceMs: number) => since.push(sinceMs) && 1;
    const options = { ...OPTIONS, sendTimeoutMs: 3000, journalWaitMs: 2000, countOpen };
    const attempt = attemptNow();
    await find(client, attempt, options);
    const lookedAtMs = attempt.attemptedAtMs - 100;
    await find(client, { ...attempt, lookedAtMs }, options);
    expect(since).toEqual([attempt.attemptedAtMs - 24 * 60 * 60_000, lookedAtMs - 5000]);
  });

  test('proves nothing by its silence about what was sent two days ago', async (scope) => {
    const client = await openJournal(scope, []);
    const attempt = { ...attemptNow(), attemptedAtMs: Date.now() - 48 * 3_600_000 };
    expect(await find(client, attempt, OPTIONS)).toMatchObject({ type: 'uncertain' });
  });

  test('counts what happened in the very second of the attempt', async (scope) => {
    const attempt = attemptNow();
    const timestamp = Math.floor(attempt.attemptedAtMs / 1000);
    const client = await openJournal(scope, [entryOf({ timestamp })]);
    expect(await find(client, attempt, OPTIONS)).toMatchObject({ type: 'sent' });
  });

  test('does not count what was posted on the phone', async (scope) => {
    const client = await openJournal(scope, [entryOf({ sendByApi: false })]);
    expect(await find(client, attemptNow(), OPTIONS)).toEqual({ type: 'not-sent' });
  });

  test('that does not tell how a status was posted is believed', async (scope) => {
    const client = await openJournal(scope, [entryOf({ sendByApi: undefined })]);
    expect(await find(client, attemptNow(), OPTIONS)).toMatchObject({ type: 'sent' });
  });

  test('is asked back to the attempt, however long ago it was', async (scope) => {
    const server = await openServer(scope, ({ method }, response) =>
      replyWith(response, method === 'getSettings' ? { outgoingWebhook: 'yes' } : []),
    );
    const attempt = { ...attemptNow(), attemptedAtMs: Date.now() - 3 * 60 * 60_000 };
    await find(connectTo(scope, server.url), attempt, OPTIONS);
    const asked = server.received.find(({ method }) => method === 'getOutgoingStatuses');
    const minutes = Number(new URL(asked?.url ?? '', server.url).searchParams.get('minutes'));
    expect(minutes).toBeGreaterThan(180);
    expect(minutes).toBeLessThan(200);
  });
});

describe.concurrent('silence', () => {
  test('is no proof before journalWaitMs, and is one after', async (scope) => {
    const { sandbox, client } = await openClient(scope);
    const waits: number[] = [];
    const onWaiting = (_: string, waitMs: number) => waits.push(waitMs);
    const attempt = attemptNow();
    const options = { ...OPTIONS, journalWaitMs: 700, onWaiting };
    expect(await find(client, attempt, options)).toEqual({ type: 'not-sent' });
    expect(Date.now() - attempt.attemptedAtMs).toBeGreaterThanOrEqual(700);
    expect(waits.length).toBeGreaterThanOrEqual(1);
    expect(countRequests(sandbox, 'showMessagesQueue')).toBe(waits.length + 1);
    expect(countRequests(sandbox, 'getOutgoingStatuses')).toBe(waits.length + 1);
  });

  test('ends when the status appears while it is waited for', async (scope) => {
    const { client } = await openClient(scope, { sendDelayMs: 60_000 });
    let sent = '';
    const onWaiting = () => {
      void client.sendMediaStatus(statusOf()).then(({ idMessage }) => (sent = idMessage));
    };
    const options = { ...OPTIONS, journalWaitMs: 1500, onWaiting };
    const found = await find(client, attemptNow(), options);
    expect(found).toEqual({ type: 'sent', idMessage: sent });
  });

  test('of a journal that is switched off is told so, whatever the queue hides', async (scope) => {
    const server = await openServer(scope, ({ method }, response) => {
      if (method === 'showMessagesQueue') replyWith(response, [{ type: 'sendMediaStatus' }]);
      else replyWith(response, method === 'getSettings' ? { outgoingWebhook: 'no' } : []);
    });
    const found = await find(connectTo(scope, server.url), attemptNow(), OPTIONS);
    expect(found).toMatchObject({ type: 'uncertain', isHeard: true, isJournalOff: true });
  });

  test.for(['showMessagesQueue', 'getSettings'])(
    'that %s refuses to tell of for good is an answer',
    async (refusing, scope) => {
      const server = await openServer(scope, ({ method }, response) => {
        if (method === refusing) replyWith(response, { message: 'Not Found' }, 404);
        else replyWith(response, []);
      });
      const found = await find(connectTo(scope, server.url), attemptNow(), OPTIONS);
      expect(found).toMatchObject({ type: 'uncertain', isHeard: true });
    },
  );

  test('of a journal that is switched off proves nothing', async (scope) => {
    const { client } = await openClient(scope, { outgoingWebhook: 'no', sendDelayMs: 0 });
    const found = await find(client, attemptNow(), OPTIONS);
    expect(found).toMatchObject({
      type: 'uncertain',
      why: expect.stringContaining('outgoingWebhook'),
    });
  });
});

describe.concurrent('finding out', () => {
  test.for(['unauthorized', 'forbidden', 'not-authorized'] as const)(
    'is ended by %s, since no other file would fare better',
    async (name, scope) => {
      const faults = [{ name, method: 'showMessagesQueue' }] as const;
      const { sandbox, client } = await openClient(scope, { faults });
      const failure = await failureOf(find(client, attemptNow(), OPTIONS));
      expect(failure.code).toBe('api-refused');
      expect(sandbox.requests()).toHaveLength(1);
    },
  );

  test('outlives a fault that passes', async (scope) => {
    const faults = [
      { name: 'bad-gateway', method: 'showMessagesQueue' },
      { name: 'too-fast', method: 'getOutgoingStatuses' },
      { name: 'html', method: 'getSettings' },
    ] as const;
    const { client } = await openClient(scope, { faults });
    expect(await find(client, attemptNow(), OPTIONS)).toEqual({ type: 'not-sent' });
  });

  test('stays uncertain where no answer makes sense', async (scope) => {
    const faults = [{ name: 'html', method: 'getOutgoingStatuses', times: Infinity }] as const;
    const { client } = await openClient(scope, { faults });
    const found = await find(client, attemptNow(), OPTIONS);
    expect(found).toMatchObject({ type: 'uncertain', why: expect.stringContaining('shape') });
  });

  test.for([0, 150])('that is interrupted after %i ms stays uncertain', async (ms, scope) => {
    const { client } = await openClient(scope);
    const signal = ms === 0 ? AbortSignal.abort() : AbortSignal.timeout(ms);
    const begunMs = performance.now();
    const options = { ...OPTIONS, signal, journalWaitMs: 60_000 };
    const found = await find(client, attemptNow(), options);
    expect(found).toMatchObject({ type: 'uncertain' });
    expect(performance.now() - begunMs).toBeLessThan(1000);
  });
});
