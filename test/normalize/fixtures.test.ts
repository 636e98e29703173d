import { copyFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/normalize/check.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectStatus } from '../support/expect-status.js';
import { fixture, manifest } from '../support/fixtures.js';
import { hashOf } from '../support/hash.js';
import { ffmpeg, leftovers, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const accepted = manifest.filter(({ outcome }) => outcome === 'sent');

it.each(accepted)('$file: $action, and the result is a status', async (row) => {
  const folder = await tempFolder();
  const source = join(folder, `source${extname(row.file)}`);
  await copyFile(fixture(row.file), source);
  const before = await hashOf(source);

  const { plan, output } = await normalizeFile(source, join(folder, 'made'));

  expect(plan).toMatchObject({ kind: row.kind, action: row.action });
  expect(plan.reasons.length === 0).toBe(row.action === 'keep');
  await expect(hashOf(source)).resolves.toBe(before);
  await expect(leftovers(output.path)).resolves.toEqual([]);
  expect((await hashOf(output.path)) === before).toBe(row.action === 'keep');
  await expectStatus(plan, output, row.seconds);
});

describe('check, which asks the same of a result as plan of a source,', () => {
  const ofOutputTypes = accepted.filter(({ file, kind }) =>
    kind === 'image'
      ? ['.jpg', '.png'].includes(extname(file))
      : ['.mp4', '.mp3'].includes(extname(file)) && file !== 'only-sound.mp4',
  );

  it.each(ofOutputTypes)('takes $file for what it is: $action', async (row) => {
    if (row.kind === null) throw new Error('a file of no kind');
    const result = await check(ffmpeg, fixture(row.file), row.kind, createSettings(), {
      withTiming: true,
    });
    const faults = result.type === 'broken' ? result.faults : [];
    expect(result.type).toBe(row.action === 'keep' ? 'kept' : 'broken');
    expect(faults.length > 0).toBe(row.action !== 'keep');
  });

  it.each([
    ['refused/empty.jpg', 'image', 'it is empty'],
    ['only-sound.mp4', 'video', 'it has no picture'],
  ] as const)('finds fault with %s as %s: %s', async (file, kind, fault) => {
    const result = await check(ffmpeg, fixture(file), kind, createSettings());
    expect(result).toEqual({ type: 'broken', faults: [fault] });
  });

  it.each(['image', 'audio', 'video'] as const)('finds fault with text as %s', async (kind) => {
    const result = await check(ffmpeg, fixture('manifest.json'), kind, createSettings());
    expect(result).toMatchObject({
      type: 'broken',
      faults: [expect.stringMatching(/unsupported image|invalid/i)],
    });
  });
});
