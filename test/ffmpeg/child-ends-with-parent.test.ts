import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../support/is-alive.js';
import { ffmpeg } from '../support/normalize-file.js';

const source = (file: string) => new URL(`../../src/ffmpeg/${file}`, import.meta.url).href;

/** Encodes without end, and prints a line once it is under way; SIGTERM makes it exit in order. */
function encodeWith(launcher: readonly string[]): string {
  return `
    const { runProgram } = await import(${JSON.stringify(source('run-program.ts'))});
    process.on('SIGTERM', () => process.exit(0));
    void runProgram({
      program: 'ffmpeg',
      argv: [...${JSON.stringify([...launcher, ffmpeg.ffmpegPath])}, '-v', 'error',
        '-progress', 'pipe:1', '-f', 'lavfi', '-i', 'testsrc=s=64x64', '-f', 'null', '-'],
      timeoutMs: 100_000,
      onLine: (line) => line.startsWith('out_time=') && console.log('encoding'),
    }).catch(() => {});`;
}

/** A process of ours that encodes, once its ffmpeg is under way. */
async function startEncoding(launcher: readonly string[]) {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module'];
  const parent = spawn(process.execPath, [...args, '-e', encodeWith(launcher)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  await once(createInterface(parent.stdout), 'line');
  const child = await findFfmpegOf(parent.pid ?? Number.NaN);
  onTestFinished(() => {
    if (isAlive(child)) process.kill(child, 'SIGKILL');
  });
  expect(isAlive(child)).toBe(true);
  return { parent, child };
}

describe('an ffmpeg that encodes', () => {
  it('ends when its parent is killed', async ({ skip }) => {
    const { launcher } = await ffmpeg.abilities();
    skip(launcher.length === 0, 'this system has no setpriv with --pdeathsig');
    const { parent, child } = await startEncoding(launcher);
    parent.kill('SIGKILL');
    await expect(hasEnded(child)).resolves.toBe(true);
  });

  it('ends when its parent exits in order, also where there is no launcher', async () => {
    const { parent, child } = await startEncoding([]);
    parent.kill('SIGTERM');
    await expect(hasEnded(child)).resolves.toBe(true);
  });
});

/** Whether a process is gone within 3 s. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 3000 && isAlive(pid); waited += 50) await sleep(50);
  return !isAlive(pid);
}

/** The ffmpeg that a process has started. */
async function findFfmpegOf(parent: number): Promise<number> {
  const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of text.trim().split(' ').map(Number)) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.startsWith('ffmpeg')) return pid;
  }
  throw new Error(`process ${parent} has no ffmpeg among its children (${text})`);
}
