import { afterEach, expect, test } from 'vitest';
import { conclude } from '../../src/commands/conclude.js';
import { StatuscastError } from '../../src/errors.js';

const before = process.exitCode;
afterEach(() => {
  process.exitCode = before;
});

test.each([
  ['interrupted', () => new StatuscastError({ code: 'interrupted' }), 130],
  ['a signal that fired', () => new DOMException('x', 'AbortError'), 130],
  ['wrong settings', () => new StatuscastError({ code: 'bad-settings', faults: ['x'] }), 2],
  ['what should not be', () => new Error('x'), 1],
])('a command that throws %s ends so', async (_, thrown, code) => {
  await conclude(() => Promise.reject(thrown()));
  expect(process.exitCode).toBe(code);
});
