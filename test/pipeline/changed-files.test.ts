import { copyFile, mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { processFile, processFolder } from '../../src/pipeline.js';
import { fixture } from '../support/fixtures.js';
import { openClient } from '../support/sandbox-client.js';
import { tempFolder } from '../support/temp-folder.js';
import { wrapPrograms } from '../support/wrapped-programs.js';

// A run does not read again what has not changed since it was read, so it must see every change.

/** From then on what a file holds is kept. */
const SETTLED_MS = 2100;
const BYTES = 4000;

/** Pictures of different colours in files of the same size. */
async function picture(red: number): Promise<Buffer> {
  const background = { r: red, g: 100, b: 200 };
  const jpeg = await sharp({ create: { width: 36, height: 64, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return Buffer.concat([jpeg, Buffer.alloc(BYTES - jpeg.length)]);
}

const WAYS = {
  'is written anew': (file: string, content: Buffer) => writeFile(file, content),
  'is replaced by another': async (file: string, content: Buffer) => {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  },
};

test.for(Object.entries(WAYS))(
  'a file that %s is posted, though its size and its time are the same',
  async ([, change], scope) => {
    const { sandbox } = await openClient(scope);
    const folder = await tempFolder();
    const file = join(folder, 'album', 'a.jpg');
    await mkdir(join(folder, 'album'));
    const settings = { state: join(folder, 'state'), sendsPerSecond: 0, uploadsPerSecond: 0 };
    const run = async () => {
      const { credentials } = sandbox;
      const results: unknown[] = [];
      for await (const event of processFolder(file, { goal: 'send', credentials, settings })) {
        if (event.type === 'result') results.push([event.outcome, event.reason]);
      }
      return results;
    };
    const [red, blue] = [await picture(250), await picture(0)];
    await writeFile(file, red);
    const before = await stat(file);
    await sleep(SETTLED_MS);
    expect(await run()).toEqual([['sent', null]]);
    expect(await run()).toEqual([['skipped', 'already-sent']]);
    await change(file, blue);
    await utimes(file, before.atime, before.mtime);
    expect(await stat(file)).toMatchObject({ size: before.size, mtime: before.mtime });
    expect(await run()).toEqual([['sent', null]]);
    await change(file, red);
    await utimes(file, before.atime, before.mtime);
    expect(await run()).toEqual([['skipped', 'already-sent']]);
    expect(sandbox.statuses()).toHaveLength(2);
  },
);

test('of the same content the first that was found is the first, though only a later one is known', async (scope) => {
  const { sandbox } = await openClient(scope);
  const folder = await tempFolder();
  const album = join(folder, 'album');
  await mkdir(album);
  const settings = { state: join(folder, 'state'), sendsPerSecond: 0, uploadsPerSecond: 0 };
  const run = async () => {
    const { credentials } = sandbox;
    const results: Record<string, unknown> = {};
    for await (const event of processFolder(album, { goal: 'send', credentials, settings })) {
      if (event.type === 'result') results[basename(event.input)] = event.reason ?? event.outcome;
    }
    return results;
  };
  const red = await picture(250);
  await writeFile(join(album, '9.jpg'), red);
  await sleep(SETTLED_MS);
  expect(await run()).toEqual({ '9.jpg': 'sent' });
  for (const name of ['1.jpg', '2.jpg']) await writeFile(join(album, name), red);
  const ends = { '1.jpg': 'already-sent', '2.jpg': 'duplicate', '9.jpg': 'duplicate' };
  expect(await run()).toEqual(ends);
  await sleep(SETTLED_MS);
  expect(await run()).toEqual(ends);
});

test('a source that is gone by the time its output is made leaves nothing behind', async () => {
  const folder = await tempFolder();
  const source = join(folder, 'a.wav');
  await copyFile(fixture('long-64s.wav'), source);
  const remove = (program: string, real: string) =>
    program === 'ffprobe'
      ? ''
      : `case "$*" in *libmp3lame*) '${real}' "$@"; code=$?; rm '${source}'; exit $code;; esac`;
  const env = await wrapPrograms(folder, remove);
  const settings = { out: join(folder, 'out') };
  const errors: unknown[] = [];
  for await (const event of processFile(source, { goal: 'prepare', settings, env })) {
    if (event.type === 'result') errors.push(event.error?.code);
  }
  expect(errors).toEqual(['file-changed']);
  expect(await readdir(join(folder, 'out'))).toEqual([]);
});
