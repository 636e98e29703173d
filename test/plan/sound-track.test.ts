import { describe, expect, it } from 'vitest';
import { planned } from '../support/planned.js';
import { clipOf, conformingSound, recordingOf } from '../support/probes.js';

const track = (index: number, language?: string) => ({
  ...conformingSound,
  index,
  isDefault: index === 1,
  tags: language === undefined ? {} : { language },
});

const clipWith = (...languages: readonly (string | undefined)[]) => {
  const sounds = languages.map((language, i) => track(i + 1, language));
  return clipOf({ sound: sounds[0] ?? null, media: { sounds } });
};

describe('the sound track in the language that is wanted', () => {
  it.each([
    ['de', 'ger'],
    ['de', 'deu'],
    ['ger', 'deu'],
    ['deu', 'de'],
    ['DE', 'de-AT'],
    ['fr', 'fre'],
    ['zh', 'chi'],
    ['cs', 'cze'],
    ['nl', 'dut'],
  ])('--language %s takes the one in %s', (language, tag) => {
    const decided = planned(clipWith('eng', tag), { language });
    expect(decided).toMatchObject({ sound: { index: 2 } });
    expect(decided.reasons).toContain(`the sound track in ${tag} was taken`);
  });

  it('is the first one without a word', () => {
    const decided = planned(clipWith('eng', 'ger'), { language: 'en' });
    expect(decided).toMatchObject({ sound: { index: 1 } });
    expect(decided.reasons.join()).not.toContain('was taken');
  });

  it.each([
    [['eng', 'ger'], 'no sound track is in ja: there is eng, ger'],
    [['eng'], 'no sound track is in ja: there is eng'],
    [[undefined, 'und'], 'no sound track is in ja: none says its language'],
  ] as const)('of %j there is none: the default one, and a reason', (languages, reason) => {
    const decided = planned(clipWith(...languages), { language: 'ja' });
    expect(decided).toMatchObject({ sound: { index: 1 } });
    expect(decided.reasons).toContain(reason);
  });

  it('nothing is said of a single track without a language', () => {
    expect(planned(clipWith('und'), { language: 'ja' })).toMatchObject({ reasons: [] });
  });

  it('a track that cannot be decoded is not taken', () => {
    const sounds = [track(1, 'eng'), { ...track(2, 'ger'), decodable: false }];
    const decided = planned(clipOf({ sound: sounds[0] ?? null, media: { sounds } }), {
      language: 'de',
    });
    expect(decided).toMatchObject({ sound: { index: 1 } });
  });

  it('is taken of a sound file too', () => {
    const sounds = [track(0, 'eng'), track(1, 'ger')];
    const media = { demuxer: 'matroska', sounds };
    const decided = planned(recordingOf({ sound: sounds[0] ?? {}, media }), { language: 'de' });
    expect(decided).toMatchObject({ sound: { action: 'encode', index: 1 } });
  });
});
