import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { KINDS } from '../../src/job.js';
import { createKeys, hashAccount, hashFile } from '../../src/ledger/key.js';
import { createSettings } from '../../src/resolve-settings.js';
import { listSettings, type Setting } from '../../src/setting-names.js';
import type { SettingsInput } from '../../src/settings.js';
import { makeFile } from '../support/scratch-folder.js';

const CONTENT = 'c0ffee';

function keysOf(settings: SettingsInput = {}, account = '7105', content = CONTENT) {
  return createKeys(createSettings(settings), account)(content);
}

const DEFAULT_KEYS = keysOf();

/** What a status is made of beside its bytes: it belongs to the status, not to the output. */
const AUDIENCE: Readonly<Record<string, readonly string[]>> = {
  caption: KINDS,
  // It is known by the caption that comes of it.
  captionTemplate: [],
  participants: KINDS,
  audioAs: ['audio'],
  // By the settings that it sets.
  profile: KINDS,
};

const OTHER_TEXTS: Readonly<Record<string, string>> = {
  background: '#FFFFFF',
  country: 'FR',
  profile: 'small',
  crop: '0,0,90,160',
  language: 'en',
  hours: '9-21',
};

/** Settings with another value than the default for one of them. */
function changed({ name, type, unit, default: value }: Setting): SettingsInput {
  const others: Readonly<Record<Setting['type'], unknown>> = {
    number: typeof value === 'number' ? nearby(name, value) : 0,
    choice: unit.split('|').find((choice) => choice !== value),
    boolean: value !== true,
    text: OTHER_TEXTS[name] ?? 'other',
    list: ['70000001234@c.us'],
  };
  return { [name]: others[type] };
}

/** A number within the bounds that is not the default. */
function nearby(name: string, value: number): number {
  for (const other of [value - 1, value + 1]) {
    try {
      createSettings({ [name]: other });
      return other;
    } catch {
      // Out of its bounds; the next one is not.
    }
  }
  throw new Error(`There is no other value of ${name}.`);
}

test.each(listSettings())('$name makes other keys where it makes another status', (setting) => {
  const keys = keysOf(changed(setting));
  const kindsChanged = KINDS.filter((kind) => keys[kind] !== DEFAULT_KEYS[kind]);
  const matters = AUDIENCE[setting.name] ?? [...setting.affects, ...setting.affectsLater];
  expect(kindsChanged).toEqual(KINDS.filter((kind) => matters.includes(kind)));
});

test('settings that came later leave the keys of what was posted before them alone', () => {
  expect(DEFAULT_KEYS).toEqual({
    image: '408a01ddfcc049dbf14ded7580e78745ece3a4d88038dc5b87f05e89a418de4b',
    audio: 'd178b282bf3dd7717b57eb8ecca8dd3f3176f1112ecc4f3e976bb4e092154ddb',
    video: 'd5f6b63c265079c732beca98a55dff428c9368ac430bc8e06eb33cbd60d83f59',
  });
});

test('a profile makes the keys of what it sets, whatever it is called', () => {
  const keys = keysOf({ videoCrf: 30, fit: 'blur' });
  const profiles = { mine: { videoCrf: 30, fit: 'blur' }, yours: { videoCrf: 20 } } as const;
  expect(keysOf({ profile: 'mine', profiles })).toEqual(keys);
  expect(keysOf({ profile: 'yours', profiles, videoCrf: 30, fit: 'blur' })).toEqual(keys);
  expect(keysOf({ profile: 'default', profiles })).toEqual(DEFAULT_KEYS);
});

test('a contact makes the same keys however the number is written', () => {
  const keys = keysOf({ participants: ['491701234567@c.us'] });
  const audiences = { family: ['+49 170 1234567'] };
  for (const number of ['491701234567', '+491701234567', '0049 170 1234567', 'family']) {
    expect(keysOf({ audiences, participants: [number] })).toEqual(keys);
  }
});

test('the same settings make the same keys, in hex', () => {
  expect(keysOf()).toEqual(DEFAULT_KEYS);
  for (const kind of KINDS) expect(DEFAULT_KEYS[kind]).toMatch(/^[0-9a-f]{64}$/);
});

test('each kind has a key of its own', () => {
  expect(new Set(Object.values(DEFAULT_KEYS)).size).toBe(KINDS.length);
});

test('another content or another account makes other keys', () => {
  for (const kind of KINDS) {
    expect(keysOf({}, '7105', 'c0ffef')[kind]).not.toBe(DEFAULT_KEYS[kind]);
    expect(keysOf({}, '7106')[kind]).not.toBe(DEFAULT_KEYS[kind]);
  }
});

test('the order of the participants does not matter, who they are does', () => {
  const [one, two, three] = ['70000001@c.us', '70000002@c.us', '70000003@c.us'] as const;
  const keys = keysOf({ participants: [one, two] });
  expect(keysOf({ participants: [two, one] })).toEqual(keys);
  expect(keysOf({ participants: [one, three] })).not.toEqual(keys);
  expect(keysOf({ participants: [one] })).not.toEqual(keys);
});

test('captions that differ in a space are different', () => {
  expect(keysOf({ caption: 'hello' })).not.toEqual(keysOf({ caption: 'hello ' }));
});

test('the hash of a file is the SHA-256 of its bytes', async (scope) => {
  const bytes = randomBytes(3_000_000);
  const file = await makeFile(scope, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  expect(await hashFile(file)).toBe(hash);
  // What it was a moment ago is a hint, no limit.
  for (const known of [10, 3_000_000]) expect(await hashFile(file, { bytes: known })).toBe(hash);
});

test('hashing is stopped by its signal', async (scope) => {
  const file = await makeFile(scope, randomBytes(1000));
  const signal = AbortSignal.abort();
  await expect(hashFile(file, { signal })).rejects.toThrow('aborted');
  await expect(hashFile(file, { bytes: 1000, signal })).rejects.toThrow('aborted');
});

test('an account is called by a hash that stays the same and does not show its id', () => {
  expect(hashAccount('7105223344')).toBe(
    createHash('sha256').update('account 7105223344').digest('hex'),
  );
  expect(hashAccount('7105223345')).not.toBe(hashAccount('7105223344'));
});
