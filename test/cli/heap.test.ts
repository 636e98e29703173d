import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { ROOT, start } from '../support/run-cli.js';
import { makeScratchFolder } from '../support/scratch-folder.js';

const FILES = 2000;
/** Less than 30 are enough; what holds ten kilobytes a file goes over this. */
const HEAP_MEGABYTES = 40;

test('2,000 images are planned within 40 MB of heap', async (scope) => {
  const folder = await makeScratchFolder(scope);
  await mkdir(path.join(folder, 'album'));
  for (let number = 0; number < FILES; number++) {
    const background = { r: number >> 8, g: number & 0xff, b: 200 };
    const picture = sharp({ create: { width: 18, height: 32, channels: 3, background } });
    // oxlint-disable-next-line no-await-in-loop
    await picture.png().toFile(path.join(folder, 'album', `${number}.png`));
  }
  // V8 ends a program that cannot do with it.
  const heap = `--max-old-space-size=${HEAP_MEGABYTES}`;
  const cli = [path.join(ROOT, 'dist/cli.js'), 'plan', 'album', '--json'];
  const { finished } = start(process.execPath, [heap, ...cli], { cwd: folder });
  const { code, stdout } = await finished;
  expect(code).toBe(0);
  expect(stdout.match(/"outcome":"planned"/g)).toHaveLength(FILES);
});

const LARGE = { width: 10_000, height: 10_000, channels: 3, background: '#4080c0' } as const;
/** Of resident memory. One WebP takes 890, one progressive JPEG without subsampling 770. */
const LARGE_MEGABYTES = 1000;

test('pictures of 100 megapixels are prepared within 1 GB, one of them or several', async (scope) => {
  const folder = await makeScratchFolder(scope);
  await mkdir(path.join(folder, 'album'));
  const target = (name: string) => path.join(folder, 'album', name);
  const picture = () => sharp({ create: LARGE });
  await picture().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toFile(target('1.jpg'));
  await picture().webp({ effort: 0 }).toFile(target('2.webp'));
  await picture().png({ progressive: true, compressionLevel: 1 }).toFile(target('3.png'));
  const noting = path.join(ROOT, 'scripts/bench/note-peak.js');
  const cli = [path.join(ROOT, 'dist/cli.js'), 'prepare', 'album', '--concurrency', '3'];
  const { finished } = start(process.execPath, ['--import', noting, ...cli], {
    cwd: folder,
    env: { NOTE_PEAK: path.join(folder, 'peak') },
  });
  const { code, stdout } = await finished;
  expect([code, stdout]).toEqual([0, expect.stringContaining('3 prepared, 0 skipped, 0 failed')]);
  const kilobytes = Number(await readFile(path.join(folder, 'peak'), 'utf8'));
  expect(kilobytes / 1000).toBeLessThan(LARGE_MEGABYTES);
});
