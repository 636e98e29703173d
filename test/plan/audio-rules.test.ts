import { describe, expect, it } from 'vitest';
import { planned } from '../support/planned.js';
import { conformingPicture, conformingSound, recordingOf } from '../support/probes.js';
import type { RecordingChanges } from '../support/probes.js';

const ONE_FACT: readonly (readonly [RecordingChanges, 'encode' | 'remux', RegExp])[] = [
  [{ sound: { codec: 'opus' } }, 'encode', /opus, not MP3/],
  [{ sound: { codec: 'mp2' } }, 'encode', /mp2, not MP3/],
  [{ sound: { sampleRateHz: 22_050 } }, 'encode', /22050 Hz/],
  [{ sound: { sampleRateHz: 32_000 } }, 'encode', /32000 Hz/],
  [{ sound: { channels: 6 } }, 'encode', /6 channels/],
  [{ media: { bytes: 16_000_001 } }, 'encode', /16000001 bytes are more than 16000000/],
  [{ media: { demuxer: 'wav' } }, 'remux', /wav, not MP3/],
  [{ media: { durationSeconds: 60.001 } }, 'remux', /60\.001 s is longer than 60 s/],
  [{ media: { durationSeconds: null } }, 'remux', /length is not known/],
  [{ media: { pictures: [{ ...conformingPicture, isCover: true }] } }, 'remux', /cover/],
  [{ media: { sounds: [conformingSound, conformingSound] } }, 'remux', /further streams/],
  [{ media: { others: ['data'] } }, 'remux', /further streams/],
  [{ media: { chapters: 2 } }, 'remux', /2 chapters/],
  [{ media: { tags: { title: 'A', album: 'C' } } }, 'remux', /metadata \(album\)/],
  [{ sound: { tags: { comment: 'C' } } }, 'remux', /metadata \(comment\)/],
];

describe('a recording', () => {
  it('that keeps the contract is kept, and nothing is said against it', () => {
    expect(planned(recordingOf())).toMatchObject({ kind: 'audio', action: 'keep', reasons: [] });
  });

  it.each([
    { media: { durationSeconds: 60 } },
    { media: { bytes: 16_000_000 } },
    { sound: { sampleRateHz: 44_100, channels: 1 } },
    { media: { tags: { encoder: 'Lavf' } } },
  ] as const)('at the edge of the contract is kept: %o', (changes) => {
    expect(planned(recordingOf(changes))).toMatchObject({ action: 'keep', reasons: [] });
  });

  it.each(ONE_FACT)('with %o: %s, for one reason', (changes, action, reason) => {
    const plan = planned(recordingOf(changes));
    expect(plan.action).toBe(action);
    expect(plan.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('over 60 s is cut, not rejected', () => {
    const plan = planned(recordingOf({ media: { durationSeconds: 7200, bytes: 100_000_000 } }));
    expect(plan).toMatchObject({ action: 'remux', sound: { action: 'copy' } });
  });

  it('shorter than the limit that is set is kept, and longer is cut', () => {
    const settings = { maxDurationSeconds: 30 };
    expect(planned(recordingOf(), settings).action).toBe('keep');
    const long = planned(recordingOf({ media: { durationSeconds: 31 } }), settings);
    expect(long).toMatchObject({ action: 'remux', reasons: ['31 s is longer than 30 s'] });
  });

  it('keeps its title and artist, also those of the stream, as in Ogg', () => {
    const tags = { title: 'T', artist: 'A', album: 'x' };
    const inContainer = planned(recordingOf({ media: { tags } }));
    const inStream = planned(recordingOf({ media: { tags: {}, demuxer: 'ogg' }, sound: { tags } }));
    expect(inContainer).toMatchObject({ title: 'T', artist: 'A' });
    expect(inStream).toMatchObject({ title: 'T', artist: 'A' });
  });

  it('with many foreign tags has the first three named', () => {
    const tags = { album: '', comment: '', genre: '', date: '' };
    const { reasons } = planned(recordingOf({ media: { tags } }));
    expect(reasons).toEqual(['it carries metadata (album, comment, genre, …)']);
  });
});

describe('encoded sound', () => {
  it.each([
    [8000, 48_000],
    [16_000, 48_000],
    [96_000, 48_000],
    [192_000, 48_000],
    [88_200, 44_100],
    [22_050, 44_100],
    [11_025, 44_100],
    [37_800, 44_100],
  ] as const)('of %d Hz gets %d Hz', (from, to) => {
    const plan = planned(recordingOf({ sound: { codec: 'flac', sampleRateHz: from } }));
    expect(plan).toMatchObject({ sound: { action: 'encode', sampleRateHz: to } });
  });

  it.each([
    [1, 1],
    [2, 2],
    [6, 2],
    [8, 2],
  ] as const)('of %d channels gets %d', (from, to) => {
    const plan = planned(recordingOf({ sound: { codec: 'flac', channels: from } }));
    expect(plan).toMatchObject({ sound: { channels: to } });
  });

  it('has the bit rate that is set', () => {
    const opus = recordingOf({ sound: { codec: 'opus' } });
    expect(planned(opus)).toMatchObject({ sound: { bitrateKbps: 128 } });
    const settings = { audioBitrateKbps: 64 };
    expect(planned(opus, settings)).toMatchObject({ sound: { bitrateKbps: 64 } });
  });
});
