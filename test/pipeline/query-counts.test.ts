import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import type { Store } from '../../src/ledger/database.js';
import { processFolder } from '../../src/pipeline.js';
import { openClient } from '../support/sandbox-client.js';
import { tempFolder } from '../support/temp-folder.js';

// Steps of the ledger a file, as SQLite is asked for them: more of them is a step back, fewer of
// them is a reason to lower the figure here.

const SETTLED_MS = 2100;
const asked: string[] = [];

// The real one, which notes what it is asked.
vi.mock(import('../../src/ledger/database.js'), async (importOriginal) => {
  const real = await importOriginal();
  const noted = ({ prepare, ...store }: Store): Store => ({
    ...store,
    prepare: (sql) => {
      const { run, row, rows } = prepare(sql);
      const note =
        <Values extends readonly unknown[], Answer>(ask: (...values: Values) => Answer) =>
        (...values: Values) => {
          asked.push(sql);
          return ask(...values);
        };
      return { run: note(run), row: note(row), rows: note(rows) };
    },
  });
  return { ...real, storeIn: (db, file) => noted(real.storeIn(db, file)) };
});

test('a file that is sent takes 12 queries at most, and those that were posted two together', async (scope) => {
  const { sandbox } = await openClient(scope);
  const count = async (files: number) => {
    const folder = await tempFolder();
    const album = join(folder, 'album');
    await mkdir(album);
    for (let number = 0; number < files; number++) {
      const background = { r: 20 * number, g: 20 * files, b: 200 };
      const picture = sharp({ create: { width: 36, height: 64, channels: 3, background } });
      // oxlint-disable-next-line no-await-in-loop
      await picture.jpeg().toFile(join(album, `${number}.jpg`));
    }
    // What files hold is kept of those that are no longer young.
    await sleep(SETTLED_MS);
    const settings = { state: join(folder, 'state'), sendsPerSecond: 0, uploadsPerSecond: 0 };
    const send = async (outcome: string) => {
      asked.length = 0;
      const { credentials } = sandbox;
      for await (const event of processFolder(album, { goal: 'send', credentials, settings })) {
        if (event.type === 'result') expect(event).toMatchObject({ outcome });
      }
      return asked.filter((sql) => !/\bbeat\b/.test(sql)).length;
    };
    return { first: await send('sent'), again: await send('skipped') };
  };
  const [few, many] = [await count(2), await count(7)];
  // Lookups of files that come into the lane at the same moment are one.
  expect(few.first).toBeGreaterThan(0);
  expect((many.first - few.first) / 5).toBeLessThanOrEqual(12);
  // Six are of the run, however many files there are.
  expect(many).toMatchObject({ again: 6 + 2 });
  expect(few).toMatchObject({ again: 6 + 2 });
});
