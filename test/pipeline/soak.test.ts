import { expect, test } from 'vitest';
import { soak } from '../../scripts/soak.js';

test('many images to a server that goes wrong by chance are posted once each', async () => {
  const soaked = await soak(120, 0.15, 3);
  expect(soaked).toMatchObject({ posted: 120, postedTwice: 0, uncertain: 0 });
  expect(soaked.runs, 'something went wrong').toBeGreaterThanOrEqual(1);
});
