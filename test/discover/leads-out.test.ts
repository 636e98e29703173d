import { expect, test } from 'vitest';
import { leadsOut } from '../../src/discover/leads-out.js';

test.each([
  ['/album', false],
  ['/album/a.jpg', false],
  ['/album/..a/b.jpg', false],
  ['/', true],
  ['/a.jpg', true],
  ['/album2/a.jpg', true],
])('from /album %s leads out: %s', (file, isOutside) => {
  expect(leadsOut('/album', file)).toBe(isOutside);
});
