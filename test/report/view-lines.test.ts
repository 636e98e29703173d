import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { ResultEvent, StatuscastEvent } from '../../src/events.js';
import { endLines } from '../../src/report/end-lines.js';
import { fitPath } from '../../src/report/fit.js';
import { paceOf } from '../../src/report/pace.js';
import { beginning, fold, type RunState } from '../../src/report/run-state.js';
import { commandOf, PLAIN, type Style } from '../../src/report/style.js';
import { viewLines } from '../../src/report/view-lines.js';

const NAMES = [
  'holiday/IMG_0001.jpg',
  '日本語の長いファイル名です休日の写真とても長い名前その一.jpg',
  'עברית ארוכה מאוד שם קובץ ארוך 123.png',
  '👨‍👩‍👧‍👦🏳️‍🌈🇩🇪 family 🎉🎉🎉🎉🎉🎉🎉🎉.gif',
  'e\u0301\u0302\u0302combining-naïve-name-that-goes-on.mp3',
  `${'deep/'.repeat(60)}clip.mov`,
  'evil\u001b[31m\n.png',
];

const STARTED = {
  type: 'started',
  goal: 'send',
  watch: false,
  stateDir: '/s',
  outDir: '/o',
} as const;
const PLAN = { action: 'encode', reasons: ['640×480 is not 9:16'], fit: null, crop: null } as const;
const OUTPUT = { mime: 'image/jpeg', width: 9, height: 16, durationSeconds: null } as const;

function resultOf(input: string, message: string | null): ResultEvent {
  const error = message === null ? null : { code: 'undecodable' as const, message };
  return {
    ...{ type: 'result', input, kind: 'image', source: 'PNG', plan: PLAN, urlFile: null },
    ...{ output: { path: '/o/a.jpg', bytes: 500, ...OUTPUT }, idMessage: 'A', reason: null },
    ...{ outcome: error === null ? 'sent' : 'failed', detail: null, error, parts: null },
    estimate: null,
    posting: null,
  };
}

/** Files one after the other, so many under way at once; each seventh fails, with faults to spare. */
function* runOf(files: number, underWay: number): Generator<StatuscastEvent> {
  yield STARTED;
  yield { type: 'totals', inputs: files, bytes: files * 1000 };
  const nameOf = (number: number) => `${number} ${NAMES[number % NAMES.length]}`;
  for (let number = 0; number < files; number++) {
    const input = nameOf(number);
    const common = { input, part: null } as const;
    yield { type: 'found', input, bytes: 1000 };
    yield { type: 'stage', ...common, stage: 'inspect', kind: null, plan: null };
    yield { type: 'stage', ...common, stage: 'normalize', kind: 'video', plan: PLAN };
    yield {
      ...{ type: 'progress', ...common, stage: 'normalize', unit: 'seconds', done: 3, total: 9 },
    };
    yield { type: 'waiting', input, why: 'another run is working on it', waitMs: 1000 };
    if (number % 3 === 0) yield { type: 'stage-end', ...common, stage: 'normalize', seconds: 1 };
    if (number < underWay) continue;
    const over = nameOf(number - underWay);
    const fault = number % 7 === 0 ? `Cannot decode ${over}: fault ${number}. Copy it.` : null;
    yield resultOf(over, fault);
  }
}

function foldAll(events: Iterable<StatuscastEvent>): RunState {
  let [state, nowMs] = [beginning(), 0];
  for (const event of events) state = fold(state, event, (nowMs += 10));
  return state;
}

const RICH: Style = { hasColours: true, hasUnicode: true };
const POOR: Style = { hasColours: false, hasUnicode: false };

