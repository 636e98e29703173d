// Sources made of real clips, and how much of them is left after an encoding.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Ffmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { runProgram } from '../../src/ffmpeg/run-program.js';

const CORPUS = path.resolve(import.meta.dirname, '../../../shared/corpus');
export const TIMEOUT_MS = 30 * 60_000;

/** The clips one after the other, again and again, nearly without loss and with B-frames. */
export async function makeSource(
  ffmpeg: Ffmpeg,
  clips: readonly string[],
  seconds: number,
  output: string,
): Promise<void> {
  if (!existsSync(CORPUS)) throw new Error(`The clips are in ${CORPUS}, which is not here.`);
  const each = clips.map(
    (_, i) =>
      `[${i}:v]fps=30,scale=1280:720:flags=bicubic:out_color_matrix=bt709,setsar=1,format=yuv420p,` +
      `trim=duration=${seconds / clips.length},setpts=PTS-STARTPTS[v${i}]`,
  );
  const all = clips.map((_, i) => `[v${i}]`).join('');
  await runFfmpeg(ffmpeg, [
    ...clips.flatMap((clip) => ['-stream_loop', '-1', '-i', path.join(CORPUS, clip)]),
    ...['-f', 'lavfi', '-i', `sine=sample_rate=48000:d=${seconds}`],
    ...['-filter_complex', `${each.join(';')};${all}concat=n=${clips.length}[v]`],
    ...['-map', '[v]', '-map', `${clips.length}:a`, '-c:a', 'aac'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '10', '-bf', '2'],
    ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', output],
  ]);
}

/** Of the picture alone. */
export async function pictureBytes({ ffprobePath }: Ffmpeg, file: string): Promise<number> {
  const argv = [ffprobePath, '-v', 'error', '-select_streams', 'v', '-show_entries'];
  const asked = [...argv, 'packet=size', '-of', 'csv=p=0', file];
  const sizes = await runProgram({ program: 'ffprobe', argv: asked, timeoutMs: TIMEOUT_MS });
  return sizes.split('\n').reduce((sum, size) => sum + Number(size.replace(/\D/g, '')), 0);
}

/** The mean of all frames, at 30 a second. */
export async function measureSsim(ffmpeg: Ffmpeg, file: string, source: string): Promise<number> {
  const compare =
    '[0:v]fps=30,setpts=N/30/TB[a];[1:v]fps=30,setpts=N/30/TB[b];[a][b]ssim=stats_file=-';
  const told = await runFfmpeg(ffmpeg, [
    ...['-i', file, '-i', source, '-lavfi', compare, '-f', 'null', '/dev/null'],
  ]);
  const all = [...told.matchAll(/ All:([\d.]+)/g)];
  return all.reduce((sum, match) => sum + Number(match[1]), 0) / all.length;
}

export function runFfmpeg({ ffmpegPath }: Ffmpeg, args: readonly string[]): Promise<string> {
  const argv = [ffmpegPath, '-nostdin', '-y', '-v', 'error', ...args];
  return runProgram({ program: 'ffmpeg', argv, timeoutMs: TIMEOUT_MS });
}
