import { basename } from 'node:path';
import { expect } from 'vitest';
import type { Output } from '../../src/job.js';
import type { Plan } from '../../src/plan/plan.js';
import { expectAudioContract, expectImageContract, expectVideoContract } from './contract.js';
import { ffprobe, longestSeconds, type Ffprobe } from './ffprobe.js';
import { ffmpeg } from './normalize-file.js';

type Promised = readonly [number, number] | null;

/** A file that keeps the contract of its kind, and is what was said of it. */
export async function expectStatus(plan: Plan, output: Output, seconds: Promised): Promise<void> {
  const { path, mime, width, height, durationSeconds } = output;
  switch (plan.kind) {
    case 'image':
      await expectImageContract(path);
      expect([basename(path), mime, durationSeconds]).toEqual(['out.jpg', 'image/jpeg', null]);
      break;
    case 'audio':
      expectPromise(await expectAudioContract(path), seconds);
      await expectTold(path, durationSeconds);
      expect([basename(path), mime]).toEqual(['out.mp3', 'audio/mpeg']);
      expect([width, height]).toEqual([null, null]);
      break;
    case 'video': {
      const made = plan.picture.action === 'copy' ? 'copied' : 'encoded';
      const probe = await expectVideoContract(path, made);
      expectPromise(probe, seconds);
      await expectTold(path, durationSeconds);
      expect([basename(path), mime]).toEqual(['out.mp4', 'video/mp4']);
      expect(probe.streams).toContainEqual(expect.objectContaining({ width, height }));
    }
  }
}

/** What is told of the length is what the program under test reads: versions differ by 24 ms. */
async function expectTold(path: string, told: number | null): Promise<void> {
  expect(told).toBeCloseTo(longestSeconds(await ffprobe(path, ffmpeg.ffprobePath)), 3);
}

function expectPromise(probe: Ffprobe, promised: Promised): void {
  const seconds = longestSeconds(probe);
  expect(seconds).toBeGreaterThanOrEqual(promised?.[0] ?? Infinity);
  expect(seconds).toBeLessThanOrEqual(promised?.[1] ?? 0);
}
