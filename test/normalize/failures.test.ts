import { copyFile, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/inspect/inspect.js';
import { removeStalePartials } from '../../src/normalize/normalize.js';
import { markOwnProcess, nameOf, type ProcessMark } from '../../src/processes.js';
import { createSettings } from '../../src/resolve-settings.js';
import { fixture } from '../support/fixtures.js';
import { hashOf } from '../support/hash.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile, planFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** A clip that takes seconds to encode. */
function slowClip(path: string): Promise<string> {
  const noise = lavfi('testsrc2=s=640x360:r=30:d=15');
  return makeMedia(path, [...noise, ...words('-c:v mpeg4 -q:v 10')]);
}

const SLOW = { videoPreset: 'slow' } as const;

describe('nothing is left, and the source is untouched,', () => {
  it('after an abort while it is encoded', async () => {
    const folder = await tempFolder();
    const made = join(folder, 'made');
    const source = await slowClip(join(folder, 'a.avi'));
    const before = await hashOf(source);
    const abort = new AbortController();
    const during: string[] = [];
    const seconds: number[] = [];
    const run = normalizeFile(source, made, {
      settings: SLOW,
      signal: abort.signal,
      onProgress: (done) => {
        seconds.push(done);
        if (seconds.length > 1 || abort.signal.aborted) return;
        void readdir(made).then((names) => {
          during.push(...names);
          abort.abort();
          return null;
        });
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    expect(during).toEqual([expect.stringMatching(/^\.part-/)]);
    await expect(readdir(made)).resolves.toEqual([]);
    await expect(hashOf(source)).resolves.toBe(before);
  });

  it('after an abort before it began', async () => {
    const folder = await tempFolder();
    const run = normalizeFile(fixture('no-sound.mp4'), folder, { signal: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  it('after its deadline', async () => {
    const folder = await tempFolder();
    const made = join(folder, 'made');
    const source = await slowClip(join(folder, 'a.avi'));
    const run = normalizeFile(source, made, { settings: SLOW, timeoutMs: 500 });
    await expect(run).rejects.toMatchObject({
      facts: { code: 'program-timeout', program: 'ffmpeg', timeoutMs: 500 },
    });
    await expect(readdir(made)).resolves.toEqual([]);
  });

  it('after the deadline of a picture, which is not told as damage', async () => {
    const folder = await tempFolder();
    const made = join(folder, 'made');
    const source = join(folder, 'a.png');
    // 1.6 GB of pixels, in 20 MB.
    const create = { width: 20_000, height: 10_000, channels: 4, background: '#12345678' } as const;
    const deep = sharp({ create, limitInputPixels: false }).toColourspace('rgb16');
    await deep.png({ compressionLevel: 1 }).toFile(source);
    const settings = { maxMegapixels: 250, position: 'attention' } as const;
    const late = { code: 'program-timeout', program: 'sharp', timeoutMs: 100 };
    // Nobody looked: it would be cropped elsewhere, and posted.
    const look = inspect(ffmpeg, source, { settings: createSettings(settings), timeoutMs: 100 });
    await expect(look).rejects.toMatchObject({ facts: late });
    const run = normalizeFile(source, made, {
      settings: { ...settings, position: 'centre' },
      timeoutMs: 100,
    });
    await expect(run).rejects.toMatchObject({ facts: late });
    await expect(readdir(made)).resolves.toEqual([]);
  });

  it('after a clip whose data is gone', async () => {
    const folder = await tempFolder();
    const made = join(folder, 'made');
    const source = join(folder, 'a.mp4');
    const bytes = await readFile(fixture('yuv444.mp4'));
    // Its index says where the frames are; there are none.
    const data = bytes.indexOf('mdat') + 4;
    await writeFile(source, Buffer.concat([bytes.subarray(0, data), Buffer.alloc(64)]));
    const before = await hashOf(source);
    await expect(normalizeFile(source, made)).rejects.toMatchObject({
      code: expect.stringMatching(/undecodable|contract-broken/),
      message: expect.stringContaining('a.mp4'),
    });
    await expect(readdir(made)).resolves.toEqual([]);
    await expect(hashOf(source)).resolves.toBe(before);
  });

  it.each([
    ['a.ogg', 'voice-note.ogg'],
    ['a.wav', 'long-64s.wav'],
    ['a.mp3', 'low-rate.mp3'],
  ] as const)('after %s that is gone by the time it is read', async (name, file) => {
    const folder = await tempFolder();
    const source = join(folder, name);
    await copyFile(fixture(file), source);
    const planned = await planFile(source);
    await writeFile(source, '');
    const made = join(folder, 'made');
    await expect(normalizeFile(source, made, { planned })).rejects.toMatchObject({
      facts: { code: 'undecodable', file: name },
    });
    await expect(readdir(made)).resolves.toEqual([]);
  });
});

describe('a folder that cannot be written to', () => {
  it.each([
    ['below a file', 'deeper'],
    ['that is a file', ''],
  ] as const)('%s is told of, and not the file blamed', async (_, deeper) => {
    const folder = await tempFolder();
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const source of ['conforming.jpg', 'voice-note.ogg']) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(normalizeFile(fixture(source), join(file, deeper))).rejects.toMatchObject({
        code: 'folder-unusable',
      });
    }
  });
});

describe('what a run that died has begun to write', () => {
  it('is removed, in sub-folders too; what a living one writes stays', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'a'));
    const own = markOwnProcess();
    const elsewhere = { ...own, host: 'another machine' };
    const marked = (mark: ProcessMark, end: string) => `.part-${nameOf(mark)}-${end}`;
    const stale = [
      marked({ ...own, pid: 4_194_303 }, 'x.jpg'),
      join('a', marked({ ...own, pid: 4_194_303 }, 'y.mp4')),
      // In a container every run may have the number 1.
      ...(own.began === '' ? [] : [marked({ ...own, began: '1' }, 'restarted.jpg')]),
      marked(elsewhere, 'old.jpg'),
    ];
    const kept = [
      marked(own, 'z.mp3'),
      marked(elsewhere, 'new.jpg'),
      join('a', 'photo.jpg'),
      '.part-of-speech.txt',
    ];
    await Promise.all([...stale, ...kept].map((name) => writeFile(join(folder, name), '')));
    const weekAgo = Date.now() / 1000 - 8 * 24 * 3600;
    await utimes(join(folder, marked(elsewhere, 'old.jpg')), weekAgo, weekAgo);
    await utimes(join(folder, '.part-of-speech.txt'), weekAgo, weekAgo);
    await removeStalePartials(folder);
    const left = await readdir(folder, { recursive: true });
    expect(left.toSorted()).toEqual(['a', ...kept].toSorted());
    await expect(removeStalePartials(join(folder, 'nowhere'))).resolves.toBeUndefined();
  });
});
