import { createCipheriv } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { readMp3Frames } from '../../src/inspect/read-mp3-frames.js';
import { expectAudioContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { runForBytes, bundledFfmpeg } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';

const ID3V1 = Buffer.from(`TAG${'Album'.padEnd(124, '\0')}\u0001`, 'latin1');

/** An APEv2 tag of one item with its footer alone. */
function apeTag(): Buffer {
  const item = Buffer.from('\u0006\0\0\0\0\0\0\0Album\0Secret', 'latin1');
  const footer = Buffer.alloc(32);
  footer.write('APETAGEX', 'latin1');
  footer.writeUInt32LE(2000, 8);
  footer.writeUInt32LE(item.length + 32, 12);
  footer.writeUInt32LE(1, 16);
  return Buffer.concat([item, footer]);
}

async function withBytes(before: Buffer, behind: Buffer): Promise<string> {
  const path = join(await tempFolder(), 'a.mp3');
  const sound = await readFile(fixture('conforming.mp3'));
  await writeFile(path, Buffer.concat([before, sound, behind]));
  return path;
}

async function decodedSeconds(path: string): Promise<number> {
  const mono = words('-map 0:a -ac 1 -ar 8000 -f s16le pipe:1');
  const samples = await runForBytes(bundledFfmpeg, ['-v', 'error', '-i', path, ...mono]);
  return samples.length / 16_000;
}

/** Bytes without any order, the same each time. */
function noise(bytes: number): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, bytes % 251), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(bytes));
}

describe('an MP3 is measured by its frames', () => {
  it.each([
    ['loud at its end', 'gt(t,35)', 'it seems to last'],
    ['loud at its beginning', 'lt(t,35)', 'it seems to last'],
  ])('of variable rate without a description, %s', async (_, loud, reason) => {
    const folder = await tempFolder();
    const source = join(folder, 'a.mp3');
    await makeMedia(source, [
      ...lavfi(`aevalsrc='if(${loud},random(0)-0.5,0.0001*sin(3000*t))':d=70:s=44100`),
      ...words('-c:a libmp3lame -q:a 2 -write_xing 0'),
    ]);
    const { plan, output } = await normalizeFile(source, folder);
    expect(plan.action).toBe('remux');
    expect(plan.reasons.join()).toContain(reason);
    await expectAudioContract(output.path);
    const seconds = await decodedSeconds(output.path);
    expect(seconds).toBeGreaterThan(59.8);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(Math.abs(seconds - (output.durationSeconds ?? 0))).toBeLessThan(0.1);
  });

  it.each([
    ['an ID3v1 tag', ID3V1],
    ['an APE tag', apeTag()],
    ['both', Buffer.concat([apeTag(), ID3V1])],
    ['bytes of no meaning', noise(3000)],
  ])('%s behind the sound is left out by copying', async (_, behind) => {
    const source = await withBytes(Buffer.alloc(0), behind);
    const { plan, output } = await normalizeFile(source, await tempFolder());
    expect(plan.action).toBe('remux');
    expect(plan.reasons.join()).toContain(`${behind.length} bytes behind its sound`);
    const bytes = await readFile(output.path);
    expect(bytes.includes('APETAGEX') || bytes.includes('TAGAlbum')).toBe(false);
    await expect(readMp3Frames(output.path)).resolves.toMatchObject({ bytesBehind: 0 });
    const [was, is] = await Promise.all([decodedSeconds(source), decodedSeconds(output.path)]);
    expect(Math.abs(was - is)).toBeLessThan(0.06);
  });

  it('sound behind 200 kB of something else is found', async () => {
    const source = await withBytes(noise(200_000), Buffer.alloc(0));
    const { output } = await normalizeFile(source, await tempFolder());
    await expectAudioContract(output.path);
    expect(output.durationSeconds).toBeGreaterThan(1.9);
    expect(output.durationSeconds).toBeLessThan(2.3);
  });

  it('frames of a tag that ffprobe has no name for are left out', async () => {
    const body = Buffer.from('GEOB\0\0\0\u0008\0\0secretly', 'latin1');
    const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, body.length]);
    const whole = await readFile(fixture('conforming.mp3'));
    const folder = await tempFolder();
    const source = join(folder, 'a.mp3');
    const sound = whole.subarray(whole.indexOf(Buffer.from([0xff, 0xfb])));
    await writeFile(source, Buffer.concat([head, body, sound]));
    const { plan, output } = await normalizeFile(source, folder);
    expect(plan).toMatchObject({ action: 'remux', reasons: ['it carries metadata (GEOB)'] });
    expect((await readFile(output.path)).includes('secretly')).toBe(false);
  });
});

describe('what only begins like sound', () => {
  it.each([
    ['an MP3', [0xff, 0xfb, 0x90, 0x64]],
    ['an MP3 of low rate', [0xff, 0xf3, 0x40, 0xc4]],
    ['ADTS', [0xff, 0xf1, 0x50, 0x80]],
    ['AC-3', [0x0b, 0x77]],
    ['LOAS', [0x56, 0xe0]],
    ['GSM', [0xd2]],
    ['an MPEG program', [0, 0, 1, 0xba]],
  ])('%s is no status', async (_, begin) => {
    const path = join(await tempFolder(), 'a.mp3');
    // Newer programs find a frame of AC-3 in the second and the third.
    for (const bytes of [60_000, 60_004, 60_009]) {
      await writeFile(path, Buffer.concat([Buffer.from(begin), noise(bytes)]));
      expect(['not-media', 'unusable']).toContain((await inspect(ffmpeg, path)).type);
    }
  });

  it.each(['ac3', 'eac3'])(
    'and is %s, cut off in its last frame, is taken for what it is',
    async (codec) => {
      const path = join(await tempFolder(), 'a.bin');
      await makeMedia(path, [...lavfi('sine=d=0.5'), ...words(`-c:a ${codec} -f ${codec}`)]);
      await writeFile(path, (await readFile(path)).subarray(0, -50));
      await expect(inspect(ffmpeg, path)).resolves.toMatchObject({
        type: 'audio',
        sound: { codec },
      });
    },
  );

  it('random bytes are not media, whatever they hold', async () => {
    const path = join(await tempFolder(), 'a.mp3');
    for (const size of [500, 20_000, 300_000]) {
      await writeFile(path, noise(size));
      await expect(inspect(ffmpeg, path)).resolves.toMatchObject({ type: 'not-media' });
    }
  });
});
