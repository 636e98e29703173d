import { expect, test } from 'vitest';
import { soak } from '../../scripts/soak.js';

test('many images to a server that goes wrong by chance: none is posted twice, none is lost', async () => {
  const { inputs, posted, postedTwice, uncertain } = await soak(100, 0.08, 3);
  expect(postedTwice).toBe(0);
  expect(posted).toBeLessThanOrEqual(inputs);
  // Of what is uncertain some was posted.
  expect(posted + uncertain).toBeGreaterThanOrEqual(inputs);
  expect(uncertain).toBeLessThan(inputs / 10);
});
