// What the byte limit costs in quality: clips of ../shared/corpus, made a minute long at 1280×720,
// go through statuscast; ffmpeg's own two passes then get the very bytes that came out. SSIM of both
// is measured against the same source. `npm run bench:quality -- pig` measures one row.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { inspect } from '../../src/inspect/inspect.js';
import { normalize } from '../../src/normalize/normalize.js';
import { plan } from '../../src/plan/plan.js';
import { presetOf } from '../../src/plan/preset.js';
import { createSettings } from '../../src/resolve-settings.js';
import { makeSource, measureSsim, pictureBytes, runFfmpeg, TIMEOUT_MS } from './pictures.js';

interface Row {
  readonly clips: readonly string[];
  readonly videoMaxBytes: number;
}

/** Those of more than one clip are of uneven difficulty: there a rate that is held level costs most. */
const ROWS: Readonly<Record<string, Row>> = {
  elf: { clips: ['elf.mp4'], videoMaxBytes: 16_000_000 },
  crystal: { clips: ['crystal.webm'], videoMaxBytes: 16_000_000 },
  mixed: { clips: ['pig.mp4', 'crystal.webm', 'elf.mp4'], videoMaxBytes: 8_000_000 },
};

const SECONDS = 59.5;

const ffmpeg = await findFfmpeg();
const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-quality-'));
try {
  const wanted = process.argv.slice(2);
  for (const [name, row] of Object.entries(ROWS)) {
    // oxlint-disable-next-line no-await-in-loop
    if (wanted.length === 0 || wanted.includes(name)) console.log(await measure(name, row));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(name: string, { clips, videoMaxBytes }: Row): Promise<string> {
  const source = path.join(folder, 'source.mp4');
  await makeSource(ffmpeg, clips, SECONDS, source);
  const settings = createSettings({ videoMaxBytes });
  const media = await inspect(ffmpeg, source);
  if (media.type !== 'video') throw new Error(`${name} is ${media.type}`);
  const decided = plan(media, name, settings);
  if (decided.action === 'refuse' || decided.kind !== 'video') throw new Error('it is refused');
  if (decided.picture.action !== 'encode') throw new Error(`${name} is not encoded`);
  const began = performance.now();
  const { output } = await normalize(
    ffmpeg,
    { path: source, name, media, plan: decided, outputStem: path.join(folder, 'ours') },
    settings,
    { timeoutMs: TIMEOUT_MS, threads: availableParallelism() },
  );
  const seconds = (performance.now() - began) / 1000;
  const theirs = path.join(folder, 'theirs.h264');
  const bytes = await pictureBytes(ffmpeg, output.path);
  const beganTheirs = performance.now();
  await encodeTwice(source, theirs, bytes, presetOf(settings));
  const secondsTheirs = (performance.now() - beganTheirs) / 1000;
  const [a, b] = [
    await measureSsim(ffmpeg, output.path, source),
    await measureSsim(ffmpeg, theirs, source),
  ];
  return [
    `${name}: ${output.bytes} of ${videoMaxBytes} bytes, picture ${bytes} and ${await pictureBytes(ffmpeg, theirs)}`,
    `  SSIM ${a.toFixed(4)} in ${seconds.toFixed(0)} s; two passes ${b.toFixed(4)} in ${secondsTheirs.toFixed(0)} s`,
    `  difference ${(a - b).toFixed(4)}`,
  ].join('\n');
}

async function encodeTwice(
  source: string,
  output: string,
  bytes: number,
  preset: string,
): Promise<void> {
  const kbps = (bytes * 8) / 1000 / SECONDS;
  const encode = [
    ...['-i', source, '-an', '-c:v', 'libx264', '-preset', preset, '-b:v', `${kbps.toFixed(0)}k`],
    ...['-profile:v', 'main', '-level:v', '3.1', '-bf', '0', '-pix_fmt', 'yuv420p'],
    ...['-passlogfile', path.join(folder, 'theirs')],
  ];
  await runFfmpeg(ffmpeg, [...encode, '-pass', '1', '-f', 'null', '-']);
  await runFfmpeg(ffmpeg, [...encode, '-pass', '2', '-f', 'h264', output]);
}
