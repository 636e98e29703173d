import type { Credentials } from '../green-api/credentials.js';
import { messageOf } from '../errors.js';
import { createSettings } from '../resolve-settings.js';
import type { Settings } from '../settings.js';
import { checkAccount } from './check-account.js';
import { checkDisk } from './check-disk.js';
import { checkHosts } from './check-hosts.js';
import { checkNode } from './check-node.js';
import { checkPictures } from './check-pictures.js';
import { checkPrograms } from './check-programs.js';
import { checkOut, checkState } from './check-state.js';
import {
  checkAccountVariables,
  checkSettings,
  hostsIn,
  readAccount,
  type SettingsRead,
} from './check-variables.js';
import { problem, type Check, type Finding, type Found } from './finding.js';

export interface DiagnoseOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Gives the settings, or throws what is wrong with them. */
  readonly settings: () => SettingsRead;
  /** Looked at in place of the account in the environment. */
  readonly credentials: Credentials | null;
  readonly signal: AbortSignal;
  /** Longest time for one check in milliseconds. Default 10,000. */
  readonly timeLimitMs?: number;
}

const TIME_LIMIT_MS = 10_000;

/**
 * Looks at everything that a run depends on, all of it at once, and writes nothing: no file of the
 * user's, no setting of the instance, nothing sent.
 * @returns what was found, in the same order each time; it ends within the time of one check
 */
export async function* diagnose(options: DiagnoseOptions): AsyncGenerator<Finding, void, void> {
  const { signal, timeLimitMs = TIME_LIMIT_MS } = options;
  // Loading it blocks everything else, which would be taken for a slow network.
  await import('sharp').catch(() => undefined);
  const running = checksFor(options).map((check) => carryOut(check, signal, timeLimitMs));
  for (const found of running) yield* await found;
}

function checksFor({ env, settings, credentials, signal }: DiagnoseOptions): readonly Check[] {
  const account = credentials ?? readAccount(env);
  const { state, out } = settingsOrDefaults(settings);
  return [
    checkNode(),
    ...checkPrograms(env),
    ...checkPictures(),
    checkDisk(state),
    ...checkState(state),
    ...checkOut(out),
    checkSettings(settings, env),
    ...(credentials === null ? [checkAccountVariables(env)] : []),
    ...checkHosts(credentials ?? hostsIn(env)),
    ...(account === null ? [] : checkAccount(account, signal)),
  ];
}

function settingsOrDefaults(read: () => SettingsRead): Settings {
  try {
    return read().settings;
  } catch {
    return createSettings(); // told of by its own check
  }
}

/** A check that fails, or takes too long, is a finding and nobody else's matter. */
async function carryOut(
  { name, look }: Check,
  signal: AbortSignal,
  timeLimitMs: number,
): Promise<readonly Finding[]> {
  const time = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Found[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([problem(`no end after ${timeLimitMs / 1000} s`, 'Look at it by hand.')]);
      time.abort();
    }, timeLimitMs);
  });
  try {
    const found = await Promise.race([look(AbortSignal.any([signal, time.signal])), late]);
    return found.map((one) => ({ type: 'check', name, ...one }));
  } catch (thrown) {
    return [{ type: 'check', name, ...problem(messageOf(thrown), null) }];
  } finally {
    clearTimeout(timer);
  }
}
