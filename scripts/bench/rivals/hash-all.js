// Reads every file of a folder and hashes it, four at once: node hash-all.js FOLDER
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const [folder = ''] = process.argv.slice(2);
const next = (await readdir(folder)).values();
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (const name of next) {
      createHash('sha256')
        .update(await readFile(path.join(folder, name)))
        .digest('hex');
    }
  }),
);
