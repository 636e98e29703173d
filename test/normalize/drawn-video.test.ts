import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawBackground } from '../../src/normalize/draw-background.js';
import { barsIn } from '../../src/normalize/draw-bars.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { lumaOf, shareChanged, type Region } from '../support/motion.js';
import { leftovers, normalizeFile } from '../support/normalize-file.js';
import { distance, readFrame, readPixels } from '../support/pixels.js';
import { tempFolder } from '../support/temp-folder.js';

const settings = { audioAs: 'video', videoPreset: 'ultrafast' } as const;
const BARS = barsIn(720);
const ABOVE = { left: 0, top: 0, width: 720, height: BARS.top - 20 };
const VOICE = 'aevalsrc=0.3*sin(2*PI*220*t)*abs(sin(2*PI*1.3*t))';

async function draw(source: string, more = {}) {
  const folder = await tempFolder();
  const { plan, output } = await normalizeFile(source, folder, {
    settings: { ...settings, ...more },
  });
  expect(plan.kind).toBe('video');
  expect(plan.reasons).toContain('sound is to be shown as a video');
  await expect(leftovers(output.path)).resolves.toEqual([]);
  const probe = await expectVideoContract(output.path, 'encoded');
  return { plan, output, probe };
}

describe('a sound that is shown as a video', () => {
  it('has a waveform that moves, and nothing else does', async () => {
    const source = join(await tempFolder(), 'a.wav');
    await makeMedia(source, lavfi(`${VOICE}:d=4:s=44100`));
    const { output } = await draw(source);
    expect(output).toMatchObject({ mime: 'video/mp4', width: 720, height: 1280 });
    const at = (seconds: number, region: Region = BARS) => lumaOf(output.path, seconds, region);
    const [first, second] = await Promise.all([at(1.1), at(1.5)]);
    expect(shareChanged(first, second)).toBeGreaterThan(0.05);
    const [above, later] = await Promise.all([at(1.1, ABOVE), at(1.5, ABOVE)]);
    expect(shareChanged(above, later)).toBeLessThan(0.001);
    const bright = first.filter((value) => value > 200).length / first.length;
    expect(bright).toBeGreaterThan(0.05);
  });

  it('is cut to a minute, at any length and any rate', async () => {
    const source = join(await tempFolder(), 'a.ogg');
    await makeMedia(source, [...lavfi('sine=d=66:sample_rate=48000'), ...words('-c:a libopus')]);
    const { probe } = await draw(source);
    expect(longestSeconds(probe)).toBeGreaterThanOrEqual(59.8);
    expect(probe.format.size).toBeLessThan(6_000_000);
  });

  it.each([
    ['a length of no whole frames', { videoMaxFrameRate: 10, maxDurationSeconds: 30.57 }],
    ['a limit that its sound alone would fill', { videoMaxBytes: 500_000, maxDurationSeconds: 31 }],
  ])('fits with %s', async (_, given) => {
    const { videoMaxBytes, maxDurationSeconds } = createSettings(given);
    const source = join(await tempFolder(), 'a.wav');
    await makeMedia(source, lavfi('anoisesrc=a=0.5:d=40:r=44100'));
    const { output } = await draw(source, given);
    expect(output.bytes).toBeLessThanOrEqual(videoMaxBytes);
    expect(output.durationSeconds).toBeGreaterThan(maxDurationSeconds - 0.2);
    expect(output.durationSeconds).toBeLessThanOrEqual(maxDurationSeconds);
  });

  it.each([
    ['anullsrc', 2, [1.9, 2.2]],
    ['sine', 0.01, [0.9, 1.1]],
  ] as const)('%s of %d s comes out', async (source, seconds, [min, max]) => {
    const path = join(await tempFolder(), 'a.wav');
    await makeMedia(path, [...lavfi(source), ...words(`-t ${seconds} -ar 11025`)]);
    const { probe } = await draw(path);
    expect(longestSeconds(probe)).toBeGreaterThan(min);
    expect(longestSeconds(probe)).toBeLessThan(max);
  });

  it('shows the cover in front of a blurred copy', async () => {
    const folder = await tempFolder();
    await sharp({ create: { width: 300, height: 300, channels: 3, background: '#e02020' } })
      .jpeg()
      .toFile(join(folder, 'cover.jpg'));
    const source = await makeMedia(join(folder, 'a.mp3'), [
      ...[...lavfi('sine=d=2'), '-i', join(folder, 'cover.jpg'), ...words('-map 0 -map 1')],
      ...words('-c:v copy -c:a libmp3lame -disposition:v attached_pic'),
    ]);
    const { output } = await draw(source);
    const { at } = await readFrame(output.path, 1);
    expect(distance(at(0.5, 0.3), [224, 32, 32])).toBeLessThan(20);
    expect(at(0.02, 0.02)[0]).toBeLessThan(150);
    expect(at(0.02, 0.02)[0]).toBeGreaterThan(50);
  });

  it('a cover that cannot be read is no reason to fail', async () => {
    const folder = await tempFolder();
    const source = join(folder, 'a.mp3');
    await copyFile(fixture('cover.mp3'), source);
    const bytes = await readFile(source);
    const start = bytes.indexOf(Buffer.from([0xff, 0xd8, 0xff]));
    bytes.fill(0x55, start + 40, start + 1500);
    await writeFile(source, bytes);
    const { output } = await draw(source);
    expect(output.width).toBe(720);
  });

  it('smaller limits make a smaller picture of the same shape', async () => {
    const { output } = await draw(fixture('conforming.mp3'), { videoMaxLongSide: 640 });
    expect(output).toMatchObject({ width: 360, height: 640 });
  });
});

