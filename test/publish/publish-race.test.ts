import { describe, expect, test } from 'vitest';
import { publish } from '../../src/publish/publish.js';
import { openDesk } from '../support/publishing.js';
import { countRequests, until } from '../support/sandbox-client.js';

describe.concurrent('two runs on one ledger', () => {
  test.for(['image', 'audio', 'video'] as const)('send the same %s once', async (kind, scope) => {
    const first = await openDesk(scope);
    const second = await openDesk(scope, { beside: first });
    const publication = await first.prepare(kind);
    const endings = await Promise.all([
      publish(publication, first.publisher),
      publish(publication, second.publisher),
    ]);
    expect(endings.map(({ outcome }) => outcome).toSorted()).toEqual(['sent', 'skipped']);
    expect(first.sandbox.statuses()).toHaveLength(1);
    expect(countRequests(first.sandbox, 'sendMediaStatus')).toBe(1);
    expect((await second.entryOf(publication.key)).state).toBe('sent');
  });

  test('send it once also when one of them is long about it', async (scope) => {
    const slow = { name: 'slow', method: 'sendMediaStatus', delayMs: 600 } as const;
    const first = await openDesk(scope, { sandbox: { faults: [slow] } });
    const second = await openDesk(scope, {
      beside: first,
      settings: { journalWaitMs: 1500 },
    });
    const publication = await first.prepare();
    const sending = publish(publication, first.publisher);
    await until(() => countRequests(first.sandbox, 'sendMediaStatus') === 1);
    const late = await second.readAgain(publication);
    expect(late.state).toBe('sending');
    const [one, other] = await Promise.all([sending, publish(late, second.publisher)]);
    expect(one).toMatchObject({ outcome: 'sent' });
    // Found out or told by the ledger, whichever came first.
    expect(['sent', 'skipped']).toContain(other.outcome);
    expect(first.sandbox.statuses()).toHaveLength(1);
  });

  test('each know of what the other sent meanwhile', async (scope) => {
    const first = await openDesk(scope);
    const second = await openDesk(scope, { beside: first });
    const publication = await first.prepare();
    const sent = await publish(publication, first.publisher);
    const late = await publish(publication, second.publisher);
    expect(sent).toMatchObject({ outcome: 'sent' });
    const { idMessage } = await first.entryOf(publication.key);
    expect(late).toMatchObject({ outcome: 'skipped', reason: 'already-sent', idMessage });
    expect(first.sandbox.statuses()).toHaveLength(1);
  });

  test('take turns: a repeated request does not leave once the other has begun', async (scope) => {
    const fault = { name: 'too-fast-retry-after', method: 'sendMediaStatus' } as const;
    const first = await openDesk(scope, { sandbox: { faults: [fault] } });
    const second = await openDesk(scope, { beside: first });
    const publication = await first.prepare();
    const refused = publish(publication, first.publisher);
    await until(() => first.sandbox.requests().at(-1)?.status === 429);
    const { attemptedAtMs, link } = await second.entryOf(publication.key);
    const claim = second.ledger.claimSend;
    if (link === null) throw new Error('it was not uploaded');
    expect(await claim(publication.key, attemptedAtMs, Date.now(), link, 2)).toBe(true);
    expect(await refused).toMatchObject({ outcome: 'skipped', reason: 'duplicate' });
    expect(countRequests(first.sandbox, 'sendMediaStatus')).toBe(1);
    expect(first.sandbox.statuses()).toEqual([]);
    expect((await second.entryOf(publication.key)).state).toBe('sending');
  });
});
