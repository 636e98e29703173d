import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freeSideData } from '../../src/normalize/free-side-data.js';
import { ffprobe } from '../support/ffprobe.js';
import { makeMedia } from '../support/make-media.js';
import { fixture } from '../support/fixtures.js';
import { tempFolder } from '../support/temp-folder.js';

it('side data in the description of a picture is emptied in place, and all else stays', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'a.mp4');
  const copy = ['-i', fixture('conforming.mp4'), '-c', 'copy'];
  await makeMedia(path, [...copy, '-movflags', '+faststart+write_colr']);
  const bytes = await readFile(path);
  // A box of the right place and length: the colours become the light level of HDR.
  const at = bytes.indexOf('colr');
  bytes.write('clli', at, 'latin1');
  await writeFile(path, bytes);
  expect((await ffprobe(path)).streams.flatMap((one) => one.side_data_list)).toHaveLength(1);

  await freeSideData(path);

  bytes.write('free', at, 'latin1');
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect((await ffprobe(path)).streams.flatMap((one) => one.side_data_list)).toEqual([]);
});

it('a file without any stays as it is', async () => {
  const path = join(await tempFolder(), 'a.mp4');
  await makeMedia(path, ['-i', fixture('conforming.mp4'), '-c', 'copy', '-movflags', '+faststart']);
  const before = await readFile(path);
  await freeSideData(path);
  expect((await readFile(path)).equals(before)).toBe(true);
});
