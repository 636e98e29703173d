import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { processFolder, type ResultEvent, type StatuscastEvent } from '../../src/index.js';
import { FAULT_NAMES, faultsOn, type Fault, type FaultTarget } from '../../src/sandbox/faults.js';
import { openSandbox } from '../../src/sandbox/sandbox.js';
import { ROOT } from '../support/run-cli.js';
import { makeScratchFolder } from '../support/scratch-folder.js';

// Every fault of the sandbox on every method that it can hit, at the first, the middle and the last
// file; then a second run without it.

const FILES = ['grey.png', 'landscape.jpg', 'still.gif'];
const POSITIONS = [
  ['first', 1],
  ['middle', 2],
  ['last', 3],
] as const;

/** Asked once in a run, before the first file. */
const ONCE: readonly FaultTarget[] = ['getStateInstance', 'getSettings'];
const EACH: readonly FaultTarget[] = ['uploadFile', 'file-link', 'sendMediaStatus'];
/** Asked only after an answer was lost. */
const FINDING_OUT: readonly FaultTarget[] = ['showMessagesQueue', 'getOutgoingStatuses'];

/** Quick to lose patience: what is waited for never comes here. */
const SETTINGS = {
  ...{ sendsPerSecond: 0, uploadsPerSecond: 0, concurrency: 2, retries: 2 },
  ...{ apiTimeoutMs: 700, sendTimeoutMs: 700, uploadTimeoutMs: 700, journalWaitMs: 600 },
};

/** Nothing goes wrong any more but what the machine does by itself. */
const PATIENT = { apiTimeoutMs: 10_000, sendTimeoutMs: 3000, uploadTimeoutMs: 10_000 };

interface Case {
  readonly name: string;
  readonly faults: readonly Fault[];
}

const CASES: readonly Case[] = FAULT_NAMES.flatMap((name) => [
  ...ONCE.filter((method) => faultsOn(method).includes(name)).map((method) => ({
    name: `${name} on ${method}`,
    faults: [{ name, method }],
  })),
  ...POSITIONS.flatMap(([position, from]) => [
    ...EACH.filter((method) => faultsOn(method).includes(name)).map((method) => ({
      name: `${name} on ${method} of the ${position} file`,
      faults: [{ name, method, from }],
    })),
    ...FINDING_OUT.filter((method) => faultsOn(method).includes(name)).map((method) => ({
      name: `${name} on ${method} after the answer to the ${position} file was lost`,
      faults: [
        { name: 'answer-lost', method: 'sendMediaStatus', from } as const,
        // The journal is asked once before the first file.
        { name, method, from: method === 'getOutgoingStatuses' ? 2 : 1 },
      ],
    })),
  ]),
]);

/**
 * A slow server is given up, and carries the request out after that, but before the journal's silence
 * counts as proof: nothing can be done about one that is slower than that.
 */
const SLOW_MS = SETTINGS.sendTimeoutMs + SETTINGS.journalWaitMs / 2;

const outcomes = new Map<string, number>();

describe.concurrent('each file is posted once, or said to be uncertain, after', () => {
  test.for(CASES)('$name', { timeout: 120_000 }, async ({ faults }, scope) => {
    const folder = await makeScratchFolder(scope);
    const album = path.join(folder, 'album');
    await mkdir(album);
    for (const file of FILES) await cp(path.join(ROOT, 'fixtures', file), path.join(album, file));
    const slowed = faults.map((fault) => ({ ...fault, delayMs: SLOW_MS }));
    const sandbox = await openSandbox({ faults: slowed, limitRates: false, sendDelayMs: 0 });
    scope.onTestFinished(() => sandbox.close());
    const run = async (patience: Partial<typeof SETTINGS> = {}) => {
      const { credentials } = sandbox;
      const settings = { ...SETTINGS, ...patience, state: path.join(folder, 'state') };
      const events: StatuscastEvent[] = [];
      for await (const event of processFolder(album, { goal: 'send', credentials, settings })) {
        events.push(event);
      }
      return events.filter((event): event is ResultEvent => event.type === 'result');
    };
    const first = await run();
    expect(first.map(({ input }) => path.basename(input)).sort()).toEqual(FILES);
    const second = await run(PATIENT);
    expect(second.map(({ input }) => path.basename(input)).sort()).toEqual(FILES);

    const posted = sandbox.statuses().map(({ file }) => file?.sha256);
    expect(new Set(posted).size, 'each file at most once').toBe(posted.length);
    const open = second.filter(({ outcome }) => outcome === 'uncertain');
    const done = second.filter(
      ({ outcome, reason }) => outcome === 'sent' || reason === 'already-sent',
    );
    expect(done.length + open.length, 'none is lost').toBe(FILES.length);
    expect(posted.length, 'what is said to be sent was sent').toBeGreaterThanOrEqual(done.length);
    for (const { outcome } of first) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (open.length > 0) outcomes.set('open', (outcomes.get('open') ?? 0) + open.length);
  });
});

afterAll(() => {
  console.log(`${CASES.length} faults: ${JSON.stringify(Object.fromEntries(outcomes))}`);
});
