import PQueue from 'p-queue';
import type { Credentials } from '../green-api/credentials.js';
import { createKeyring } from '../ledger/key.js';
import { createMask } from '../ledger/mask.js';
import { openAccount } from '../publish/open-account.js';
import type { Settings } from '../settings.js';
import type { Publishing } from './run.js';

/**
 * Opens the account and the lanes of a run that sends, and says that it is alive.
 * @param gapMs least milliseconds between two sends, asked for anew each time
 * @throws StatuscastError `ledger-unusable`, `missing-credentials`, `bad-settings`
 */
export async function openPublishing(
  credentials: Credentials,
  settings: Settings,
  outputsDir: string,
  gapMs: () => number,
): Promise<Publishing> {
  const { idInstance } = credentials;
  const uploadLane = new PQueue({ concurrency: settings.uploadConcurrency });
  const sendLane = new PQueue({ concurrency: 1 });
  const account = await openAccount(credentials, settings, gapMs);
  const ledgerRun = await account.ledger.beginRun().catch(async (thrown: unknown) => {
    await account.close();
    throw thrown;
  });
  return {
    ...{ ...account, ledgerRun, outputsDir },
    maskLink: createMask(idInstance).hide,
    keysOf: createKeyring(idInstance),
    holders: new Map(),
    inUploadLane: (work) => uploadLane.add(work),
    inSendLane: (work) => sendLane.add(work),
    close: async () => {
      await ledgerRun.end();
      await account.close();
    },
  };
}