describe('the words of a drawn picture', () => {
  const scene = { width: 720, height: 1280, artist: null, background: '#000000', cover: null };
  const titles = {
    plain: 'Morning song',
    markup: '<b>R&B</b> "quoted" &amp; more',
    scripts: 'Привет 你好 مرحبا 🎉 สวัสดี',
    long: 'word '.repeat(400),
    unbroken: 'W'.repeat(500),
    surrogate: `half \ud83d surrogate\u0000\n`,
    empty: '',
  };
  it.each(Object.entries(titles))('%s', async (_, title) => {
    const png = await drawBackground({ ...scene, title, maxPixels: 1e8 });
    const { width, height, at } = await readPixels(png);
    expect([width, height]).toEqual([720, 1280 + BARS.height]);
    const lit = Array.from({ length: 3000 }, (_pixel, i) =>
      at(((i % 100) + 0.5) / 100, (745 + 4 * Math.floor(i / 100)) / height),
    ).filter((pixel) => distance(pixel, [255, 255, 255]) < 60);
    expect(lit.length > 0).toBe(title !== '');
    // Neither over the art nor over the bars.
    expect(distance(at(0.5, 880 / height), [255, 255, 255])).toBeGreaterThan(60);
  });

  it('are left out where the machine has no fonts', async () => {
    const folder = await tempFolder();
    const config = join(folder, 'fonts.conf');
    await writeFile(config, '<?xml version="1.0"?><fontconfig></fontconfig>');
    const module = fileURLToPath(
      new URL('../../src/normalize/draw-background.ts', import.meta.url),
    );
    const script = join(folder, 'draw.mts');
    await writeFile(
      script,
      `import { drawBackground } from ${JSON.stringify(module)};
       const png = await drawBackground({ width: 720, height: 1280, title: 'A', artist: 'B',
         background: '#000000', cover: null, maxPixels: 1e8 });
       console.log(png.length);`,
    );
    const tsx = fileURLToPath(new URL('../../node_modules/.bin/tsx', import.meta.url));
    const env = { ...process.env, FONTCONFIG_FILE: config, FONTCONFIG_PATH: folder };
    const { stdout } = await promisify(execFile)(tsx, [script], { env });
    expect(Number(stdout)).toBeGreaterThan(1000);
  });
});
