import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UPLOAD_MAX_BYTES } from '../limits.js';
import { ok, problem, warning, type Check, type Found } from './finding.js';

const GIGA = 1e9;
/** Outputs of a few files under way; as many as wait at most would be a gigabyte. */
const LEAST_BYTES = UPLOAD_MAX_BYTES;
const PLENTY_BYTES = GIGA;

/** Whether there is room for outputs in the state directory, and for what is decoded on the way. */
export function checkDisk(state: string): Check {
  return {
    name: 'disk',
    look: async () => {
      const folders = [nearestFolder(path.resolve(state)), tmpdir()];
      const devices = await Promise.all(folders.map(async (folder) => (await stat(folder)).dev));
      const isOneDisk = devices[0] === devices[1];
      return Promise.all((isOneDisk ? folders.slice(0, 1) : folders).map(lookAt));
    },
  };
}

/** The folder itself, or the one that it would be made in. */
export function nearestFolder(folder: string): string {
  const parent = path.dirname(folder);
  return existsSync(folder) || parent === folder ? folder : nearestFolder(parent);
}

async function lookAt(folder: string): Promise<Found> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const fact = `${(free / GIGA).toFixed(free < GIGA ? 2 : 0)} GB free for ${folder}`;
  const advice = 'Free some space, or choose another disk with --state.';
  if (free < LEAST_BYTES) return problem(fact, advice);
  return free < PLENTY_BYTES ? warning(fact, advice) : ok(fact);
}
