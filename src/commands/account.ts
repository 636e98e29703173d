import { access } from 'node:fs/promises';
import path from 'node:path';
import { StatuscastError } from '../errors.js';
import { createGreenApiClient, type GreenApiClient } from '../green-api/client.js';
import { credentialsFrom, type Credentials } from '../green-api/credentials.js';
import { createRateLimiter } from '../green-api/rates.js';
import { hashAccount } from '../ledger/key.js';
import type { Ledger } from '../ledger/ledger.js';
import { openLedger } from '../ledger/open-ledger.js';
import { SENDS_PER_SECOND } from '../limits.js';
import type { Settings } from '../settings.js';

export interface AccountRequest {
  readonly settings: Settings;
  /** A GREEN-API of our own on this machine, which keeps what it gets in the state folder. */
  readonly sandbox: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Does something with the account that a command is for: the one in the environment, or one of the
 * sandbox, which is open for as long as this takes.
 * @throws StatuscastError `missing-credentials`, `bad-settings`; and what `work` throws
 */
export async function withCredentials<Value>(
  { settings, sandbox: isSandbox, env }: AccountRequest,
  work: (credentials: Credentials) => Promise<Value>,
): Promise<Value> {
  if (!isSandbox) return work(credentialsFrom(env));
  const { openSandbox } = await import('../sandbox/sandbox.js');
  const sandbox = await openSandbox({
    directory: path.resolve(settings.state, 'sandbox'),
    // An account of its own: what was only tried here is not taken for sent anywhere else.
    idInstance: '1100000001',
    // Faster than GREEN-API allows is only asked of it on purpose, to see what we can do.
    limitRates: settings.sendsPerSecond > 0 && settings.sendsPerSecond <= SENDS_PER_SECOND,
  });
  try {
    return await work(sandbox.credentials);
  } finally {
    await sandbox.close();
  }
}

/** An account, and what the ledger of a state directory knows of it. */
export interface Account {
  readonly client: GreenApiClient;
  readonly ledger: Ledger;
  /** As the ledger calls it. */
  readonly account: string;
}

/**
 * The same for a command about what was posted before.
 * @throws StatuscastError `ledger-unusable` where there is none, as `withCredentials` otherwise
 */
export async function withAccount<Value>(
  request: AccountRequest,
  work: (account: Account) => Promise<Value>,
): Promise<Value> {
  const { settings } = request;
  await requireLedger(settings.state);
  return withCredentials(request, async (credentials) => {
    const { idInstance, apiUrl } = credentials;
    const ledger = await openLedger(path.resolve(settings.state), { idInstance });
    const client = createGreenApiClient(credentials, {
      apiTimeoutMs: settings.apiTimeoutMs,
      limitRate: createRateLimiter({}, { instance: `${idInstance} ${apiUrl}` }),
    });
    try {
      return await work({ client, ledger, account: hashAccount(idInstance) });
    } finally {
      await client.close();
      await ledger.close();
    }
  });
}

/** Where nothing was ever posted from, no ledger is made to say so. */
export async function requireLedger(state: string): Promise<void> {
  const file = path.resolve(state, 'ledger.db');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const why = 'there is none; name the state directory of the runs that posted with --state';
  throw new StatuscastError({ code: 'ledger-unusable', path: file, why });
}