describe('the view of a run', () => {
  const state = foldAll(runOf(5000, 32));

  test('never exceeds the window, whatever its size and the names', () => {
    const sizes = {
      width: fc.integer({ min: 1, max: 200 }),
      height: fc.integer({ min: 1, max: 60 }),
    };
    const size = fc.record({
      ...sizes,
      style: fc.constantFrom(RICH, PLAIN, POOR),
      isEnding: fc.boolean(),
    });
    fc.assert(
      fc.property(size, (view) => {
        const lines = viewLines(state, { ...view, nowMs: 350_000 });
        expect(lines.length).toBeLessThanOrEqual(view.height);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(view.width);
        // oxlint-disable-next-line no-control-regex
        expect(lines.join('').replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test('holds the same with 5000 files as with 2500', () => {
    const size = (of: RunState) => JSON.stringify([...of.underWay, ...of.waits, of]).length;
    expect(size(state)).toBeLessThan(size(foldAll(runOf(2500, 32))) * 1.1);
    expect(state.underWay.size).toBe(32);
  });

  test('at 80×24 it says what each lane works on, what went wrong and what was last', () => {
    const view = { nowMs: 350_000, width: 79, height: 23, style: PLAIN, isEnding: false };
    const text = viewLines(state, view).join('\n');
    expect(text).toMatch(/^█+░* {2}4968 of 5000 files {2}\d:\d\d left/);
    expect(text).toMatch(/^normalize +\d+ at work$/m);
    expect(text).toMatch(/^ {2}███░{7} {2}33% {2}encode video +3 of 9 s {2}\S/m);
    expect(text).toMatch(/^problems +50 failed, \d+ more$/m);
    expect(text).toMatch(/^done +\d+ sent, \d+ failed$/m);
    expect(text.split('\n')).toHaveLength(23);
  });
});

test('a rate and the time left follow from what was done', () => {
  const seconds = Array.from({ length: 10 }, (_, at) => at);
  let state = fold(beginning(), STARTED, 0);
  state = fold(state, { type: 'totals', inputs: 30, bytes: 30_000 }, 0);
  for (const at of seconds) {
    state = fold(state, { type: 'found', input: `${at}`, bytes: 1000 }, at * 1000);
    state = fold(state, resultOf(`${at}`, null), (at + 1) * 1000);
  }
  expect(paceOf(state, 10_000)).toEqual({
    inputsPerSecond: 1,
    bytesPerSecond: 1000,
    secondsLeft: 20,
  });
});

test.each(NAMES)('%s is cut to its column', (name) => {
  for (let width = 2; width < 60; width++) {
    expect(stringWidth(fitPath(PLAIN, name, width))).toBe(width);
  }
  expect(fitPath(PLAIN, name, 12).trimEnd()).toMatch(/\.\w{3}$/);
});

test('at the end the same fault is told once, with the files under it, and how to go on', () => {
  const names = ['a', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];
  const results = names.map((name) =>
    resultOf(name, `Cannot decode ${name}: no end. Copy it again.`),
  );
  const found = [...names, 'good.jpg'].map(
    (input) => ({ type: 'found', input, bytes: 2000 }) as const,
  );
  const counts = { sent: 1, prepared: 0, planned: 0, skipped: 0, failed: 5, uncertain: 0 };
  const summary = {
    type: 'summary',
    counts,
    estimate: null,
    seconds: 3.21,
    stopped: null,
  } as const;
  const events = [STARTED, ...found, resultOf('good.jpg', null), ...results, summary];
  const lines = endLines(foldAll(events), { style: PLAIN, isSandbox: false });
  expect(lines).toEqual([
    '        files  kept remuxed encoded        in       out',
    'image       1     0       0       1      2 kB     500 B',
    '',
    '✗ Cannot decode it: no end. Copy it again.',
    '    a, b.jpg, c.jpg and 2 more',
    '',
    '1 sent, 0 skipped, 5 failed, 0 uncertain in 3.2 s',
    'outputs: /o',
    'ledger:  /s/ledger.db',
    expect.stringMatching(/^next: {4}the same command +tries what failed once more$/),
    expect.stringMatching(/^ {9}statuscast history --state \S+ +lists what was posted$/),
    expect.stringMatching(/^ {9}statuscast confirm /),
    expect.stringMatching(/^ {9}statuscast undo /),
  ]);
});

test('at the end, outputs that are removed are not named, and commands are as npx calls them', () => {
  const started = { ...STARTED, stateDir: '/s', outDir: '/s/outputs' };
  const counts = { sent: 1, prepared: 0, planned: 0, skipped: 0, failed: 0, uncertain: 0 };
  const summary = { type: 'summary', counts, estimate: null, seconds: 1, stopped: null } as const;
  const command = commandOf({ npm_command: 'exec' });
  const lines = endLines(foldAll([started, summary]), { style: PLAIN, isSandbox: false, command });
  expect(lines.filter((line) => line.startsWith('outputs:'))).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^next: {4}npx statuscast history /));
  expect(commandOf({})).toBe('statuscast');
});
