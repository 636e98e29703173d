import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { StatuscastError } from '../../src/errors.js';
import { publish } from '../../src/publish/publish.js';
import type { Publication } from '../../src/publish/publisher.js';
import type { FaultName } from '../../src/sandbox/sandbox.js';
import { failureOf } from '../support/failure.js';
import { openDesk, type Desk } from '../support/publishing.js';
import { countRequests } from '../support/sandbox-client.js';

const WEEK_MS = 7 * 24 * 60 * 60_000;

/** What a run leaves that died when its request had left: the entry as the next run reads it. */
async function dieWhileSending(desk: Desk, publication: Publication): Promise<Publication> {
  const { key, output, message } = publication;
  const { fileName } = message;
  const { urlFile } = await desk.client.uploadFile({ ...output, asciiName: 'a.jpg' });
  const link = { urlFile, expiresAtMs: Date.now() + WEEK_MS };
  await desk.ledger.recordUploaded(key, link);
  const { runId, isJournaled } = desk.publisher;
  await desk.ledger.claimSend(key, null, Date.now(), link, runId, isJournaled());
  await desk.client.sendMediaStatus({ urlFile, fileName, caption: '', participants: [] });
  return desk.readAgain(publication);
}

describe.concurrent('after a lost answer', () => {
  test.for<[FaultName, number]>([
    ['answer-lost', 60_000],
    ['answer-lost', 0],
    ['bad-gateway-after', 60_000],
    ['timeout-after', 0],
  ])('(%s, %i ms in the queue) the status is found, not sent again', async (given, scope) => {
    const [name, sendDelayMs] = given;
    const faults = [{ name, method: 'sendMediaStatus' }] as const;
    const desk = await openDesk(scope, { sandbox: { faults, sendDelayMs } });
    const publication = await desk.prepare();
    const ending = await publish(publication, desk.publisher);
    const [status] = desk.sandbox.statuses();
    const idMessage = status?.idMessage;
    expect(ending).toMatchObject({ outcome: 'sent', idMessage });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
    expect(await desk.entryOf(publication.key)).toMatchObject({ state: 'sent', idMessage });
    expect(desk.stages).toEqual(['upload', 'send', 'find-out']);
  });

  test.for<FaultName>(['reset', 'bad-gateway', 'hang', 'empty', 'html'])(
    'of a request that was not carried out (%s) it is sent after all, once',
    async (name, scope) => {
      const faults = [{ name, method: 'sendMediaStatus' }] as const;
      const settings = { journalWaitMs: 300, sendTimeoutMs: 2000 };
      const desk = await openDesk(scope, { settings, sandbox: { faults } });
      const publication = await desk.prepare();
      const ending = await publish(publication, desk.publisher);
      expect(ending).toMatchObject({ outcome: 'sent' });
      expect(desk.sandbox.statuses()).toHaveLength(1);
      expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(2);
      expect(countRequests(desk.sandbox, 'showMessagesQueue')).toBeGreaterThanOrEqual(1);
      expect(desk.sandbox.uploads()).toHaveLength(1);
      expect(desk.stages).toEqual(['upload', 'send', 'find-out', 'send']);
    },
  );

  test('an outage costs one answer: nothing else leaves before the API is heard again', async (scope) => {
    const faults = [
      { name: 'answer-lost', method: 'sendMediaStatus' },
      { name: 'bad-gateway', method: 'showMessagesQueue', times: 2 },
      { name: 'bad-gateway', method: 'getStateInstance', times: 2 },
    ] as const;
    const desk = await openDesk(scope, { settings: { retries: 1 }, sandbox: { faults } });
    const [first, second] = [await desk.prepare(), await desk.prepare('video')];
    expect(await publish(first, desk.publisher)).toMatchObject({ outcome: 'uncertain' });
    const fault = await failureOf(publish(second, desk.publisher));
    expect(fault).toMatchObject({ code: 'api-no-answer', facts: { method: 'getStateInstance' } });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(await desk.entryOf(second.key)).toMatchObject({
      state: 'uploaded',
      attemptedAtMs: null,
    });
    const again = await publish(await desk.readAgain(second), desk.publisher);
    expect(again).toMatchObject({ outcome: 'sent' });
    expect(await publish(await desk.readAgain(first), desk.publisher)).toMatchObject({
      outcome: 'sent',
    });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(2);
  });

  test('what a run lost itself it does not send again, whatever it was told', async (scope) => {
    const settings = { onUncertain: 'resend' } as const;
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus', times: Infinity }] as const;
    const sandbox = { faults, sendDelayMs: 0, outgoingWebhook: 'no' } as const;
    const desk = await openDesk(scope, { settings, sandbox });
    const publication = await desk.prepare();
    const open = { outcome: 'uncertain' };
    expect(await publish(publication, desk.publisher)).toMatchObject(open);
    const same = await publish(await desk.readAgain(publication), desk.publisher);
    expect(same).toMatchObject(open);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    const later = { ...desk.publisher, runId: desk.publisher.runId + 1 };
    await publish(await desk.readAgain(publication), later);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(2);
  });

  test('where no journal is kept it stays uncertain, also for the next run', async (scope) => {
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
    const sandbox = { faults, sendDelayMs: 0, outgoingWebhook: 'no' } as const;
    const desk = await openDesk(scope, { sandbox });
    const publication = await desk.prepare();
    const uncertain = { outcome: 'uncertain', error: { code: 'outcome-unknown' } };
    expect(await publish(publication, desk.publisher)).toMatchObject(uncertain);
    expect((await desk.entryOf(publication.key)).state).toBe('uncertain');
    const again = await desk.readAgain(publication);
    expect(await publish(again, desk.publisher)).toMatchObject(uncertain);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('a journal that is switched on afterwards proves nothing of it', async (scope) => {
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
    const sandbox = { faults, sendDelayMs: 0 } as const;
    const desk = await openDesk(scope, { sandbox });
    const publication = await desk.prepare();
    const { key } = publication;
    // As of an instance that kept none: it shows nothing of what was carried out.
    const journal = { read: async () => [] };
    const off = { ...desk.publisher, journal, isJournaled: () => false };
    expect(await publish(publication, off)).toMatchObject({ outcome: 'uncertain' });
    const on = { ...desk.publisher, journal };
    const again = await publish(await desk.readAgain(publication), on);
    expect(again).toMatchObject({ outcome: 'uncertain' });
    expect((await desk.entryOf(key)).error?.message).toContain('not known to keep a journal');
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('nor does one that was switched off during the run, and on again', async (scope) => {
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
    const sandbox = { faults, sendDelayMs: 0, outgoingWebhook: 'no' } as const;
    const desk = await openDesk(scope, { sandbox });
    const publication = await desk.prepare();
    // As it was when the run began.
    const run = { ...desk.publisher, isJournaled: () => true };
    expect(await publish(publication, run)).toMatchObject({ outcome: 'uncertain' });
    const { client } = desk.publisher;
    const getSettings = async () => ({ ...(await client.getSettings()), outgoingWebhook: true });
    const later = { ...run, client: { ...client, getSettings } };
    const again = await publish(await desk.readAgain(publication), later);
    expect(again).toMatchObject({ outcome: 'uncertain' });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('where nobody answers what became of it, it is not sent again, whatever was told', async (scope) => {
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
    const settings = { onUncertain: 'resend', retries: 1 } as const;
    const desk = await openDesk(scope, { settings, sandbox: { faults, sendDelayMs: 0 } });
    const publication = await desk.prepare();
    const silence = { name: 'bad-gateway', method: 'showMessagesQueue', times: 4 } as const;
    desk.sandbox.addFault(silence);
    const open = { outcome: 'uncertain' };
    expect(await publish(publication, desk.publisher)).toMatchObject(open);
    const later = { ...desk.publisher, runId: desk.publisher.runId + 1 };
    expect(await publish(await desk.readAgain(publication), later)).toMatchObject(open);
    const found = await publish(await desk.readAgain(publication), later);
    expect(found).toMatchObject({ outcome: 'sent' });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test.for([
    ['invalid', 2],
    ['too-fast', 1],
    ['starting', 1],
  ] as const)(
    'a refusal to tell that will pass is not heard (%s)',
    async ([refusal, posted], scope) => {
      const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
      const settings = { onUncertain: 'resend', retries: 0 } as const;
      const desk = await openDesk(scope, { settings, sandbox: { faults, sendDelayMs: 0 } });
      const publication = await desk.prepare();
      const refuses = new StatuscastError({
        ...{ code: 'api-refused', method: 'getOutgoingStatuses', status: 400, refusal },
        ...{ message: 'not like this', retryAfterMs: null },
      });
      const journal = {
        read: async () => {
          throw refuses;
        },
      };
      await publish(publication, { ...desk.publisher, journal });
      const later = { ...desk.publisher, journal, runId: desk.publisher.runId + 1 };
      const ending = await publish(await desk.readAgain(publication), later);
      expect(ending.outcome).toBe(posted === 2 ? 'sent' : 'uncertain');
      expect(desk.sandbox.statuses()).toHaveLength(posted);
    },
  );

  test('a server that takes it after it was given up is still in time', async (scope) => {
    const slow = { name: 'slow', method: 'sendMediaStatus', delayMs: 1000 } as const;
    const sandbox = { faults: [slow], sendDelayMs: 60_000 };
    const settings = { sendTimeoutMs: 600, journalWaitMs: 700 };
    const desk = await openDesk(scope, { sandbox, settings });
    const ending = await publish(await desk.prepare(), desk.publisher);
    expect(ending).toMatchObject({ outcome: 'sent' });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('of the disk, not of the network, the next run finds it too', async (scope) => {
    const desk = await openDesk(scope, { sandbox: { sendDelayMs: 60_000 } });
    const recordSent = async () => {
      throw new Error('disk full');
    };
    const publication = await desk.prepare();
    const broken = { ...desk.publisher, ledger: { ...desk.ledger, recordSent } };
    const ending = await publish(publication, broken);
    expect(ending).toMatchObject({ outcome: 'uncertain', error: { code: 'outcome-unknown' } });
    expect('error' in ending && ending.error.message).toMatch(/took it as \w+, but.*disk full/);
    const left = await desk.readAgain(publication);
    expect(left.state).toBe('sending');
    expect(await publish(left, desk.publisher)).toMatchObject({ outcome: 'sent' });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
  });

  test('three requests that were not carried out are enough', async (scope) => {
    const fault = { name: 'reset', method: 'sendMediaStatus', times: Infinity } as const;
    const desk = await openDesk(scope, { sandbox: { faults: [fault] } });
    const publication = await desk.prepare();
    const failure = await failureOf(publish(publication, desk.publisher));
    expect(failure.facts).toMatchObject({ code: 'api-no-answer', mayHaveHappened: false });
    expect(await desk.entryOf(publication.key)).toMatchObject({ state: 'failed' });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(3);
    expect(desk.sandbox.statuses()).toEqual([]);
  });

  test('the time to settle is counted from the request that lost it', async (scope) => {
    const faults = [
      { name: 'too-fast-retry-after', method: 'sendMediaStatus' },
      { name: 'answer-lost', method: 'sendMediaStatus', from: 2 },
    ] as const;
    const desk = await openDesk(scope, { sandbox: { faults, sendDelayMs: 60_000 } });
    const publication = await desk.prepare();
    await publish(publication, desk.publisher);
    const sends = desk.sandbox.requests().filter(({ method }) => method === 'sendMediaStatus');
    expect(sends).toHaveLength(2);
    const { attemptedAtMs } = await desk.entryOf(publication.key);
    expect(Math.abs((attemptedAtMs ?? 0) - (sends[1]?.at ?? 0))).toBeLessThan(500);
  });
});

describe.concurrent('a run that died while sending', () => {
  test.for([
    ['the queue', 60_000],
    ['the journal', 0],
  ] as const)('is made good from %s, with no new request', async ([, sendDelayMs], scope) => {
    const desk = await openDesk(scope, { sandbox: { sendDelayMs } });
    const left = await dieWhileSending(desk, await desk.prepare());
    expect(left.state).toBe('sending');
    const ending = await publish(left, desk.publisher);
    const idMessage = desk.sandbox.statuses()[0]?.idMessage;
    expect(ending).toMatchObject({ outcome: 'sent', idMessage });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    expect(desk.sandbox.uploads()).toHaveLength(1);
    expect(await desk.entryOf(left.key)).toMatchObject({ state: 'sent', idMessage });
  });

  test('stays unknown where the instance refuses to tell, and ends the run', async (scope) => {
    const desk = await openDesk(scope, { sandbox: { sendDelayMs: 60_000 } });
    const left = await dieWhileSending(desk, await desk.prepare());
    desk.sandbox.addFault({ name: 'unauthorized', method: 'showMessagesQueue' });
    const stops: unknown[] = [];
    const stop = (why: StatuscastError) => stops.push(why.facts);
    const ending = await publish(left, { ...desk.publisher, stop });
    expect(ending).toMatchObject({ outcome: 'uncertain' });
    expect(stops).toMatchObject([{ refusal: 'unauthorized' }]);
    expect((await desk.entryOf(left.key)).state).toBe('uncertain');
  });

  test('is not taken for another status of ours', async (scope) => {
    const desk = await openDesk(scope, { sandbox: { sendDelayMs: 0 } });
    const first = await desk.prepare();
    await publish(first, desk.publisher);
    const second = await desk.prepare();
    const { urlFile } = await desk.client.uploadFile({ ...second.output, asciiName: 'b.jpg' });
    const link = { urlFile, expiresAtMs: Date.now() + WEEK_MS };
    const { runId } = desk.publisher;
    await desk.ledger.recordUploaded(second.key, link);
    await desk.ledger.claimSend(second.key, null, Date.now() - 500, link, runId, true);
    const ending = await publish(await desk.readAgain(second), desk.publisher);
    expect(ending).toMatchObject({ outcome: 'sent', urlFile });
    expect(desk.sandbox.statuses().map((status) => status.urlFile)).toEqual([
      (await desk.entryOf(first.key)).link?.urlFile,
      urlFile,
    ]);
  });
});

describe.concurrent('two lost answers of statuses that look the same', () => {
  test('are both found where both were carried out', async (scope) => {
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus', times: 2 }] as const;
    const desk = await openDesk(scope, {
      sandbox: { faults, sendDelayMs: 0 },
      settings: { journalWaitMs: 4000 },
    });
    const publications = [await desk.prepare(), await desk.prepare()];
    const endings = await Promise.all(publications.map((one) => publish(one, desk.publisher)));
    expect(endings.map(({ outcome }) => outcome)).toEqual(['sent', 'sent']);
    const ids = endings.map((ending) => ('idMessage' in ending ? ending.idMessage : null));
    const posted = desk.sandbox.statuses().map(({ idMessage }) => idMessage);
    expect(new Set(ids)).toEqual(new Set(posted));
    expect(posted).toHaveLength(2);
  });

  test('are not told apart where one was carried out: neither is lost or sent twice', async (scope) => {
    const faults = [
      { name: 'answer-lost', method: 'sendMediaStatus' },
      { name: 'reset', method: 'sendMediaStatus', from: 2 },
    ] as const;
    const desk = await openDesk(scope, {
      sandbox: { faults, sendDelayMs: 0 },
      settings: { journalWaitMs: 1500 },
    });
    const publications = [await desk.prepare(), await desk.prepare()];
    const endings = await Promise.all(publications.map((one) => publish(one, desk.publisher)));
    expect(endings.map(({ outcome }) => outcome)).toContain('uncertain');
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });
});

describe.concurrent('an interruption in the middle of a send', () => {
  test('waits for the answer, and the ledger knows it', async (scope) => {
    const slow = { name: 'slow', method: 'sendMediaStatus', delayMs: 500 } as const;
    const ending = new AbortController();
    const { signal } = ending;
    const desk = await openDesk(scope, { signal, sandbox: { faults: [slow] } });
    const publication = await desk.prepare();
    const onStage = async (stage: string) => {
      if (stage === 'send') await wait(200).then(() => ending.abort());
    };
    const publisher = { ...desk.publisher, onStage: (stage: string) => void onStage(stage) };
    expect(await publish(publication, publisher)).toMatchObject({ outcome: 'sent' });
    expect((await desk.entryOf(publication.key)).state).toBe('sent');
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('leaves a lost answer uncertain, and the next run finds it', async (scope) => {
    const ending = new AbortController();
    const { signal } = ending;
    const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
    const sandbox = { faults, sendDelayMs: 60_000 };
    const desk = await openDesk(scope, { signal, sandbox });
    const publication = await desk.prepare();
    const onStage = (stage: string) => {
      if (stage === 'find-out') ending.abort();
    };
    const first = await publish(publication, { ...desk.publisher, onStage });
    expect(first).toMatchObject({ outcome: 'uncertain' });
    const next = await openDesk(scope, { beside: desk });
    const second = await publish(await next.readAgain(publication), next.publisher);
    expect(second).toMatchObject({ outcome: 'sent' });
    expect(desk.sandbox.statuses()).toHaveLength(1);
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
  });
});
