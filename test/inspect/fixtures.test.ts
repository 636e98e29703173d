import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { fixture, manifest } from '../support/fixtures.js';
import { ffmpeg } from '../support/normalize-file.js';

describe('what a fixture is', () => {
  const accepted = manifest.filter(({ outcome }) => outcome === 'sent');
  it.each(accepted)('$file is $kind', async ({ file, kind }) => {
    await expect(inspect(ffmpeg, fixture(file))).resolves.toMatchObject({ type: kind });
  });

  const skipped = manifest.filter(({ outcome }) => outcome === 'skipped');
  it.each(skipped)('$file is $reason', async ({ file, reason }) => {
    await expect(inspect(ffmpeg, fixture(file))).resolves.toMatchObject({ type: reason });
  });

  // The header of refused/truncated.jpg is whole: only decoding shows that the rest is missing.
  const refused = manifest.filter(
    ({ file, outcome }) => outcome === 'failed' && file !== 'refused/truncated.jpg',
  );
  it.each(refused)('$file is refused as $code', async ({ file, code }) => {
    await expect(inspect(ffmpeg, fixture(file))).resolves.toMatchObject({
      type: 'unusable',
      error: { code, file: basename(file) },
    });
  });
});

it('every row of the manifest was asked for above', () => {
  expect(new Set(manifest.map(({ outcome }) => outcome))).toEqual(
    new Set(['sent', 'skipped', 'failed']),
  );
});
