import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitHours, nextOpening } from '../../src/publish/hours.js';
import { createSettings } from '../../src/resolve-settings.js';
import { openDesk } from '../support/publishing.js';
import { publish } from '../../src/publish/publish.js';

const before = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

const opening = (hours: string, at: string) =>
  nextOpening(hours, new Date(at))?.toISOString() ?? 'open';

describe('in summer, two hours before UTC,', () => {
  test.each([
    ['', '2026-07-01T00:00:00Z', 'open'],
    ['9-21', '2026-07-01T06:59:59.999Z', '2026-07-01T07:00:00.000Z'],
    ['9-21', '2026-07-01T07:00:00Z', 'open'],
    ['9-21', '2026-07-01T18:59:59.999Z', 'open'],
    ['9-21', '2026-07-01T19:00:00Z', '2026-07-02T07:00:00.000Z'],
    ['09:30-21:15', '2026-07-01T07:29:00Z', '2026-07-01T07:30:00.000Z'],
    ['09:30-21:15', '2026-07-01T19:14:00Z', 'open'],
    ['22-6', '2026-07-01T20:00:00Z', 'open'],
    ['22-6', '2026-07-01T22:00:00Z', 'open'],
    ['22-6', '2026-07-01T03:59:00Z', 'open'],
    ['22-6', '2026-07-01T04:00:00Z', '2026-07-01T20:00:00.000Z'],
    ['9-12,14-18', '2026-07-01T10:30:00Z', '2026-07-01T12:00:00.000Z'],
    ['9-12, 14-18', '2026-07-01T16:00:00Z', '2026-07-02T07:00:00.000Z'],
    ['18-24', '2026-07-01T22:00:00Z', '2026-07-02T16:00:00.000Z'],
    ['0-24', '2026-07-01T22:00:00Z', 'open'],
    ['9-9', '2026-07-01T01:00:00Z', 'open'],
    // The last night of a month, and of a year.
    ['9-21', '2026-07-31T20:00:00Z', '2026-08-01T07:00:00.000Z'],
    ['9-21', '2026-12-31T22:00:00Z', '2027-01-01T08:00:00.000Z'],
  ])('with the hours %j, what comes at %s goes on at %s', (hours, at, expected) => {
    expect(opening(hours, at)).toBe(expected);
  });
});

describe('where the clock is changed', () => {
  test.each([
    // On 29 March 2026 it goes from 02:00 to 03:00: the night is an hour shorter.
    ['9-21', '2026-03-28T20:00:00Z', '2026-03-29T07:00:00.000Z'],
    ['2:30-9', '2026-03-29T00:59:00Z', '2026-03-29T01:30:00.000Z'],
    ['2:30-9', '2026-03-29T01:00:00Z', 'open'],
    ['2-3', '2026-03-29T01:00:00Z', '2026-03-30T00:00:00.000Z'],
    // On 25 October 2026 it goes from 03:00 to 02:00: an hour longer.
    ['9-21', '2026-10-24T19:00:00Z', '2026-10-25T08:00:00.000Z'],
    ['2:30-9', '2026-10-25T00:29:00Z', '2026-10-25T00:30:00.000Z'],
  ])('with the hours %j, what comes at %s goes on at %s', (hours, at, expected) => {
    expect(opening(hours, at)).toBe(expected);
  });
});

test.each(['9', '9-25', '9-21-23', '9:60-10', 'nine-five', '9–21', ',', '24:30-3', '-9-3'])(
  '%j are no hours',
  (hours) => {
    expect(() => createSettings({ hours })).toThrow('hours must be text like 9-21');
  },
);

test.each(['', '9-21', '09:30-21:00', '22-6', '9-12,14-18', ' 9 - 12 , 14-18', '0-24', '18-24:00'])(
  '%j are hours',
  (hours) => {
    expect(createSettings({ hours }).hours).toBe(hours);
  },
);

