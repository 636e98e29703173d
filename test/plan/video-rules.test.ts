import { describe, expect, it } from 'vitest';
import { planned, refused } from '../support/planned.js';
import { clipOf, conformingPicture, conformingSound, type ClipChanges } from '../support/probes.js';

const cover = { ...conformingPicture, index: 2, codec: 'mjpeg', isCover: true };

const PICTURE: readonly (readonly [ClipChanges, RegExp])[] = [
  [{ picture: { codec: 'hevc' } }, /hevc, not H\.264/],
  [{ picture: { profile: 'High' } }, /profile High/],
  [{ picture: { profile: 'Extended' } }, /profile Extended/],
  [{ picture: { profile: null } }, /profile unknown/],
  [{ picture: { level: 32 } }, /level 3\.2 is above 3\.1/],
  [{ picture: { level: null } }, /level unknown/],
  [{ picture: { hasBFrames: true } }, /B-frames/],
  [{ picture: { pixelFormat: 'yuvj420p' } }, /yuvj420p, not yuv420p/],
  [{ picture: { pixelFormat: 'yuv444p' } }, /yuv444p, not yuv420p/],
  [{ picture: { pixelFormat: 'yuv420p10le' } }, /yuv420p10le, not yuv420p/],
  [{ picture: { range: 'pc' } }, /range is full/],
  [{ picture: { transfer: 'smpte2084' } }, /HDR/],
  [{ picture: { transfer: 'arib-std-b67' } }, /HDR/],
  [{ picture: { matrix: 'smpte170m' } }, /smpte170m, not BT\.709/],
  [{ picture: { primaries: 'bt2020' } }, /bt2020, not BT\.709/],
  [{ picture: { width: 722, height: 1280 } }, /722×1280 is larger than 1280×720/],
  [{ picture: { width: 720, height: 1282 } }, /720×1282 is larger than 1280×720/],
  [{ picture: { width: 719 } }, /719×1280 is odd/],
  [{ picture: { height: 1279 } }, /720×1279 is odd/],
  [{ picture: { sampleAspect: 4 / 3 } }, /not square \(1\.333\)/],
  [{ picture: { rotationDegrees: 90 } }, /turned by 90°/],
  [{ picture: { rotationDegrees: 180 } }, /turned by 180°/],
  [{ picture: { hasDisplayMatrix: true } }, /moved/],
  [{ picture: { averageFrameRate: 60, baseFrameRate: 60 } }, /60 frames\/s are more than 30/],
  [{ picture: { averageFrameRate: 24, baseFrameRate: 30 } }, /not constant/],
  [{ picture: { averageFrameRate: null, baseFrameRate: null } }, /not constant/],
  [{ picture: { interlaced: true } }, /interlaced/],
  [{ media: { bytes: 16_000_001 } }, /16000001 bytes are more than 16000000/],
  [{ media: { timing: { reordered: true, ...steps(0.04, 0.04) } } }, /B-frames/],
  [{ media: { timing: { reordered: false, ...steps(0.12, 0.04) } } }, /not constant/],
];

const SOUND: readonly (readonly [ClipChanges, RegExp])[] = [
  [{ sound: null }, /no sound track/],
  [{ sound: null, media: { sounds: [undecodable('ac4')] } }, /ac4, which .* cannot decode/],
  [{ sound: { codec: 'ac3' } }, /ac3, not AAC/],
  [{ sound: { codec: 'mp3' } }, /mp3, not AAC/],
  [{ sound: { profile: 'HE-AAC' } }, /AAC HE-AAC, not LC/],
  [{ sound: { sampleRateHz: 32_000 } }, /32000 Hz/],
  [{ sound: { channels: 6 } }, /6 channels/],
];

const CONTAINER: readonly (readonly [ClipChanges, RegExp])[] = [
  [{ media: { demuxer: 'matroska' } }, /matroska, not MP4/],
  [{ media: { tags: { major_brand: 'qt  ' } } }, /QuickTime, not MP4/],
  [{ media: { tags: {} } }, /QuickTime, not MP4/],
  [{ media: { tags: { major_brand: '3gp5' } } }, /3GP, not MP4/],
  [{ media: { layout: 'moov-last' } }, /index is at the end/],
  [{ media: { layout: 'ragged' } }, /more than its index and its data/],
  [{ media: { layout: 'fragmented' } }, /fragmented/],
  [{ media: { layout: null } }, /index is not at the start/],
  [{ media: { durationSeconds: 60.001 } }, /60\.001 s is longer than 60 s/],
  [{ media: { durationSeconds: null } }, /length is not known/],
  [{ media: { pictures: [conformingPicture, cover] } }, /further streams \(picture\)/],
  [
    { media: { sounds: [conformingSound, { ...conformingSound, index: 2 }] } },
    /further streams \(sound\)/,
  ],
  [{ media: { others: ['subtitle', 'data'] } }, /further streams \(subtitle, data\)/],
  [{ picture: { sideData: ['Stereo 3D'] } }, /side data \(Stereo 3D\)/],
  [{ media: { chapters: 3 } }, /3 chapters/],
  [{ media: { tags: { major_brand: 'isom', location: '+52+013/' } } }, /metadata \(location\)/],
  [{ picture: { tags: { creation_time: '2026' } } }, /metadata \(creation_time\)/],
  [{ sound: { tags: { title: 'x' } } }, /metadata \(title\)/],
];

