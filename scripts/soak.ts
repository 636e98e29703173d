// Many tiny images to the sandbox, which goes wrong by chance: npm run soak -- [COUNT] [SHARE] [SEED]
// Runs until nothing is left, looks at what the sandbox got, and tells what memory it took.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as z from 'zod';
import { processFolder } from '../src/index.js';

const WAITS = {
  apiTimeoutMs: 2000,
  uploadTimeoutMs: 2000,
  sendTimeoutMs: 2000,
  journalWaitMs: 2000,
};

const credentialsSchema = z.object({
  apiUrl: z.string(),
  mediaUrl: z.string(),
  idInstance: z.string(),
  apiTokenInstance: z.string(),
});

const logLine = z.object({
  type: z.string(),
  name: z.string().optional(),
  sha256: z.string().optional(),
  uploadName: z.string().nullish(),
});

export interface Soaked {
  readonly inputs: number;
  readonly runs: number;
  readonly posted: number;
  readonly postedTwice: number;
  readonly uncertain: number;
  readonly seconds: number;
  /** Of the process, after a fifth of the inputs, at its highest, and at the end. */
  readonly earlyMegabytes: number;
  readonly peakMegabytes: number;
  readonly lastMegabytes: number;
}

export async function soak(count: number, share: number, seed: number): Promise<Soaked> {
  const folder = await mkdtemp(path.join(tmpdir(), 'statuscast-soak-'));
  const inputs = path.join(folder, 'in');
  const got = path.join(folder, 'sandbox');
  await mkdir(inputs);
  await makeImages(inputs, count);
  const script = fileURLToPath(new URL('soak-sandbox.ts', import.meta.url));
  const child = spawn('npx', ['tsx', script, got, String(share), String(seed)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface(child.stdout), 'line');
    const credentials = credentialsSchema.parse(JSON.parse(String(line)));
    const settings = {
      ...{ state: path.join(folder, 'state'), sendsPerSecond: 0, uploadsPerSecond: 0 },
      ...WAITS,
    };
    const begunMs = performance.now();
    const memory = { early: 0, peak: 0, last: 0 };
    let done = 0;
    let runs = 0;
    let before = Infinity;
    let left = count;
    // What no run can tell stays uncertain.
    while (left > 0 && left < before) {
      [before, left] = [left, 0];
      runs++;
      for await (const event of processFolder(inputs, { goal: 'send', credentials, settings })) {
        if (event.type !== 'result') continue;
        if (event.outcome === 'failed' || event.outcome === 'uncertain') left++;
        memory.last = process.memoryUsage.rss() / 1e6;
        memory.peak = Math.max(memory.peak, memory.last);
        if (++done === Math.ceil(count / 5)) memory.early = memory.last;
      }
    }
    const uploads = await postedIn(got);
    return {
      ...{ inputs: count, runs, posted: uploads.length, uncertain: left },
      postedTwice: uploads.length - new Set(uploads).size,
      seconds: (performance.now() - begunMs) / 1000,
      earlyMegabytes: Math.round(memory.early),
      peakMegabytes: Math.round(memory.peak),
      lastMegabytes: Math.round(memory.last),
    };
  } finally {
    child.stdin.end();
    await once(child, 'close');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images that are right as they are, each in colours of its own: what is measured is the sending. */
async function makeImages(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const blocks = createHash('sha256').update(String(i)).digest().subarray(0, 24);
    const image = sharp(blocks, { raw: { width: 2, height: 4, channels: 3 } });
    const whole = image.resize(360, 640, { fit: 'fill', kernel: 'nearest' });
    const bytes = await whole.jpeg({ quality: 90 }).toBuffer();
    await writeFile(path.join(folder, `${String(i).padStart(6, '0')}.jpg`), bytes);
  }
}

/** The hash of the file of every status, as the sandbox wrote it down. */
async function postedIn(directory: string): Promise<readonly string[]> {
  const log = await readFile(path.join(directory, 'log.ndjson'), 'utf8');
  const lines = log.split('\n').filter((line) => line !== '');
  const hashes = new Map<string, string>();
  const posted: string[] = [];
  for (const line of lines) {
    const { type, name, sha256, uploadName } = logLine.parse(JSON.parse(line));
    if (type === 'upload') hashes.set(name ?? '', sha256 ?? '');
    if (type === 'status') posted.push(hashes.get(uploadName ?? '') ?? 'of no file');
  }
  return posted;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = 5000, share = 0.05, seed = 1] = process.argv.slice(2).map(Number);
  const soaked = await soak(count, share, seed);
  console.log(JSON.stringify(soaked, null, 2));
  if (soaked.postedTwice > 0 || soaked.posted + soaked.uncertain < count) process.exitCode = 1;
}
