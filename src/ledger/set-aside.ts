import { existsSync, readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { StatuscastError } from '../errors.js';

const SET_ASIDE = /^ledger-corrupt-.*\.db$/;
/** The log of a database holds what is not in its file yet. */
const COMPANIONS = ['', '-wal', '-shm'];

/**
 * The damaged ledger that was set aside last; null where there is none. Without a ledger beside it,
 * nothing is known of what was posted.
 */
export function findSetAside(stateDir: string): string | null {
  const found = readdirSync(stateDir).filter((name) => SET_ASIDE.test(name));
  const last = found.sort().at(-1);
  return last === undefined ? null : path.join(stateDir, last);
}

/** Puts a damaged ledger aside with its log, and says where it is. */
export async function setAside(file: string, atMs: number): Promise<string> {
  const stamp = new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const folder = path.dirname(file);
  let aside = path.join(folder, `ledger-corrupt-${stamp}.db`);
  for (let number = 2; existsSync(aside); number++) {
    aside = path.join(folder, `ledger-corrupt-${stamp}-${number}.db`);
  }
  await moveWithLog(file, aside);
  // Another run may have been first.
  return existsSync(aside) ? aside : (findSetAside(folder) ?? aside);
}

/**
 * Moves what there is. The log goes last: alone it does nothing, but a database without it would
 * have forgotten what was posted last.
 */
export async function moveWithLog(file: string, aside: string): Promise<void> {
  for (const end of COMPANIONS) {
    await rename(file + end, aside + end).catch((thrown: unknown) => {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    });
  }
}

export function setAsideError(file: string, aside: string): StatuscastError {
  const why =
    `it was damaged and is set aside as ${aside}; without it statuscast does not know what was ` +
    'posted, and would post it again. Put a backup back as ledger.db, or, to begin anew, move or ' +
    'delete the one set aside';
  return new StatuscastError({ code: 'ledger-unusable', path: file, why });
}
