import path from 'node:path';
import { credentialsFrom, type Credentials } from '../green-api/credentials.js';
import { SENDS_PER_SECOND } from '../limits.js';
import type { Settings } from '../settings.js';

export interface AccountRequest {
  readonly settings: Settings;
  readonly json: boolean;
  /** A GREEN-API of our own on this machine, which keeps what it gets in the state folder. */
  readonly sandbox: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** An account of its own: what was only tried here is not taken for sent anywhere else. */
export const SANDBOX_ID_INSTANCE = '1100000001';

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
    idInstance: SANDBOX_ID_INSTANCE,
    // Faster than GREEN-API allows is only asked of it on purpose, to see what we can do.
    limitRates: settings.sendsPerSecond > 0 && settings.sendsPerSecond <= SENDS_PER_SECOND,
  });
  try {
    return await work(sandbox.credentials);
  } finally {
    await sandbox.close();
  }
}
