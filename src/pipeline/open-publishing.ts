import PQueue from 'p-queue';
import { createGreenApiClient } from '../green-api/client.js';
import { checkCredentials, type Credentials } from '../green-api/credentials.js';
import { createRateLimiter } from '../green-api/rates.js';
import { createKeys, hashAccount } from '../ledger/key.js';
import type { Ledger, LedgerRun } from '../ledger/ledger.js';
import { createMask } from '../ledger/mask.js';
import { openLedger } from '../ledger/open-ledger.js';
import type { Settings } from '../settings.js';
import type { Publishing } from './run.js';

/**
 * Opens the ledger, the client and the lanes of a run that sends.
 * @param gapMs least milliseconds between two sends, asked for anew each time
 * @throws StatuscastError `ledger-unusable`, `missing-credentials`, `bad-settings`
 */
export async function openPublishing(
  credentials: Credentials,
  settings: Settings,
  stateDir: string,
  outputsDir: string,
  gapMs: () => number,
): Promise<Publishing> {
  const { apiTimeoutMs, uploadTimeoutMs, sendTimeoutMs } = settings;
  const { sendsPerSecond: sends, uploadsPerSecond: uploads } = settings;
  const rates = { sendMediaStatus: sends, sendVoiceStatus: sends, uploadFile: uploads };
  const { apiUrl, idInstance } = checkCredentials(credentials);
  const uploadLane = new PQueue({ concurrency: settings.uploadConcurrency });
  const sendLane = new PQueue({ concurrency: 1 });
  const ledger = await openLedger(stateDir, { idInstance });
  return {
    ledger,
    ledgerRun: await beginRun(ledger),
    account: hashAccount(idInstance),
    maskLink: createMask(idInstance).hide,
    client: createGreenApiClient(credentials, {
      ...{ apiTimeoutMs, uploadTimeoutMs, sendTimeoutMs },
      limitRate: createRateLimiter(rates, { instance: `${apiUrl} ${idInstance}`, gapMs }),
    }),
    keysOf: createKeys(settings, idInstance),
    outputsDir,
    inUploadLane: (work) => uploadLane.add(work),
    inSendLane: (work) => sendLane.add(work),
  };
}

async function beginRun(ledger: Ledger): Promise<LedgerRun> {
  try {
    return await ledger.beginRun();
  } catch (thrown) {
    await ledger.close();
    throw thrown;
  }
}
