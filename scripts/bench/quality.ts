// What the byte limit costs in quality: clips of ../shared/corpus, made a minute long at 1280×720,
// go through statuscast; ffmpeg's own two passes then get the very bytes that came out. SSIM of both
// is measured against the same source. `npm run bench:quality -- pig` measures one row.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { runProgram } from '../../src/ffmpeg/run-program.js';
import { inspect } from '../../src/inspect/inspect.js';
import { normalize } from '../../src/normalize/normalize.js';
import { plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';

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

const CORPUS = path.resolve(import.meta.dirname, '../../../shared/corpus');
const SECONDS = 59.5;
const TIMEOUT_MS = 30 * 60_000;

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
  await makeSource(clips, source);
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
  const bytes = await pictureBytes(output.path);
  const beganTheirs = performance.now();
  await encodeTwice(source, theirs, bytes, settings.videoPreset);
  const secondsTheirs = (performance.now() - beganTheirs) / 1000;
  const [a, b] = [await ssim(output.path, source), await ssim(theirs, source)];
  return [
    `${name}: ${output.bytes} of ${videoMaxBytes} bytes, picture ${bytes} and ${await pictureBytes(theirs)}`,
    `  SSIM ${a.toFixed(4)} in ${seconds.toFixed(0)} s; two passes ${b.toFixed(4)} in ${secondsTheirs.toFixed(0)} s`,
    `  difference ${(a - b).toFixed(4)}`,
  ].join('\n');
}

/** The clips one after the other, again and again, nearly without loss and with B-frames. */
async function makeSource(clips: readonly string[], output: string): Promise<void> {
  const each = clips.map(
    (_, i) =>
      `[${i}:v]fps=30,scale=1280:720:flags=bicubic:out_color_matrix=bt709,setsar=1,format=yuv420p,` +
      `trim=duration=${SECONDS / clips.length},setpts=PTS-STARTPTS[v${i}]`,
  );
  const all = clips.map((_, i) => `[v${i}]`).join('');
  await run([
    ...clips.flatMap((clip) => ['-stream_loop', '-1', '-i', path.join(CORPUS, clip)]),
    ...['-f', 'lavfi', '-i', `sine=sample_rate=48000:d=${SECONDS}`],
    ...['-filter_complex', `${each.join(';')};${all}concat=n=${clips.length}[v]`],
    ...['-map', '[v]', '-map', `${clips.length}:a`, '-c:a', 'aac'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '10', '-bf', '2'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', output],
  ]);
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
  await run([...encode, '-pass', '1', '-f', 'null', '-']);
  await run([...encode, '-pass', '2', '-f', 'h264', output]);
}

async function pictureBytes(file: string): Promise<number> {
  const argv = [ffmpeg.ffprobePath, '-v', 'error', '-select_streams', 'v', '-show_entries'];
  const asked = [...argv, 'packet=size', '-of', 'csv=p=0', file];
  const sizes = await runProgram({ program: 'ffprobe', argv: asked, timeoutMs: TIMEOUT_MS });
  return sizes.split('\n').reduce((sum, size) => sum + Number(size.replace(/\D/g, '')), 0);
}

async function ssim(file: string, source: string): Promise<number> {
  const stats = path.join(folder, 'ssim.log');
  const compare = `[0:v]fps=30,setpts=N/30/TB[a];[1:v]fps=30,setpts=N/30/TB[b];[a][b]ssim=stats_file=${stats}`;
  await run(['-i', file, '-i', source, '-lavfi', compare, '-f', 'null', '-']);
  const all = [...(await readFile(stats, 'utf8')).matchAll(/ All:([\d.]+)/g)];
  return all.reduce((sum, match) => sum + Number(match[1]), 0) / all.length;
}

function run(args: readonly string[]): Promise<string> {
  const argv = [ffmpeg.ffmpegPath, '-nostdin', '-y', '-v', 'error', ...args];
  return runProgram({ program: 'ffmpeg', argv, timeoutMs: TIMEOUT_MS });
}
