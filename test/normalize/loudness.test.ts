import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
} from '../support/make-media.js';
import { leftovers, normalizeFile } from '../support/normalize-file.js';
import { measureLoudness, volumesDb } from '../support/loudness.js';
import { tempFolder } from '../support/temp-folder.js';

const VOICE = 'sin(2*PI*180*t)+0.6*sin(2*PI*700*t)+0.4*sin(2*PI*2200*t)';
const SYLLABLES = `(${VOICE})*abs(sin(2*PI*2.3*t))*gt(mod(t,3),0.6)`;

describe('with --loudness a sound comes out at -16 LUFS', () => {
  it.each([
    ['a quiet voice with pauses', `0.03*${SYLLABLES}`, 12],
    ['a voice over 5 kHz noise that never stops', `0.2*${SYLLABLES}+0.02*random(0)`, 8],
    ['noise at full scale', '1.8*(random(0)-0.5)', 8],
    ['a tone without any range', '0.004*sin(2*PI*440*t)', 6],
    ['what is shorter than 3 s', `0.05*${SYLLABLES}`, 2],
    ['a quiet voice with loud clicks', `0.02*${SYLLABLES}+0.5*lt(mod(t,4),0.005)`, 12],
  ])('%s', async (_, source, seconds) => {
    const folder = await tempFolder();
    const path = join(folder, 'a.wav');
    await makeMedia(path, lavfi(`aevalsrc='${source}':d=${seconds}:s=44100`));
    const { plan, output } = await normalizeFile(path, join(folder, 'made'), {
      settings: { loudness: true },
    });
    expect(plan.reasons).toContain('its sound is to be at -16 LUFS');
    await expectAudioContract(output.path);
    const { integratedLufs, peakDb } = await measureLoudness(output.path);
    expect(Math.abs(integratedLufs + 16)).toBeLessThanOrEqual(0.5);
    expect(peakDb).toBeLessThanOrEqual(-0.5);
    await expect(leftovers(output.path)).resolves.toEqual([]);
  });

  it.each([
    ['silence', '0'],
    ['the noise of a silent room', '0.0005*(random(0)-0.5)'],
  ])('%s stays what it is', async (_, source) => {
    const folder = await tempFolder();
    const path = join(folder, 'a.wav');
    await makeMedia(path, lavfi(`aevalsrc='${source}':d=4:s=48000`));
    const { output } = await normalizeFile(path, join(folder, 'made'), {
      settings: { loudness: true },
    });
    expect((await measureLoudness(output.path)).integratedLufs).toBeLessThan(-60);
  });

  it('the sound of a video too, whose picture is copied', async () => {
    const folder = await tempFolder();
    const path = await makeMedia(join(folder, 'a.mp4'), [
      ...[...lavfi('testsrc=s=96x64:r=25:d=5'), ...lavfi(`aevalsrc='0.02*${SYLLABLES}':d=5`)],
      ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART],
    ]);
    const { plan, output } = await normalizeFile(path, join(folder, 'made'), {
      settings: { loudness: true },
    });
    expect(plan).toMatchObject({ picture: { action: 'copy' }, sound: { action: 'encode' } });
    expect(plan.reasons).toEqual(['its sound is to be at -16 LUFS']);
    await expectVideoContract(output.path, 'copied');
    expect(Math.abs((await measureLoudness(output.path)).integratedLufs + 16)).toBeLessThan(0.5);
  });
});

describe('with --fade', () => {
  const settings = { fade: true, maxDurationSeconds: 5 };

  it.each(['wav', 'mp4'])('the last two seconds of a cut %s get quieter', async (extension) => {
    const folder = await tempFolder();
    const picture = extension === 'mp4' ? lavfi('testsrc=s=96x64:r=25:d=7') : [];
    const sound = extension === 'mp4' ? [...CONFORMING_PICTURE, ...CONFORMING_SOUND] : [];
    const path = await makeMedia(join(folder, `a.${extension}`), [
      ...[...picture, ...lavfi('sine=d=7:sample_rate=44100'), ...sound, ...FASTSTART],
    ]);
    const { plan, output } = await normalizeFile(path, join(folder, 'made'), { settings });
    expect(plan.reasons).toContain('its sound is to fade out where it is cut');
    const [before = 0, middle = 0, end = 0] = await volumesDb(output.path, [1, 3.9, 4.8]);
    expect(before - middle).toBeGreaterThan(3);
    expect(before - end).toBeGreaterThan(15);
  });

  it('nothing fades where nothing is cut', async () => {
    const folder = await tempFolder();
    const path = await makeMedia(join(folder, 'a.wav'), lavfi('sine=d=4:sample_rate=44100'));
    const { plan, output } = await normalizeFile(path, join(folder, 'made'), { settings });
    expect(plan.reasons.join()).not.toContain('fade');
    const [before = 0, end = 0] = await volumesDb(output.path, [1, 3.8]);
    expect(Math.abs(before - end)).toBeLessThan(0.5);
  });
});

describe('channels that are mixed', () => {
  it.each(['5.1', '7.1', 'quad', '3.0'])('%s at full scale do not clip', async (layout) => {
    const folder = await tempFolder();
    const graph = `aevalsrc='0.95*sin(2*PI*300*t)':d=2:s=48000,aformat=channel_layouts=mono`;
    const path = await makeMedia(join(folder, 'a.wav'), [
      ...lavfi(
        `${graph},pan=${layout}|${['FL', 'FR', 'FC', 'BL', 'BR', 'SL', 'SR']
          .filter((name) => CHANNELS[layout]?.includes(name) === true)
          .map((name) => `${name}=c0`)
          .join('|')}`,
      ),
    ]);
    const { output } = await normalizeFile(path, join(folder, 'made'));
    expect((await measureLoudness(output.path)).peakDb).toBeLessThanOrEqual(0);
  });

  it('keep the centre', async () => {
    const folder = await tempFolder();
    const path = await makeMedia(join(folder, 'a.wav'), [
      ...lavfi("aevalsrc='0.5*sin(2*PI*300*t)':d=2:s=48000,pan=5.1|FC=c0"),
    ]);
    const { output } = await normalizeFile(path, join(folder, 'made'));
    const [level = -99] = await volumesDb(output.path, [1]);
    // 0.5 is -9 dB; the centre goes to both sides at -3.
    expect(level).toBeGreaterThan(-13.5);
    expect(level).toBeLessThan(-11);
  });
});

const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  '5.1': ['FL', 'FR', 'FC', 'BL', 'BR'],
  '7.1': ['FL', 'FR', 'FC', 'BL', 'BR', 'SL', 'SR'],
  quad: ['FL', 'FR', 'BL', 'BR'],
  '3.0': ['FL', 'FR', 'FC'],
};
