import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import type { Contestant } from './contest.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const PLACE = path.join(tmpdir(), `statuscast-bench-${process.pid}`);

/** A folder of that name, empty. */
export async function emptyFolder(name: string): Promise<string> {
  const folder = path.join(PLACE, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

export function removeFolders(): Promise<void> {
  return rm(PLACE, { recursive: true, force: true });
}

/** One of the rivals beside this file, which writes into a folder that is emptied each time. */
export function rival(name: string, script: string, ...args: readonly string[]): Contestant {
  const file = fileURLToPath(new URL(`rivals/${script}`, import.meta.url));
  const argv = script.endsWith('.js') ? [process.execPath, file] : [file];
  const out = path.join(PLACE, 'out');
  return { name, argv: [...argv, ...args, out], before: () => emptyFolder('out') };
}

/** `statuscast prepare` over a folder, as anybody would call it, with nothing known. */
export function prepare(name: string, folder: string): Contestant {
  const [out, state] = [path.join(PLACE, 'out'), path.join(PLACE, 'state')];
  return {
    ...{ name, argv: [process.execPath, CLI, 'prepare', folder, '--out', out, '--state', state] },
    before: () => Promise.all([emptyFolder('out'), emptyFolder('state')]),
  };
}

/** `statuscast send` over a folder to a sandbox; where nothing is kept it knows of no send before. */
export function send(
  name: string,
  folder: string,
  sandbox: Sandbox,
  { isKept = false, flags = [] }: { readonly isKept?: boolean; readonly flags?: readonly string[] },
): Contestant {
  const state = path.join(PLACE, isKept ? 'kept-state' : 'state');
  const { apiUrl, mediaUrl, idInstance, apiTokenInstance } = sandbox.credentials;
  return {
    name,
    argv: [process.execPath, CLI, 'send', folder, '--yes', '--state', state, ...flags],
    env: {
      ...{ GREEN_API_URL: apiUrl, GREEN_API_MEDIA_URL: mediaUrl },
      ...{ GREEN_API_ID_INSTANCE: idInstance, GREEN_API_TOKEN: apiTokenInstance },
    },
    ...(isKept ? {} : { before: () => emptyFolder('state') }),
  };
}

/** Nothing of ours waits for a rate. */
export const WITHOUT_RATE = ['--sends-per-second', '0', '--uploads-per-second', '0'];

export async function withSandbox<Value>(
  options: SandboxOptions,
  work: (sandbox: Sandbox) => Promise<Value>,
): Promise<Value> {
  const directory = await emptyFolder('sandbox');
  const sandbox = await openSandbox({ directory, sendDelayMs: 1, ...options });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}
