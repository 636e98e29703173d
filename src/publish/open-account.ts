import path from 'node:path';
import { createGreenApiClient, type GreenApiClient } from '../green-api/client.js';
import { checkCredentials, type Credentials } from '../green-api/credentials.js';
import { createRateLimiter } from '../green-api/rates.js';
import { hashAccount } from '../ledger/key.js';
import type { Ledger } from '../ledger/ledger.js';
import { openLedger } from '../ledger/open-ledger.js';
import type { Settings } from '../settings.js';
import { createJournal, type Journal } from './journal.js';

/** An instance, and what is known of it here. */
export interface Account {
  /** The hash of the idInstance. */
  readonly hash: string;
  readonly client: GreenApiClient;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly close: () => Promise<void>;
}

/**
 * @param gapMs least milliseconds between two sends, asked for anew each time. Default: 0
 * @throws StatuscastError `missing-credentials`, `bad-settings`, `ledger-unusable`
 */
export async function openAccount(
  credentials: Credentials,
  settings: Settings,
  gapMs: () => number = () => 0,
): Promise<Account> {
  const { apiTimeoutMs, uploadTimeoutMs, sendTimeoutMs } = settings;
  const { sendsPerSecond: sends, uploadsPerSecond: uploads } = settings;
  const rates = { sendMediaStatus: sends, sendVoiceStatus: sends, uploadFile: uploads };
  const { apiUrl, idInstance } = checkCredentials(credentials);
  const ledger = await openLedger(path.resolve(settings.state), { idInstance });
  const client = createGreenApiClient(credentials, {
    ...{ apiTimeoutMs, uploadTimeoutMs, sendTimeoutMs },
    limitRate: createRateLimiter(rates, { instance: `${apiUrl} ${idInstance}`, gapMs }),
  });
  const hash = hashAccount(idInstance);
  return {
    ...{ hash, client, ledger },
    journal: createJournal(client, (look) => ledger.recordLook({ account: hash, ...look })),
    close: async () => {
      await client.close();
      await ledger.close();
    },
  };
}
