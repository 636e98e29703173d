import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { normalizeFile } from '../support/normalize-file.js';
import { bundledFfmpeg, runForBytes } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';
import { expectKept } from './expect-kept.js';
import { AUDIO_BREACHES, BREACHES, CONTAINERS, type Breach } from './breaches.js';

const FAST = { videoPreset: 'ultrafast' } as const;
let passed = 0;

/** A clip that keeps the contract in all but what a breach says. */
async function makeClip(muxer: string, breach: Breach, folder: string): Promise<string> {
  const { seconds = 0.6 } = CONTAINERS[muxer] ?? {};
  const usual = `testsrc=s=96x64:r=25:d=${seconds},format=yuv420p`;
  const { picture = usual, sound = `sine=d=${seconds}` } = breach;
  const texts = Object.entries(breach.files ?? {});
  await Promise.all(texts.map(([name, text]) => writeFile(join(folder, name), text)));
  const source = join(folder, `source.${muxer}`);
  await makeMedia(source, [
    ...[...lavfi(picture), ...(sound === null ? [] : lavfi(sound))],
    ...texts.flatMap(([name]) => ['-i', join(folder, name)]),
    ...(breach.cover === true ? ['-f', 'lavfi', '-i', 'color=red:s=32x32:d=0.04'] : []),
    ...['-map', '0:v', ...(sound === null ? [] : ['-map', '1:a'])],
    ...(breach.encoder === undefined ? CONFORMING_PICTURE : words(breach.encoder)),
    ...[...(sound === null ? [] : CONFORMING_SOUND)],
    ...['-map_metadata', '-1', '-strict', '-2', ...(CONTAINERS[muxer]?.args ?? [])],
    ...[...(breach.args ?? []), '-f', muxer],
  ]);
  if (breach.copyArgs === undefined) return source;
  const copy = ['-i', source, '-map', '0', '-c', 'copy', ...(CONTAINERS[muxer]?.args ?? [])];
  return makeMedia(`${source}-again`, [...copy, ...breach.copyArgs, '-f', muxer]);
}

describe.each(Object.entries(CONTAINERS))('in %s', (muxer, container) => {
  const breaches = BREACHES.filter(({ containers }) => containers?.includes(muxer) ?? true);

  it.each(breaches)('$name is mended by $mends, and nothing else is touched', async (breach) => {
    const folder = await tempFolder();
    const source = await makeClip(muxer, breach, folder);
    const settings = { ...FAST, ...breach.settings };
    const made = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectKept(made);
    const { plan } = made;
    if (plan.kind !== 'video') throw new Error(`it is ${plan.kind}`);
    const expected = [...breach.reasons, ...container.reasons];
    const unexpected = plan.reasons.filter((reason) => !expected.some((one) => one.test(reason)));
    expect(unexpected).toEqual([]);
    for (const reason of expected)
      expect(plan.reasons).toContainEqual(expect.stringMatching(reason));
    expect(plan.picture.action).toBe(breach.mends === 'encode-picture' ? 'encode' : 'copy');
    expect(plan.sound.action).toBe(
      breach.mends !== 'encode-sound' ? 'copy' : breach.sound === null ? 'silence' : 'encode',
    );
    if (breach.isCut !== true && container.samePackets) {
      for (const type of ['v', 'a'] as const) {
        if (breach.mends === (type === 'v' ? 'encode-picture' : 'encode-sound')) continue;
        // oxlint-disable-next-line no-await-in-loop
        expect(await hashPackets(made.output.path, type)).toBe(await hashPackets(source, type));
      }
    }
    passed++;
  });
});

describe.each(AUDIO_BREACHES)('a recording: $name', (breach) => {
  it(`is mended by ${breach.mends}`, async () => {
    const folder = await tempFolder();
    const source = join(folder, `source.${breach.muxer}`);
    const texts = Object.entries(breach.files ?? {});
    await Promise.all(texts.map(([name, text]) => writeFile(join(folder, name), text)));
    await makeMedia(source, [
      ...lavfi(`sine=sample_rate=44100:d=${breach.seconds ?? 0.6}`),
      ...texts.flatMap(([name]) => ['-i', join(folder, name)]),
      ...(breach.cover === true ? ['-f', 'lavfi', '-i', 'color=red:s=32x32:d=0.04'] : []),
      ...['-map', '0:a', '-c:a', 'libmp3lame', '-map_metadata', '-1'],
      ...[...(breach.args ?? []), '-f', breach.muxer],
    ]);
    const { settings = {} } = breach;
    const made = await normalizeFile(source, join(folder, 'made'), { settings });
    await expectKept(made);
    const { plan } = made;
    if (plan.kind !== 'audio') throw new Error(`it is ${plan.kind}`);
    const said = plan.reasons.filter((reason) => breach.aside?.test(reason) !== true);
    expect(said).toEqual(breach.reasons.map((pattern) => expect.stringMatching(pattern)));
    expect(plan.sound.action).toBe(breach.mends === 'remux' ? 'copy' : 'encode');
    if (breach.mends === 'remux' && breach.isCut !== true) {
      expect(await hashPackets(made.output.path, 'a')).toBe(await hashPackets(source, 'a'));
    }
    passed++;
  });
});

afterAll(() => {
  console.log(`${passed} sources that break one rule each came out as statuses`);
});

/** A hash of the packets of the first stream of a type. */
async function hashPackets(path: string, type: 'v' | 'a'): Promise<string> {
  const hash = ['-map', `0:${type}:0`, '-c', 'copy', '-f', 'md5', 'pipe:1'];
  const stdout = await runForBytes(bundledFfmpeg, ['-v', 'error', '-i', `file:${path}`, ...hash]);
  return /MD5=(\w+)/.exec(stdout.toString())?.[1] ?? 'none';
}
