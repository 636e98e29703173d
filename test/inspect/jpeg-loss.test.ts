import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { inspect } from '../../src/inspect/inspect.js';
import { isScanLost } from '../../src/inspect/jpeg-loss.js';
import { tempFolder } from '../support/temp-folder.js';

// The small copy of the look is asked first, the file itself only where that leaves a doubt. Both
// have to come to the same, most of all where as little is lost as counts, and what is above it is
// as far from grey as can be.

const ffmpeg = await findFfmpeg();

interface Case {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly as: 'srgb' | 'b-w' | 'p3';
}

const SIZES = [
  ...[
    [200, 300],
    [900, 1600],
    [1200, 900],
    [1600, 1000],
    [2268, 4032],
    [3000, 2000],
  ],
  ...[
    [3024, 4032],
    [4032, 3024],
    [4000, 6000],
  ],
] as const;

const CASES = SIZES.flatMap(([width, height], index): Case[] =>
  ([1, 3, 5, 6, 7, 8] as const)
    .filter((orientation) => width < 2000 || orientation % 3 === index % 3)
    .map((orientation) => ({
      ...{ width, height, orientation },
      as: (['srgb', 'b-w', 'p3'] as const)[(index + orientation) % 3] ?? 'srgb',
    })),
);

it.each(CASES)(
  '$width×$height, turned $orientation, $as: the least loss that counts is found',
  { timeout: 60_000 },
  async ({ width, height, orientation, as }) => {
    const folder = await tempFolder();
    const whole = join(folder, 'whole.jpg');
    await colour(hardPicture(width, height), as).withMetadata({ orientation }).jpeg().toFile(whole);
    expect(await inspect(ffmpeg, whole)).toHaveProperty('type', 'image');
    const bytes = await readFile(whole);
    const cut = join(folder, 'cut.jpg');
    const lose = async (count: number) => {
      await writeFile(cut, Buffer.concat([bytes.subarray(0, -count), Buffer.from('ffd9', 'hex')]));
      return isScanLost(cut, width, height, 30_000);
    };
    let count = 64;
    // oxlint-disable-next-line no-await-in-loop
    while (!(await lose(count))) count = Math.ceil(count * 1.2);
    expect(await inspect(ffmpeg, cut)).toHaveProperty(
      'error.why',
      expect.stringContaining('the lower part of its picture is lost'),
    );
  },
);

it('a picture that is grey along its lower edge is none that was lost', async () => {
  const file = join(await tempFolder(), 'grey.jpg');
  await sharp({ create: { width: 1200, height: 900, channels: 3, background: '#808080' } })
    .composite([{ input: await hardPicture(1200, 600).png().toBuffer(), left: 0, top: 0 }])
    .jpeg()
    .toFile(file);
  expect(await inspect(ffmpeg, file)).toHaveProperty('type', 'image');
});

/** Blocks of black, white and strong colours, in a row that never repeats. */
function hardPicture(width: number, height: number): Sharp {
  const [columns, rows] = [Math.ceil(width / 24), Math.ceil(height / 24)];
  let state = 1;
  const data = Buffer.from(
    Array.from({ length: columns * rows * 3 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 31 === 1 ? 255 : 0;
    }),
  );
  const raw = { width: columns, height: rows, channels: 3 } as const;
  return sharp(data, { raw }).resize(width, height, { fit: 'fill', kernel: 'nearest' });
}

function colour(picture: Sharp, as: Case['as']): Sharp {
  if (as === 'b-w') return picture.greyscale();
  return as === 'p3' ? picture.withIccProfile('p3') : picture;
}
