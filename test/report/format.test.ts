import { describe, expect, it } from 'vitest';
import { formatMoment } from '../../src/report/format.js';

describe('a moment', () => {
  it.each([
    [new Date(2026, 10, 4, 9, 5, 59), '4 Nov 2026, 09:05'],
    [new Date(2027, 0, 31, 23, 59), '31 Jan 2027, 23:59'],
    [new Date(2025, 8, 1, 12, 30), '1 Sep 2025, 12:30'],
    [new Date(2024, 1, 29, 0, 0), '29 Feb 2024, 00:00'],
  ])('is that of this clock: %s', (moment, shown) => {
    expect(formatMoment(moment)).toBe(shown);
  });
});
