import path from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import type { LedgerState } from '../../src/ledger/ledger.js';
import { publish } from '../../src/publish/publish.js';
import { failureOf } from '../support/failure.js';
import { openDesk, type Desk } from '../support/publishing.js';
import { countRequests } from '../support/sandbox-client.js';

/** Lets the database refuse one step, as a full disk does; gives what ends it. */
function refuseStep({ stateDir }: Desk, state: LedgerState): () => void {
  const change = (sql: string) => {
    const db = new Database(path.join(stateDir, 'ledger.db'));
    db.exec(sql);
    db.close();
  };
  change(`CREATE TRIGGER full BEFORE UPDATE ON statuses WHEN NEW.state = '${state}'
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  return () => change('DROP TRIGGER full');
}

describe.concurrent('a ledger that cannot be written', () => {
  test('before a request lets none leave', async (scope) => {
    const desk = await openDesk(scope);
    const publication = await desk.prepare();
    const free = refuseStep(desk, 'sending');
    const failure = await failureOf(publish(publication, desk.publisher));
    expect(failure.code).toBe('ledger-unusable');
    expect(failure.message).toContain('no room');
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(0);
    free();
    const again = await desk.readAgain(publication);
    expect(await publish(again, desk.publisher)).toMatchObject({ outcome: 'sent' });
    expect(desk.sandbox.statuses()).toHaveLength(1);
  });

  test('after it was carried out makes no failure of it, and nothing is sent twice', async (scope) => {
    const desk = await openDesk(scope, { sandbox: { sendDelayMs: 60_000 } });
    const publication = await desk.prepare();
    const free = refuseStep(desk, 'sent');
    const ending = await publish(publication, desk.publisher);
    expect(ending).toMatchObject({ outcome: 'uncertain', error: { code: 'outcome-unknown' } });
    const [status] = desk.sandbox.statuses();
    expect('error' in ending && ending.error.message).toContain(String(status?.idMessage));
    expect(await desk.entryOf(publication.key)).toMatchObject({ state: 'sending', error: null });
    free();
    const { idMessage } = status ?? {};
    const again = await desk.readAgain(publication);
    expect(await publish(again, desk.publisher)).toMatchObject({ outcome: 'sent', idMessage });
    expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
  });

  test.for(['sent', 'uncertain'] as const)(
    'after its answer was lost makes no failure of it (%s)',
    async (state, scope) => {
      const faults = [{ name: 'answer-lost', method: 'sendMediaStatus' }] as const;
      const outgoingWebhook = state === 'sent' ? 'yes' : 'no';
      const sendDelayMs = state === 'sent' ? 60_000 : 0;
      const desk = await openDesk(scope, { sandbox: { faults, outgoingWebhook, sendDelayMs } });
      const publication = await desk.prepare();
      const free = refuseStep(desk, state);
      expect(await publish(publication, desk.publisher)).toMatchObject({ outcome: 'uncertain' });
      expect((await desk.entryOf(publication.key)).state).toBe('sending');
      free();
      const again = await desk.readAgain(publication);
      expect(await publish(again, desk.publisher)).toMatchObject({ outcome: state });
      expect(countRequests(desk.sandbox, 'sendMediaStatus')).toBe(1);
    },
  );
});
