import { describe, expect, test } from 'vitest';
import { withoutNumbers } from '../src/participants.js';
import { createSettings, resolveSettings } from '../src/resolve-settings.js';
import type { SettingsInput } from '../src/settings.js';

function participantsOf(settings: SettingsInput): readonly string[] {
  return createSettings(settings).participants;
}

describe('a phone number becomes the name that GREEN-API has for it', () => {
  test.each([
    ['+49 170 1234567', '', '491701234567'],
    ['+49 (0)170 123-45-67', '', '491701234567'],
    ['0049 170 1234567', '', '491701234567'],
    ['+４９ 170\u00A01234567', '', '491701234567'],
    ['49 170 1234567', '', '491701234567'],
    ['70000001234', '', '70000001234'],
    ['0170 1234567', 'DE', '491701234567'],
    ['0170/1234567', 'de', '491701234567'],
    ['(415) 555-2671', 'US', '14155552671'],
    ['415.555.2671', 'US', '14155552671'],
    ['011 49 170 1234567', 'US', '491701234567'],
    ['8 (900) 123-45-67', 'RU', '79001234567'],
    ['79001234567', 'RU', '79001234567'],
    ['+44 20 7946 0958', 'DE', '442079460958'],
  ])('%s in %s', (number, country, digits) => {
    expect(participantsOf({ participants: [number], country })).toEqual([`${digits}@c.us`]);
  });
});

test('what already is such a name is left alone', () => {
  const participants = ['70000001@c.us', '00123456@c.us'];
  expect(participantsOf({ participants, country: 'DE' })).toEqual(participants);
});

describe('what is wrong is told of by its entry', () => {
  test.each([
    ['0170 1234567', '', 'without its country'],
    ['+49 17', '', 'is no phone number'],
    ['+1 415 555 2671 ext. 5', '', 'is no phone number'],
    ['12', '', 'is no phone number'],
    ['123456@g.us', '', 'is no phone number'],
    ['', '', 'is no phone number'],
    // A number of Germany that is also one of Germany without its 49.
    ['491701234567', 'DE', 'may be +49491701234567 or +491701234567'],
    ['famly', '', 'is no audience'],
    ['70000001234', 'XX', 'XX is no country'],
  ])('%j in %j', (entry, country, why) => {
    const participants = [entry, '+49 170 1234567'];
    const resolve = () =>
      participantsOf({ participants, country, audiences: { family: ['+70000001234'] } });
    expect(resolve).toThrow(why);
    expect(resolve).toThrow(`participants: "${entry}"`);
  });
});

describe('audiences', () => {
  const audiences = {
    family: ['+49 170 1234567', '0171 1234567'],
    Käufer: ['+49 170 1234567', '+44 20 7946 0958'],
  };

  test('are asked for by name, among numbers, each contact once', () => {
    const participants = ['family', 'Käufer', '+70000001234'];
    expect(participantsOf({ audiences, participants, country: 'DE' })).toEqual([
      ...['491701234567@c.us', '491711234567@c.us', '442079460958@c.us', '70000001234@c.us'],
    ]);
  });

  test('give way to everybody, who stands alone', () => {
    const config = {
      origin: 'file',
      naming: 'name',
      where: '',
      values: { audiences, country: 'DE', participants: 'family' },
    } as const;
    const flag = (participants: string) =>
      ({ origin: 'flag', naming: 'flag', where: '', values: { participants } }) as const;
    expect(resolveSettings(config, flag(' ALL ')).settings.participants).toEqual([]);
    expect(() => resolveSettings(config, flag('all,family'))).toThrow('"all" is everybody');
  });

  test('settings that are resolved keep them, for what is chosen later', () => {
    const resolved = createSettings({
      audiences,
      country: 'DE',
      profile: 'mine',
      profiles: { mine: { fit: 'pad' } },
    });
    expect(createSettings(resolved)).toEqual(resolved);
    expect(participantsOf({ ...resolved, participants: ['family'] })).toHaveLength(2);
  });

  test.each([
    [{ family: [] }, 'audiences.family must be a list of phone numbers, and not empty'],
    [{ family: ['+49'] }, 'audiences.family: "+49" is no phone number'],
    [{ 'two words': ['+49 170 1234567'] }, 'audiences.two words needs another name'],
    [{ All: ['+49 170 1234567'] }, 'audiences.All needs another name'],
    [{ family: ['all'] }, 'audiences.family: "all" is everybody'],
    [{ '123': ['+49 170 1234567'] }, 'audiences.123 needs another name'],
  ])('that are wrong are told of, though nobody asks for them: %j', (wrong, why) => {
    expect(() => createSettings({ audiences: wrong })).toThrow(why);
  });
});

test('what is said of them can be told without their numbers', () => {
  const said = (entry: string) => {
    try {
      return String(createSettings({ participants: [entry] }).participants);
    } catch (thrown) {
      return String(thrown);
    }
  };
  for (const entry of ['0170 1234567', '(0170) 123-4567', '+49 17']) {
    const shown = withoutNumbers(said(entry));
    expect(shown).toContain('phone number');
    expect(shown).not.toMatch(/\d{3}/);
  }
  expect(withoutNumbers('Cannot read IMG_20240101.jpg')).toBe('Cannot read IMG_20240101.jpg');
});
