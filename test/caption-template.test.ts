import { expect, test } from 'vitest';
import { fillTemplate, wantsDate } from '../src/caption-template.js';
import { createSettings, resolveSettings } from '../src/resolve-settings.js';

const KNOWN = { name: 'Beach (2)', folder: 'holiday', date: '2026-11-24', time: '18:03' };

test.each([
  ['{name} — {date}', 'Beach (2) — 2026-11-24', 'Beach (2)'],
  ['{date}: {name}', '2026-11-24: Beach (2)', 'Beach (2)'],
  ['{name} ({date}) {folder}', 'Beach (2) (2026-11-24) holiday', 'Beach (2) holiday'],
  ['[{date} {time}] {name}', '[2026-11-24 18:03] Beach (2)', 'Beach (2)'],
  [
    '{name}, {date} {time} — {folder}',
    'Beach (2), 2026-11-24 18:03 — holiday',
    'Beach (2), holiday',
  ],
  [
    '{name} — {date} {time} ({folder})',
    'Beach (2) — 2026-11-24 18:03 (holiday)',
    'Beach (2) (holiday)',
  ],
  ['{name} ({date} ({time}))', 'Beach (2) (2026-11-24 (18:03))', 'Beach (2)'],
  ['Taken {date} in {folder}', 'Taken 2026-11-24 in holiday', 'Taken in holiday'],
  ['{date}', '2026-11-24', ''],
  ['हमारी फ़ोटो {date}', 'हमारी फ़ोटो 2026-11-24', 'हमारी फ़ोटो'],
  ['{name} ✈️ {date}', 'Beach (2) ✈️ 2026-11-24', 'Beach (2)'],
  ['{date} ✈️ {name}', '2026-11-24 ✈️ Beach (2)', 'Beach (2)'],
  ['Cafe\u0301 {date}', 'Cafe\u0301 2026-11-24', 'Cafe\u0301'],
  ['Greetings!', 'Greetings!', 'Greetings!'],
])('%s is filled in, and closed where nothing is known of the date', (template, full, without) => {
  expect(fillTemplate(template, KNOWN)).toBe(full);
  expect(fillTemplate(template, { ...KNOWN, date: '', time: '' })).toBe(without);
});

test('what a file is called is never taken for a template', () => {
  expect(fillTemplate('{name}', { ...KNOWN, name: '{date} $& {x}' })).toBe('{date} $& {x}');
});

test('only what needs a date looks for one', () => {
  expect(['{name}', '{folder}', '{date}', '{time}'].map(wantsDate)).toEqual([
    ...[false, false, true, true],
  ]);
});

test('a word in braces that is none is refused with what there is', () => {
  expect(() => createSettings({ captionTemplate: '{nam}' })).toThrow(/name, folder, date, time/);
});

test('the caption nearer to the call holds, whichever form it has; both at once is a fault', () => {
  const source = (origin: 'file' | 'flag', values: Record<string, string>) =>
    ({ origin, naming: 'name', where: '', values }) as const;
  const words = source('file', { caption: 'Hi' });
  const template = source('flag', { captionTemplate: '{name}' });
  expect(resolveSettings(words, template).settings).toMatchObject({
    ...{ caption: '', captionTemplate: '{name}' },
  });
  expect(resolveSettings(template, words).settings).toMatchObject({
    ...{ caption: 'Hi', captionTemplate: '' },
  });
  const none = source('flag', { caption: '' });
  expect(
    resolveSettings(source('file', { captionTemplate: '{name}' }), none).settings,
  ).toMatchObject({
    ...{ caption: '', captionTemplate: '' },
  });
  const empty = source('flag', { captionTemplate: '' });
  expect(resolveSettings(words, empty).settings).toMatchObject({ caption: 'Hi' });
  expect(() => createSettings({ caption: 'Hi', captionTemplate: '{name}' })).toThrow(
    'caption and captionTemplate are both set',
  );
});
