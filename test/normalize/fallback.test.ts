import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { tryDecoding } from '../../src/inspect/try-decoding.js';
import { normalize } from '../../src/normalize/normalize.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import {
  ffmpeg,
  leftovers,
  normalizeFile,
  planFile,
  type Planned,
} from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';
import { wrapPrograms } from '../support/wrapped-programs.js';

const FAST = { videoPreset: 'ultrafast' } as const;

/** The plan of a clip, made to copy it whatever is in it. */
async function forceCopy(path: string): Promise<Planned> {
  const { media, plan } = await planFile(path);
  if (plan.kind !== 'video' || media.type !== 'video' || media.sound === null) {
    throw new Error('no clip with sound');
  }
  return {
    media,
    plan: {
      ...plan,
      action: 'remux',
      reasons: [],
      picture: { action: 'copy', index: media.picture.index, codec: media.picture.codec },
      sound: { action: 'copy', index: media.sound.index, codec: media.sound.codec },
    },
  };
}

describe('a copy that does not keep the contract after all', () => {
  it('is encoded, with both the fault of the source and that of the copy', async () => {
    const folder = await tempFolder();
    const source = fixture('long-64s-high.mp4');
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
      planned: await forceCopy(source),
      settings: FAST,
    });
    expect(plan.action).toBe('encode');
    expect(plan.reasons).toContain('it has B-frames, which Android does not show');
    expect(plan.reasons).toContain(
      'a copy was not enough: it has B-frames, which Android does not show',
    );
    const probe = await expectVideoContract(output.path, 'encoded');
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
    await expect(leftovers(output.path)).resolves.toEqual([]);
  });

  it.each([
    ['that would be kept', FASTSTART],
    ['whose index is at the end', []],
  ] as const)(
    'is met with a frame dropped here and there, which only packets tell: %s',
    async (_, more) => {
      const folder = await tempFolder();
      const source = await makeMedia(join(folder, 'a.mp4'), [
        ...lavfi(`testsrc=s=96x64:r=25:d=10,format=yuv420p,select='not(eq(n,100))'`),
        ...[...lavfi('sine=d=10'), ...CONFORMING_PICTURE, ...words('-vsync vfr')],
        ...[...CONFORMING_SOUND, ...more],
      ]);
      const planned = await planFile(source);
      expect(planned.plan).toMatchObject({ picture: { action: 'copy' } });
      const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
        planned,
        settings: FAST,
      });
      expect(plan).toMatchObject({ action: 'encode', picture: { action: 'encode' } });
      expect(plan.reasons).toContain('a copy was not enough: its frame rate is not constant');
      await expectVideoContract(output.path, 'encoded');
    },
  );

  it('is met with packets that this muxer does not take', async () => {
    const folder = await tempFolder();
    const source = await makeMedia(join(folder, 'a.mkv'), [
      ...[...lavfi('testsrc=s=96x64:r=25:d=1'), ...lavfi('sine=d=1')],
      ...words('-c:v vp8 -c:a libvorbis'),
    ]);
    const { plan, output } = await normalizeFile(source, join(folder, 'made'), {
      planned: await forceCopy(source),
      settings: FAST,
    });
    expect(plan.action).toBe('encode');
    expect(plan.reasons).toContainEqual(expect.stringMatching(/^a copy was not enough: /));
    await expectVideoContract(output.path, 'encoded');
  });
});

/** Normalizes a clip of which picture and sound are encoded, with programs that are interfered with. */
async function normalizeBeside(folder: string, before: (program: string) => string) {
  const env = await wrapPrograms(folder, before);
  const path = fixture('album/camcorder.avi');
  const { media, plan } = await planFile(path);
  expect(plan).toMatchObject({ picture: { action: 'encode' }, sound: { action: 'encode' } });
  const task = { path, name: 'camcorder.avi', media, plan, outputStem: join(folder, 'out') };
  return normalize(await findFfmpeg(env), task, createSettings(), { timeoutMs: 100_000 });
}

it('an encoder that is killed makes no silent clip of one whose sound is good', async () => {
  const folder = await tempFolder();
  const mark = join(folder, 'killed');
  const killOnce = `case "$*" in *libx264*) [ -e '${mark}' ] || { : > '${mark}'; kill -KILL $$; };; esac`;
  await expect(normalizeBeside(folder, () => killOnce)).rejects.toMatchObject({
    code: 'undecodable',
    message: expect.stringContaining('SIGKILL'),
  });
  expect(await readdir(folder)).not.toContain('out.mp4');
});

it('a sound at which ffmpeg fails by itself is no reason to lose a good picture', async () => {
  // Whatever decodes the sound fails; silence comes of a filter.
  const fail = `case "$*" in *anullsrc*) ;; *libx264*|*'-f null'*) echo 'no such frame' >&2; exit 1;; esac`;
  const made = await normalizeBeside(await tempFolder(), (program) =>
    program === 'ffmpeg' ? fail : '',
  );
  expect(made.plan).toMatchObject({ picture: { action: 'encode' }, sound: { action: 'silence' } });
  await expectVideoContract(made.output.path, 'encoded');
});

it('a broken frame of a sound is borne: it is not left out for that', async () => {
  const folder = await tempFolder();
  const whole = await makeMedia(join(folder, 'whole.mkv'), [
    ...lavfi('testsrc2=s=64x64:r=10:d=2'),
    ...lavfi('sine=d=2'),
    ...words('-c:v mpeg4 -c:a ac3'),
  ]);
  const source = join(folder, 'a.mkv');
  const bytes = await readFile(whole);
  const frame = bytes.lastIndexOf(Buffer.from([0x0b, 0x77]));
  bytes.fill(0xff, frame + 8, frame + 40);
  await writeFile(source, bytes);
  const { media } = await planFile(source);
  if (media.type !== 'video' || media.sound === null) throw new Error('no clip with sound');
  const stretch = { demuxer: media.media.demuxer, index: media.sound.index, seconds: 60 };
  // Neither what sound that was guessed at has to do, nor a reason to leave it out.
  expect(await tryDecoding(ffmpeg, source, stretch, {})).toBe('complains');
});
