import { setTimeout as wait } from 'node:timers/promises';
import {
  createGreenApiClient,
  type ClientOptions,
  type GreenApiClient,
} from '../../src/green-api/client.js';
import type { Credentials } from '../../src/green-api/credentials.js';
import type { RateLimiter } from '../../src/green-api/rates.js';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import type { Scope } from './scratch-folder.js';

/** A status of which nothing matters. */
export const STATUS = {
  urlFile: 'https://example.com/a.jpg',
  fileName: 'a.jpg',
  caption: '',
  participants: [],
} as const;

/** An account whose id and token look like real ones, so that a piece of one is told from chance. */
export const ACCOUNT = {
  idInstance: '7105223344',
  apiTokenInstance: 'd75b3a66374942c5b3c019c698abc2067e151558acbd47a8',
} as const;

export const unlimited: RateLimiter = async (_method, call, options) => {
  await options?.beforeLeaving?.();
  return call();
};

/** A sandbox and a client of it that live as long as the test; no rates unless asked for. */
export async function openClient(
  scope: Scope,
  sandboxOptions: SandboxOptions = {},
  clientOptions: ClientOptions = {},
): Promise<{ readonly sandbox: Sandbox; readonly client: GreenApiClient }> {
  const sandbox = await openSandbox({ limitRates: false, ...ACCOUNT, ...sandboxOptions });
  scope.onTestFinished(() => sandbox.close());
  return { sandbox, client: connectClient(scope, sandbox.credentials, clientOptions) };
}

/** A client that lives as long as the test. */
export function connectClient(
  scope: Scope,
  credentials: Credentials,
  options: ClientOptions = {},
): GreenApiClient {
  const client = createGreenApiClient(credentials, { limitRate: unlimited, ...options });
  scope.onTestFinished(() => client.close());
  return client;
}

/** A client of any server. */
export function connectTo(scope: Scope, url: string, options: ClientOptions = {}): GreenApiClient {
  return connectClient(scope, { apiUrl: url, mediaUrl: url, ...ACCOUNT }, options);
}

/** How many requests of a method arrived. */
export function countRequests(sandbox: Sandbox, method: string): number {
  return sandbox.requests().filter((request) => request.method === method).length;
}

/** Waits until a condition holds, 5 s at most. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 5000;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error('It did not come to pass within 5 s.');
    await wait(5);
  }
}
