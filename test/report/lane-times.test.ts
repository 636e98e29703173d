import { expect, test } from 'vitest';
import { createLaneTimes } from '../../src/report/lane-times.js';

const HOUR_MS = 3_600_000;

test('a watch that waited for a month has as few pieces as any run, and its time in the first', () => {
  const times = createLaneTimes();
  const stage = { input: 'a.jpg', part: null, kind: null, plan: null } as const;
  times.note({ type: 'stage', stage: 'inspect', ...stage }, 0);
  times.note(
    { type: 'stage-end', stage: 'normalize', input: 'a.jpg', part: null, seconds: 2 },
    2000,
  );
  const [lane, ...others] = times.read(30 * 24 * HOUR_MS);
  expect(others).toEqual([]);
  expect(lane).toMatchObject({ lane: 'inspect', busySeconds: 2, fileSeconds: 2 });
  expect(lane?.shares.length).toBeLessThanOrEqual(160);
  expect(lane?.shares.findLastIndex((share) => share > 0)).toBe(0);
});
