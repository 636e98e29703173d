import path from 'node:path';
import { expect, test } from 'vitest';
import { processFolder, type SettingsInput, type StatuscastEvent } from '../src/index.js';
import { describeEvent } from '../src/report/people.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { mostWithin } from './support/most-within.js';
import { makeAlbum, openTestSandbox } from './support/state.js';

const PICTURES = ['landscape.jpg', 'grey.png'] as const;

/** Sends two pictures and gives what was told meanwhile. */
async function sendTwo(
  { credentials }: Sandbox,
  given: SettingsInput = {},
): Promise<readonly StatuscastEvent[]> {
  const { cwd, album } = await makeAlbum([...PICTURES]);
  const settings = { uploadsPerSecond: 0, state: path.join(cwd, 'state'), ...given };
  const all: StatuscastEvent[] = [];
  for await (const event of processFolder(album, { goal: 'send', credentials, settings })) {
    all.push(event);
  }
  return all;
}

const warningsIn = (events: readonly StatuscastEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

test('an instance without a journal is warned of once, and sent to all the same', async () => {
  const sandbox = await openTestSandbox({ outgoingWebhook: 'no' });
  const events = await sendTwo(sandbox);
  expect(warningsIn(events)).toEqual([expect.stringContaining('Set outgoingWebhook to yes')]);
  // Before the first file is looked at.
  const types = events.map(({ type }) => type);
  expect(types.indexOf('warning')).toBeLessThan(types.indexOf('found'));
  expect(sandbox.statuses()).toHaveLength(2);
  const asked = sandbox.requests().filter(({ method }) => method === 'getSettings');
  expect(asked).toHaveLength(1);
});

test('more files than go out in a day are warned of once', async () => {
  const sandbox = await openTestSandbox({ sendDelayMs: 50_000_000 });
  const events = await sendTwo(sandbox, { gap: 0 });
  expect(warningsIn(events)).toEqual([
    expect.stringContaining('2 files were found so far, and the instance sends one every 50000 s'),
  ]);
  expect(sandbox.statuses()).toHaveLength(2);
});

test('without access to the status methods no file is opened', async () => {
  const fault = { name: 'forbidden', method: 'getOutgoingStatuses' } as const;
  const sandbox = await openTestSandbox({ faults: [fault] });
  const events = await sendTwo(sandbox);
  expect(events.at(-1)).toMatchObject({ stopped: { code: 'instance-cannot-send' } });
  expect(events.some(({ type }) => type === 'stage')).toBe(false);
  expect(sandbox.uploads()).toEqual([]);
});

test.each(['yellow-card', 'unauthorized'] as const)(
  'an instance that is %s stops the run before a file is opened',
  async (name) => {
    const fault = { name, method: 'getStateInstance', times: Infinity } as const;
    const sandbox = await openTestSandbox({ faults: [fault] });
    const events = await sendTwo(sandbox);
    expect(events.at(-1)).toMatchObject({
      stopped: { code: expect.stringMatching(/cannot|refused/) },
    });
    expect(events.some(({ type }) => type === 'stage')).toBe(false);
    expect(sandbox.uploads()).toEqual([]);
  },
);

test('an instance that is being created is waited for, and people see it', async () => {
  const fault = { name: 'creating', method: 'getStateInstance' } as const;
  const sandbox = await openTestSandbox({ faults: [fault] });
  const events = await sendTwo(sandbox);
  const why = 'the GREEN-API instance is starting';
  expect(events).toContainEqual({ type: 'waiting', input: null, why, waitMs: 5000 });
  expect(sandbox.statuses()).toHaveLength(2);
});

test.each([
  ["the instance's own", { sendDelayMs: 1500 }, {}],
  ['the one asked for', { sendDelayMs: 0 }, { gap: 1.5 }],
  [
    'the one asked for, also without a limit',
    { limitRates: false },
    { gap: 1.5, sendsPerSecond: 0 },
  ],
])('between two sends there is a gap: %s', async (_, options, given) => {
  const sandbox = await openTestSandbox(options);
  await sendTwo(sandbox, given);
  const [first = 0, second = 0] = sandbox.statuses().map(({ acceptedAt }) => acceptedAt);
  // An arrival is noted late where this machine is busy.
  expect(second - first).toBeGreaterThanOrEqual(1200);
});

test('the gap lies between the sends of two runs as well, whatever their state directories', async () => {
  const sandbox = await openTestSandbox({ sendDelayMs: 1000 });
  await Promise.all([sendTwo(sandbox), sendTwo(sandbox)]);
  const times = sandbox.statuses().map(({ acceptedAt }) => acceptedAt);
  expect(times).toHaveLength(4);
  expect(mostWithin(700, times)).toBe(1);
});

test('people are told of a warning, and of whose it is', () => {
  const message = 'Look at this.';
  expect(describeEvent({ type: 'warning', input: null, message })).toBe('warning    Look at this.');
  expect(describeEvent({ type: 'warning', input: 'a\u001b.jpg', message })).toBe(
    'warning    a\u{fffd}.jpg: Look at this.',
  );
});