describe('a clip', () => {
  it('that keeps the contract is kept, and nothing is said against it', () => {
    expect(planned(clipOf())).toMatchObject({ kind: 'video', action: 'keep', reasons: [] });
  });

  it.each([
    { picture: { profile: 'Constrained Baseline', level: 30 } },
    { picture: { width: 1280, height: 720 } },
    { picture: { primaries: null, transfer: null, matrix: null, range: null } },
    { picture: { averageFrameRate: 29.97, baseFrameRate: 29.97 } },
    { sound: { sampleRateHz: 44_100, channels: 1 } },
    { media: { durationSeconds: 60, bytes: 16_000_000 } },
    { media: { tags: { major_brand: 'mp42' } } },
  ] as const)('at the edge of the contract is kept: %o', (changes) => {
    expect(planned(clipOf(changes))).toMatchObject({ action: 'keep', reasons: [] });
  });

  it.each(PICTURE)('with %o has its picture encoded and its sound copied', (changes, reason) => {
    const plan = planned(clipOf(changes));
    expect(plan).toMatchObject({
      action: 'encode',
      picture: { action: 'encode', index: 0 },
      sound: { action: 'copy', index: 1 },
    });
    expect(plan.reasons).toContainEqual(expect.stringMatching(reason));
  });

  it.each(SOUND)('with %o has its picture copied and its sound made', (changes, reason) => {
    const plan = planned(clipOf(changes));
    const made = changes.sound === null ? 'silence' : 'encode';
    expect(plan).toMatchObject({
      action: 'encode',
      picture: { action: 'copy', index: 0 },
      sound: { action: made },
    });
    expect(plan.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it.each(CONTAINER)('with %o is remuxed', (changes, reason) => {
    const plan = planned(clipOf(changes));
    expect(plan).toMatchObject({
      action: 'remux',
      picture: { action: 'copy' },
      sound: { action: 'copy' },
    });
    expect(plan.reasons).toEqual([expect.stringMatching(reason)]);
  });

  it('whose only sound cannot be decoded is not kept with it, where silence is not wanted', () => {
    const sounds = [{ ...conformingSound, codec: 'ac4', decodable: false }];
    const clip = clipOf({ sound: null, media: { sounds } });
    const plan = planned(clip, { silentTrack: false });
    expect(plan).toMatchObject({ action: 'remux', sound: { action: 'none' } });
    const silent = planned(clip);
    expect(silent.reasons).toEqual(['its sound is ac4, which this ffmpeg cannot decode']);
  });

  it('in Dolby Vision that is nothing else is refused', () => {
    const of = (isDolbyVisionAlone: boolean) => clipOf({ picture: { isDolbyVisionAlone } });
    expect(planned(of(false))).toMatchObject({ action: 'keep' });
    expect(refused(of(true))).toMatchObject({ code: 'format-unsupported' });
  });

  it('without sound stays without where silence is not wanted', () => {
    const plan = planned(clipOf({ sound: null }), { silentTrack: false });
    expect(plan).toMatchObject({ action: 'keep', sound: { action: 'none' } });
  });

  it('of too many bytes that is also too long may fit once it is cut', () => {
    const media = { bytes: 30_000_000, durationSeconds: 120 };
    expect(planned(clipOf({ media })).action).toBe('remux');
    const heavier = { bytes: 33_000_000, durationSeconds: 120 };
    expect(planned(clipOf({ media: heavier })).action).toBe('encode');
  });

  it('over 100 megapixels is refused, with the figure', () => {
    const error = refused(clipOf({ picture: { width: 16_384, height: 8192 } }));
    expect(error).toMatchObject({ code: 'too-large', why: expect.stringMatching(/134\.218/) });
  });
});

function steps(longest: number, shortest: number) {
  return {
    ...{ longestStepSeconds: longest, shortestStepSeconds: shortest },
    ...{ hiddenFrames: 0, delaysMs: [] },
  };
}

function undecodable(codec: string) {
  return { ...conformingSound, codec, decodable: false };
}
