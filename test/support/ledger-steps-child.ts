import { openLedger } from '../../src/ledger/open-ledger.js';
import { factsOf } from '../contract/ledger-facts.js';
import { ERROR, LINK } from '../contract/ledger-steps.js';

/** Takes each step of a ledger, and marks where it begins on a handle that can be traced. */
const [stateDir = ''] = process.argv.slice(2);
const mark = (step: string) => process.stderr.write(`step ${step}\n`);

const ledger = await openLedger(stateDir);
for (const key of ['a', 'b', 'c', 'd']) await ledger.recordNormalized(factsOf(key));
const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  beginRun: async () => (await ledger.beginRun()).lease('c0ffee2'),
  recordNormalized: () => ledger.recordNormalized(factsOf('e')),
  recordUploaded: () => ledger.recordUploaded('a', LINK),
  claimSend: () => ledger.claimSend('a', null, 1000, LINK, 1),
  recordSent: () => ledger.recordSent('a', 'id of a'),
  claimMessage: () => ledger.claimMessage('b', 'id of b'),
  recordUncertain: () => ledger.recordUncertain('c', ERROR),
  recordFailed: () => ledger.recordFailed('d', ERROR, null),
  recordUndone: () => ledger.recordUndone('a'),
  recordConfirmation: () =>
    ledger.recordConfirmation('a', { status: 'read', delivered: 1, read: 1, atMs: 1 }),
};
for (const [step, take] of Object.entries(steps)) {
  mark(step);
  await take();
}
mark('end');
process.exit();
