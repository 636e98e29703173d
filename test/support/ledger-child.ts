import { openLedger } from '../../src/ledger/open-ledger.js';
import { factsOf } from '../contract/ledger-facts.js';

/**
 * A run of its own on a state directory: `die` is killed when its request is about to leave,
 * `race` opens the ledger and claims at a given moment and prints whether it was told yes.
 */
const [task = '', stateDir = '', atMs = '0'] = process.argv.slice(2);
const KEY = 'k';
const LINK = { urlFile: 'https://example.com/a.jpg', expiresAtMs: 1 };

if (task === 'die') {
  const ledger = await openLedger(stateDir);
  await ledger.recordNormalized(factsOf(KEY));
  await ledger.recordUploaded(KEY, LINK);
  await ledger.claimSend(KEY, null, 1000, LINK, 1);
  process.kill(process.pid, 'SIGKILL');
} else {
  while (Date.now() < Number(atMs));
  const ledger = await openLedger(stateDir);
  await ledger.recordNormalized(factsOf(KEY));
  process.stdout.write(String(await ledger.claimSend(KEY, null, Date.now(), LINK, 1)));
  await ledger.close();
}
