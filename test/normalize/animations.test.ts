import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { distance } from '../support/pixels.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';

const RED = [255, 0, 0] as const;
const LIME = [0, 255, 0] as const;
const BLUE = [0, 0, 255] as const;
const NOTHING = [255, 255, 255, 0] as const;

/** Writes frames of one colour each; the extension says the format. */
async function animate(
  path: string,
  colours: readonly (readonly number[])[],
  delay: readonly number[],
): Promise<string> {
  const [width, height] = [61, 41];
  const drawn = colours.map(([r = 0, g = 0, b = 0, a = 255]) =>
    Buffer.concat(Array.from({ length: width * height }, () => Buffer.from([r, g, b, a]))),
  );
  const strip = {
    width,
    height: height * colours.length,
    channels: 4,
    pageHeight: height,
  } as const;
  const picture = sharp(Buffer.concat(drawn), { raw: strip });
  const written = path.endsWith('.gif')
    ? picture.gif({ delay: [...delay] })
    : picture.webp({ delay: [...delay], lossless: true });
  await written.toFile(path);
  return path;
}

/** The colour of every frame of a plain clip, runs of the same counted: `[colour, frames]`. */
async function readRuns(path: string) {
  const bytes = await runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-i', `file:${path}`, '-vf', 'scale=1:1,format=rgb24'],
    ...words('-vsync passthrough -f rawvideo pipe:1'),
  ]);
  const runs: { readonly colour: readonly number[]; frames: number }[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const colour = [...bytes.subarray(at, at + 3)];
    const last = runs.at(-1);
    if (last !== undefined && distance(last.colour, colour) < 12) last.frames++;
    else runs.push({ colour, frames: 1 });
  }
  return runs;
}

/** Holds the runs to whole rounds of colours, each for so many frames. */
async function expectRounds(
  path: string,
  times: number,
  round: readonly (readonly [readonly number[], number])[],
): Promise<void> {
  const runs = await readRuns(path);
  const expected = Array.from({ length: times }, () => round).flat();
  expect(runs.map(({ frames }) => frames)).toEqual(expected.map(([, frames]) => frames));
  for (const [i, [colour]] of expected.entries()) {
    expect(distance(runs[i]?.colour ?? [], colour)).toBeLessThan(12);
  }
}

describe.each(['gif', 'webp'] as const)('a moving %s', (extension) => {
  it('shorter than 3 s is shown in whole rounds, each frame as long as it says', async () => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await animate(source, [RED, LIME, BLUE], [100, 200, 500]);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'));
    expect(plan.kind).toBe('video');
    expect(plan.reasons).toContain('0.8 s is shorter than 3 s, so it is shown 4 times');
    expect(longestSeconds(await expectVideoContract(output.path, 'encoded'))).toBeCloseTo(3.2, 3);
    expect([output.width, output.height]).toEqual([60, 40]);
    await expectRounds(output.path, 4, [
      [RED, 1],
      [LIME, 2],
      [BLUE, 5],
    ]);
  });

  it('without delays takes 100 ms for a frame, as in browsers', async () => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await animate(source, [RED, LIME], [0, 10]);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'));
    expect(plan.reasons).toContain('0.2 s is shorter than 3 s, so it is shown 15 times');
    await expectRounds(output.path, 15, [
      [RED, 1],
      [LIME, 1],
    ]);
  });

  it('is put on the background where it is transparent', async () => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await animate(source, [NOTHING, LIME], [2000, 2000]);
    const settings = { background: '#0000FF' };
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), { settings });
    expect(plan.reasons).toContain('it can be transparent, so it is put on #0000FF');
    await expectRounds(output.path, 1, [
      [BLUE, 20],
      [LIME, 20],
    ]);
  });

  it('of delays that no rate keeps is off by a frame at most', async () => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await animate(source, [RED, LIME, BLUE], [1010, 1030, 1070]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    await expectVideoContract(output.path, 'encoded');
    const runs = await readRuns(output.path);
    for (const [i, seconds] of [1.01, 1.03, 1.07].entries()) {
      expect(Math.abs((runs[i]?.frames ?? 0) / 30 - seconds)).toBeLessThan(1 / 29);
    }
  });

  it('over a minute is cut', async () => {
    const folder = await tempFolder();
    const source = join(folder, `a.${extension}`);
    await animate(source, [RED, LIME, BLUE], [40_000, 15_000, 15_000]);
    const { output } = await normalizeFile(source, join(folder, 'made'));
    const seconds = longestSeconds(await expectVideoContract(output.path, 'encoded'));
    expect(seconds).toBeGreaterThanOrEqual(59.8);
    const runs = await readRuns(output.path);
    expect(runs.map(({ frames }) => frames)).toEqual([400, 150, 49]);
  });
});

describe('a moving picture is told by its frames', () => {
  it.each(['wave.png', 'album/wave.avif', 'album/wave.gif', 'album/wave.webp'] as const)(
    '%s is a video',
    async (file) => {
      const { plan, output } = await normalizeFile(fixture(file), await tempFolder());
      expect(plan.kind).toBe('video');
      await expectVideoContract(output.path, 'encoded');
    },
  );

  it.each(['still-apng.png', 'still.gif', 'album/lake.webp', 'album/forest.avif'] as const)(
    '%s, with one, is an image',
    async (file) => {
      const { plan } = await normalizeFile(fixture(file), await tempFolder());
      expect(plan.kind).toBe('image');
    },
  );
});

it('a WebP of more frames than are held at once loses none', async () => {
  const folder = await tempFolder();
  const clip = await makeMedia(join(folder, 'a.gif'), [...lavfi('testsrc=s=640x480:r=10:d=7.5')]);
  const source = join(folder, 'a.webp');
  await sharp(clip, { pages: -1 }).webp({ effort: 0 }).toFile(source);
  const { output } = await normalizeFile(source, join(folder, 'made'), {
    settings: { videoPreset: 'ultrafast' },
  });
  const probe = await expectVideoContract(output.path, 'encoded');
  expect(probe.streams.find(({ codec_type }) => codec_type === 'video')).toMatchObject({
    nb_frames: 75,
  });
  const first = await hashFrame(output.path, 0);
  await expect(hashFrame(output.path, 7)).resolves.not.toBe(first);
});

async function hashFrame(path: string, seconds: number): Promise<string> {
  const at = ['-v', 'error', '-ss', String(seconds), '-i', `file:${path}`];
  const stdout = await runForBytes(bundledFfmpeg, [...at, ...words('-frames:v 1 -f md5 pipe:1')]);
  return stdout.toString();
}
