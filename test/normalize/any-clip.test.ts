import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { expectKept } from '../matrix/expect-kept.js';
import { longestSeconds } from '../support/ffprobe.js';
import { lavfi, makeMedia } from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** The same clips every time: what fails can be made again. */
const RUNS = { numRuns: 30, seed: 20_261_124 };
const TIMEOUT_MS = 600_000;

const side = fc.integer({ min: 1, max: 80 }).map((half) => 2 * half);

const anyClip = fc.record({
  width: side,
  height: side,
  aspect: fc.constantFrom('1', '1', '4/3', '8/9', '64/45', '1/2'),
  rate: fc.constantFrom('25', '30', '24000/1001', '30000/1001', '60', '50', '12', '7', '120', '15'),
  seconds: fc.double({ min: 0.2, max: 1.5, noNaN: true }).map((value) => value.toFixed(2)),
  codec: fc.constantFrom(
    ...(['libx264', 'libx264 -bf 2', 'mpeg4', 'mjpeg', 'libvpx', 'ffv1', 'huffyuv'] as const),
  ),
  pixelFormat: fc.constantFrom('yuv420p', 'yuv422p', 'yuv444p', 'yuvj420p'),
  sound: fc.option(
    fc.record({
      codec: fc.constantFrom('aac', 'ac3', 'libmp3lame', 'pcm_s16le', 'flac', 'libvorbis'),
      rate: fc.constantFrom(22_050, 32_000, 44_100, 48_000),
      channels: fc.constantFrom(1, 2),
    }),
    { freq: 4 },
  ),
  container: fc.constantFrom('matroska', 'mov', 'avi', 'nut'),
});

it(
  'any clip that ffmpeg makes of random numbers comes out as a status',
  { timeout: TIMEOUT_MS },
  async () => {
    let made = 0;
    const folder = await tempFolder();
    await fc.assert(
      fc.asyncProperty(anyClip, async (clip) => {
        const source = join(folder, `${++made}.${clip.container}`);
        // What an encoder or a muxer refuses is no clip.
        fc.pre(await make(source, clip));
        const seen = await inspect(ffmpeg, source);
        const settings = { videoPreset: 'ultrafast' } as const;
        const done = await normalizeFile(source, join(folder, String(made)), { settings });
        expect(done.plan.kind).toBe('video');
        const seconds = longestSeconds(await expectKept(done));
        const claimed = seen.type === 'video' ? (seen.media.durationSeconds ?? 0) : 0;
        expect(seconds).toBeGreaterThan(Math.min(Number(clip.seconds), claimed) - 0.15);
      }),
      RUNS,
    );
  },
);

async function make(
  path: string,
  clip: typeof anyClip extends fc.Arbitrary<infer Clip> ? Clip : never,
): Promise<boolean> {
  const { width, height, aspect, rate, seconds, codec, pixelFormat, sound, container } = clip;
  const picture = `testsrc=s=${width}x${height}:r=${rate}:d=${seconds},setsar=${aspect}`;
  return makeMedia(path, [
    ...lavfi(picture),
    ...(sound === null ? [] : lavfi(`sine=sample_rate=${sound.rate}:d=${seconds}`)),
    ...['-c:v', ...codec.split(' '), '-pix_fmt', pixelFormat, '-strict', '-2'],
    ...(sound === null ? [] : ['-c:a', sound.codec, '-ac', String(sound.channels)]),
    ...['-f', container],
  ]).then(
    () => true,
    () => false,
  );
}
