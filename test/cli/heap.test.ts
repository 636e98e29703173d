import { mkdir } from 'node:fs/promises';
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
