import { basename } from 'node:path';
import { expect } from 'vitest';
import type { Output } from '../../src/job.js';
import type { Plan } from '../../src/plan/plan.js';
import { expectAudioContract, expectImageContract, expectVideoContract } from './contract.js';
import { longestSeconds, type Ffprobe } from './ffprobe.js';

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
      expectLength(await expectAudioContract(path), durationSeconds, seconds);
      expect([basename(path), mime]).toEqual(['out.mp3', 'audio/mpeg']);
      expect([width, height]).toEqual([null, null]);
      break;
    case 'video': {
      const made = plan.picture.action === 'copy' ? 'copied' : 'encoded';
      const probe = await expectVideoContract(path, made);
      expectLength(probe, durationSeconds, seconds);
      expect([basename(path), mime]).toEqual(['out.mp4', 'video/mp4']);
      expect(probe.streams).toContainEqual(expect.objectContaining({ width, height }));
    }
  }
}

/** What is told of the length is what is measured, and what was promised. */
function expectLength(probe: Ffprobe, told: number | null, promised: Promised): void {
  const seconds = longestSeconds(probe);
  expect(told).toBeCloseTo(seconds, 3);
  expect(seconds).toBeGreaterThanOrEqual(promised?.[0] ?? Infinity);
  expect(seconds).toBeLessThanOrEqual(promised?.[1] ?? 0);
}