test('a wait goes by the clock on the wall: set meanwhile, it ends', async () => {
  let at = new Date('2026-07-01T06:59:59.9Z');
  const told: string[] = [];
  const waiting = awaitHours('9-21', {
    signal: new AbortController().signal,
    onWaiting: (why, waitMs) => told.push(`${why}, ${waitMs} ms`),
    now: () => at,
  });
  at = new Date('2026-07-01T12:00:00Z');
  await expect(waiting).resolves.toBe(true);
  expect(told).toEqual(['outside of the hours 9-21: goes on at 09:00, 100 ms']);
});

test('a wait ends at once when the run does', async () => {
  const ending = new AbortController();
  const waiting = awaitHours('9-21', {
    ...{ signal: ending.signal, onWaiting: () => undefined },
    now: () => new Date('2026-07-01T20:00:00Z'),
  });
  ending.abort();
  await expect(waiting).rejects.toThrow();
});

test('nothing is sent before the hours begin, and nothing claimed', async (scope) => {
  const desk = await openDesk(scope, { settings: { hours: '9-21' } });
  const publication = await desk.prepare();
  let at = new Date('2026-07-01T06:59:59Z');
  const told: string[] = [];
  const uploadSeconds: number[] = [];
  const publishing = publish(publication, {
    ...desk.publisher,
    clock: () => at,
    onWaiting: (why) => told.push(why),
    onUploaded: (seconds) => uploadSeconds.push(seconds),
  });
  await expect.poll(() => told).toEqual(['outside of the hours 9-21: goes on at 09:00']);
  expect((await desk.entryOf(publication.key)).state).toBe('uploaded');
  expect(desk.sandbox.statuses()).toEqual([]);
  at = new Date('2026-07-01T07:00:00Z');
  await expect(publishing).resolves.toMatchObject({ outcome: 'sent' });
  expect(desk.sandbox.uploads()).toHaveLength(1);
  // The link lived on, so the wait belongs to no upload.
  expect(uploadSeconds).toHaveLength(1);
});

test('hours that end while it waits for its pace hold it until they begin again', async (scope) => {
  const desk = await openDesk(scope, { settings: { hours: '9-21' } });
  const publication = await desk.prepare();
  // Open when it is asked first, closed when its start has come, and open again after the wait.
  const times = ['2026-07-01T18:59:59Z', '2026-07-01T19:00:00Z', '2026-07-02T06:59:59.9Z'];
  const told: string[] = [];
  const sent = await publish(publication, {
    ...desk.publisher,
    clock: () => new Date(times.shift() ?? '2026-07-02T07:00:00Z'),
    onWaiting: (why) => told.push(why),
  });
  expect(sent).toMatchObject({ outcome: 'sent' });
  expect(told).toEqual(['outside of the hours 9-21: goes on at 09:00']);
  expect(desk.sandbox.statuses()).toHaveLength(1);
});

test('hours that end before a refused request is repeated hold it, and nothing is claimed', async (scope) => {
  const refused = { name: 'too-fast', method: 'sendMediaStatus' } as const;
  const desk = await openDesk(scope, {
    sandbox: { faults: [refused] },
    settings: { hours: '9-21' },
  });
  const publication = await desk.prepare();
  const told: string[] = [];
  let at = new Date('2026-07-01T18:59:00Z');
  const publishing = publish(publication, {
    ...desk.publisher,
    clock: () => at,
    onWaiting: (why) => {
      told.push(why);
      if (told.length === 1) at = new Date('2026-07-02T06:59:59Z');
    },
  });
  await expect
    .poll(() => told.at(-1), { timeout: 5000 })
    .toBe('outside of the hours 9-21: goes on at 09:00');
  expect((await desk.entryOf(publication.key)).state).toBe('uploaded');
  at = new Date('2026-07-02T07:00:00Z');
  await expect(publishing).resolves.toMatchObject({ outcome: 'sent' });
  expect(desk.sandbox.statuses()).toHaveLength(1);
});
