import { mkdir, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { hashOf } from '../support/hash.js';
import {
  resultsOf,
  startCli,
  type Finished,
  type Result,
  type Running,
} from '../support/run-cli.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';
import type { Accident } from './accidents.js';
import { openDouble, type Double } from './double.js';
import type { Traits } from './traits.js';

export interface Setting {
  readonly files?: number;
  readonly habits?: Partial<Traits>;
  readonly accidents?: readonly Accident[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Sent extends Finished {
  readonly results: readonly Result[];
}

export interface Album {
  readonly double: Double;
  readonly cwd: string;
  /** Names without extension, in the order in which they are to be posted. */
  readonly names: readonly string[];
  readonly start: (...args: readonly string[]) => Running;
  readonly call: (...args: readonly string[]) => Promise<Finished>;
  readonly send: (...args: readonly string[]) => Promise<Sent>;
  /** Which files the double was handed, in order, by the hash of what it has of them. */
  readonly posted: () => Promise<readonly string[]>;
}

/** A folder of tiny pictures, each of its own colour, and a double to post it to. */
export async function openAlbum(scope: Scope, setting: Setting = {}): Promise<Album> {
  const { files = 3, habits = {}, accidents = [], env = {} } = setting;
  const cwd = await realpath(await makeScratchFolder(scope));
  const names = Array.from({ length: files }, (_, index) => `p${index + 1}`);
  await mkdir(path.join(cwd, 'album'));
  for (const [index, name] of names.entries()) {
    const background = { r: 20 + index * 25, g: 240 - index * 25, b: 90 };
    const picture = sharp({ create: { width: 45, height: 80, channels: 3, background } });
    await picture.png().toFile(path.join(cwd, 'album', `${name}.png`));
  }
  const double = await openDouble(scope, habits, accidents);
  const variables = {
    ...double.env,
    STATUSCAST_OUT: 'out',
    STATUSCAST_UPLOADS_PER_SECOND: '0',
    STATUSCAST_SEND_TIMEOUT_MS: '1000',
    STATUSCAST_API_TIMEOUT_MS: '1000',
    STATUSCAST_UPLOAD_TIMEOUT_MS: '4000',
    STATUSCAST_JOURNAL_WAIT_MS: '1500',
    STATUSCAST_CONFIRM_WAIT_MS: '6000',
    ...env,
  };
  const start = (...args: readonly string[]) =>
    startCli([...args, '--json'], { cwd, env: variables });
  const call = (...args: readonly string[]) => start(...args).finished;
  return {
    ...{ double, cwd, names, start, call },
    send: async (...args) => {
      const finished = await call('send', 'album', ...args);
      return { ...finished, results: resultsOf(finished.stdout) };
    },
    posted: async () => {
      const outputs = await readdir(path.join(cwd, 'out'));
      const hashes = await Promise.all(outputs.map((name) => hashOf(path.join(cwd, 'out', name))));
      const nameOf = (hash: string | null) => {
        const output = hash === null ? undefined : outputs[hashes.indexOf(hash)];
        return output === undefined ? 'nothing' : path.parse(output).name;
      };
      return double.posts().map(({ hash }) => nameOf(hash));
    },
  };
}
