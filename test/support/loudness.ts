import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundledFfmpeg, runForBytes } from './programs.js';

/** What EBU R 128 measures of a file's sound. */
export async function measureLoudness(
  path: string,
): Promise<{ readonly integratedLufs: number; readonly peakDb: number }> {
  const { stderr } = await promisify(execFile)(bundledFfmpeg, [
    ...['-hide_banner', '-nostats', '-i', `file:${path}`, '-map', '0:a'],
    ...['-af', 'ebur128=peak=true', '-f', 'null', '-'],
  ]);
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const find = (pattern: RegExp) => {
    const text = pattern.exec(summary)?.[1];
    return text === '-inf' ? -Infinity : Number(text);
  };
  return {
    integratedLufs: find(/I:\s+(\S+) LUFS/),
    peakDb: find(/Peak:\s+(\S+) dBFS/),
  };
}

const RATE_HZ = 8000;
const WINDOW_SECONDS = 0.1;

/** How loud the first channel of a file is for a tenth of a second each from these times on, in dB. */
export async function volumesDb(
  path: string,
  starts: readonly number[],
): Promise<readonly number[]> {
  const raw = await runForBytes(bundledFfmpeg, [
    ...['-v', 'error', '-i', `file:${path}`, '-map', '0:a'],
    ...['-af', 'pan=mono|c0=c0', '-ar', String(RATE_HZ), '-f', 'f32le', 'pipe:1'],
  ]);
  return starts.map((start) => {
    const from = Math.round(start * RATE_HZ) * 4;
    let sum = 0;
    const count = RATE_HZ * WINDOW_SECONDS;
    for (let i = 0; i < count; i++) sum += raw.readFloatLE(from + i * 4) ** 2;
    return 10 * Math.log10(sum / count);
  });
}
