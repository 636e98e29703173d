import PQueue from 'p-queue';
import type { InstanceSettings } from '../green-api/answers.js';
import type { Credentials } from '../green-api/credentials.js';
import { createKeyring } from '../ledger/key.js';
import { createMask } from '../ledger/mask.js';
import { openAccount } from '../publish/open-account.js';
import { gapMsOf } from '../publish/pace.js';
import type { Settings } from '../settings.js';
import type { Publishing } from './run.js';

/**
 * Opens the account and the lanes of a run that sends, and says that it is alive.
 * @param instance what is known of it, asked for anew each time
 * @throws StatuscastError `ledger-unusable`, `missing-credentials`, `bad-settings`
 */
export async function openPublishing(
  credentials: Credentials,
  settings: Settings,
  outputsDir: string,
  instance: () => InstanceSettings | null,
): Promise<Publishing> {
  const { idInstance } = credentials;
  const uploadLane = new PQueue({ concurrency: settings.uploadConcurrency });
  const sendLane = new PQueue({ concurrency: 1 });
  const gapMs = () => gapMsOf(settings, instance());
  const account = await openAccount(credentials, settings, gapMs);
  const ledgerRun = await account.ledger.beginRun().catch(async (thrown: unknown) => {
    await account.close();
    throw thrown;
  });
  return {
    ...{ ...account, ledgerRun, outputsDir },
    maskLink: createMask(idInstance).hide,
    keysOf: createKeyring(idInstance),
    isJournaled: () => instance()?.outgoingWebhook === true,
    holders: new Map(),
    inUploadLane: (work) => uploadLane.add(work),
    inSendLane: (work) => sendLane.add(work),
    close: async () => {
      await ledgerRun.end();
      await account.close();
    },
  };
}
