import { describe, expect, test } from 'vitest';
import { gapMsOf, warnOfJournal, warnOfQueue } from '../../src/publish/pace.js';
import { createSettings } from '../../src/resolve-settings.js';

const INSTANCE = { outgoingWebhook: true, delaySendMessagesMs: 15_000 } as const;

test.each([
  [{}, INSTANCE, 15_000],
  [{ gap: 'instance' }, INSTANCE, 15_000],
  [{ gap: 0.25 }, INSTANCE, 250],
  [{ gap: 0 }, INSTANCE, 0],
  [{}, null, 500],
  [{}, { ...INSTANCE, delaySendMessagesMs: null }, 500],
  [{ sendsPerSecond: 0 }, INSTANCE, 0],
  [{ sendsPerSecond: 0, gap: 2 }, INSTANCE, 2000],
] as const)('%j with the instance %j has %i ms between two sends', (given, instance, gapMs) => {
  expect(gapMsOf(createSettings(given), instance)).toBe(gapMs);
});

test.each([-1, 3601, 'soon', '', null])('a gap of %j is none', (gap) => {
  // @ts-expect-error: what a caller without types may give
  expect(() => createSettings({ gap })).toThrow(
    'gap must be instance, or a number from 0 to 3600 (seconds)',
  );
});

describe('a run is warned', () => {
  test('that the queue does not keep what goes out after a day, by the file that is too many', () => {
    const slow = { ...INSTANCE, delaySendMessagesMs: 600_000 };
    const told = Array.from({ length: 300 }, (_, index) => warnOfQueue(index + 1, slow));
    expect(told.flatMap((message, index) => (message === null ? [] : [index + 1]))).toEqual([145]);
    expect(told[144]).toContain(
      '145 files were found so far, and the instance sends one every 600 s',
    );
    expect(told[144]).toContain('more than the 24 h that its queue keeps a status');
    expect(told[144]).toContain('Send a smaller folder, or set a shorter delay');
  });

  test('of no queue whose delay is not known', () => {
    expect(warnOfQueue(1_000_000, null)).toBeNull();
    expect(warnOfQueue(1_000_000, { ...INSTANCE, delaySendMessagesMs: null })).toBeNull();
  });

  test('that there is no journal, only where that is known', () => {
    expect(warnOfJournal(INSTANCE)).toBeNull();
    expect(warnOfJournal(null)).toBeNull();
    expect(warnOfJournal({ ...INSTANCE, outgoingWebhook: false })).toContain(
      'Set outgoingWebhook to yes in the settings of the instance in the GREEN-API console',
    );
  });
});
