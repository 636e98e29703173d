/**
 * Makes every file below fixtures/ anew, and the manifest that says how each was made and what must
 * become of it: `npx tsx scripts/make-fixtures.ts`. The folder is replaced only when all are made.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestRow, type Fixture } from './make-fixtures/fixture.js';
import { images } from './make-fixtures/images.js';
import { movingPictures } from './make-fixtures/moving-pictures.js';
import { oddPictures } from './make-fixtures/odd-pictures.js';
import { refused } from './make-fixtures/refused.js';
import { sounds } from './make-fixtures/sounds.js';
import { stills } from './make-fixtures/stills.js';
import { videos } from './make-fixtures/videos.js';

/** Everything is committed, so it has to stay small. */
const MAX_TOTAL_BYTES = 4_000_000;

const folder = fileURLToPath(new URL('../fixtures/', import.meta.url));

const fixtures: readonly Fixture[] = [
  ...images,
  ...sounds,
  ...videos,
  ...oddPictures,
  ...stills,
  ...movingPictures,
  ...refused,
].toSorted((a, b) => (a.file < b.file ? -1 : 1));

const made = await makeAll();
checkTotal(made);
await rm(folder, { recursive: true, force: true });
for (const [file, bytes] of made) {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
await writeFile(
  join(folder, 'manifest.json'),
  `${JSON.stringify(fixtures.map(manifestRow), null, 2)}\n`,
);

/** The bytes by file name: no two alike, because the second would count as a duplicate. */
async function makeAll(): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const { file, make } of fixtures) {
    const bytes = await make();
    for (const [other, others] of files) {
      if (bytes.equals(others)) throw new Error(`${file} and ${other} hold the same bytes.`);
    }
    console.log(`${String(bytes.length).padStart(8)} ${file}`);
    files.set(file, bytes);
  }
  return files;
}

function checkTotal(files: ReadonlyMap<string, Buffer>): void {
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  if (total > MAX_TOTAL_BYTES) {
    throw new Error(`The fixtures are ${total} bytes together, over ${MAX_TOTAL_BYTES}.`);
  }
  console.log(`${String(total).padStart(8)} bytes in ${files.size} files`);
}
