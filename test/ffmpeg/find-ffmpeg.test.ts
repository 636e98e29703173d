import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { bundledFfmpeg, bundledFfprobe } from '../support/programs.js';
import { tempFolder } from '../support/temp-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('without a word in the environment', () => {
  it('the bundled programs are used', async () => {
    const found = await findFfmpeg({});
    expect(found.ffmpegPath).toBe(bundledFfmpeg);
    expect(found.ffprobePath).toBe(bundledFfprobe);
  });

  it('an empty variable counts as none', async () => {
    const found = await findFfmpeg({ FFMPEG_PATH: '', FFPROBE_PATH: '' });
    expect(found.ffmpegPath).toBe(bundledFfmpeg);
  });

  it('what this ffmpeg decodes and filters is known', async () => {
    const { abilities } = await findFfmpeg({});
    const { decodableCodecs, filters } = await abilities();
    for (const codec of ['h264', 'hevc', 'vp9', 'aac', 'mp3', 'opus', 'amr_nb', 'pcm_s16le']) {
      expect(decodableCodecs).toContain(codec);
    }
    // ffprobe, which is newer, names these; ffmpeg can at most encode or pass them on.
    for (const codec of ['ac4', 'iamf', 'ttf', 'bin_data']) {
      expect(decodableCodecs).not.toContain(codec);
    }
    for (const filter of ['scale', 'fps', 'bwdif', 'zscale', 'tonemap']) {
      expect(filters).toContain(filter);
    }
  });
});

describe('a program named in the environment', () => {
  it('is used', async () => {
    const folder = await tempFolder();
    const other = join(folder, 'my ffmpeg');
    await symlink(bundledFfmpeg, other);
    await expect(findFfmpeg({ FFMPEG_PATH: other })).resolves.toMatchObject({ ffmpegPath: other });
  });

  it('that is not there or cannot be run is told of, with the variable', async () => {
    const folder = await tempFolder();
    const text = join(folder, 'ffprobe');
    await writeFile(text, 'no program', { mode: 0o644 });
    await expect(findFfmpeg({ FFMPEG_PATH: '/nowhere/ffmpeg' })).rejects.toMatchObject({
      facts: { code: 'binary-unusable', binary: '/nowhere/ffmpeg' },
      message: expect.stringContaining('FFMPEG_PATH'),
    });
    await expect(findFfmpeg({ FFPROBE_PATH: text })).rejects.toMatchObject({
      facts: { code: 'binary-unusable', binary: text },
      message: expect.stringContaining('FFPROBE_PATH'),
    });
  });

  it('that may be run and cannot, or fails, is told of', async () => {
    const folder = await tempFolder();
    const text = join(folder, 'text');
    const failing = join(folder, 'failing');
    await writeFile(text, '\u007fELF and no more', { mode: 0o755 });
    await writeFile(failing, '#!/bin/sh\necho library missing >&2; exit 127', { mode: 0o755 });
    const abilitiesOf = async (file: string) =>
      (await findFfmpeg({ FFMPEG_PATH: file })).abilities();
    await expect(abilitiesOf(text)).rejects.toMatchObject({
      code: 'binary-unusable',
    });
    await expect(abilitiesOf(failing)).rejects.toMatchObject({
      code: 'binary-unusable',
      message: expect.stringContaining('library missing'),
    });
  });
});

describe('a bundled program without the run bit', () => {
  it('is made runnable', async () => {
    const { packages, find } = await installedCopy();
    const found = await find({});
    expect(found.ffprobePath).toContain(packages);
    expect((await stat(found.ffprobePath)).mode & 0o111).toBe(0o111);
  });

  it('is copied to the cache where another user installed it', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can act as another user');
    skip(!isOpenToAll(ROOT), 'another user cannot reach the project');
    skip(!isOpenToAll(process.execPath), 'another user cannot reach this Node.js');
    const { packages, find } = await installedCopy();
    const cache = join(packages, '..', 'cache');
    await mkdir(cache, { mode: 0o777 });
    await chmod(cache, 0o777);
    const nobody = 65_534;
    const first = await find({ XDG_CACHE_HOME: cache }, nobody);
    expect(first.ffprobePath).toContain(cache);
    expect(basename(first.ffprobePath)).toMatch(/-ffprobe$/);
    await expect(find({ XDG_CACHE_HOME: cache }, nobody)).resolves.toEqual(first);
  });
});

/** Whether every folder on the way to it lets any user through. */
function isOpenToAll(file: string): boolean {
  const isOpen = (statSync(file).mode & 0o001) !== 0;
  return isOpen && (dirname(file) === file || isOpenToAll(dirname(file)));
}

const foundSchema = z.object({ ffmpegPath: z.string(), ffprobePath: z.string() });

/** The project as an install leaves it whose scripts did not run, in a folder of its own. */
async function installedCopy() {
  const folder = await tempFolder();
  await chmod(folder, 0o755);
  const packages = join(folder, 'node_modules');
  const original = join(ROOT, 'node_modules');
  await mkdir(packages);
  await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of await readdir(original)) {
    if (name === '@ffprobe-installer') {
      await cp(join(original, name), join(packages, name), { recursive: true });
    } else {
      await symlink(join(original, name), join(packages, name));
    }
  }
  const platform = `${process.platform}-${process.arch}`;
  await chmod(join(packages, '@ffprobe-installer', platform, basename(bundledFfprobe)), 0o644);
  const module = pathToFileURL(join(folder, 'src/ffmpeg/find-ffmpeg.ts')).href;
  const script = `
    const { findFfmpeg } = await import(${JSON.stringify(module)});
    const { ffmpegPath, ffprobePath } = await findFfmpeg();
    console.log(JSON.stringify({ ffmpegPath, ffprobePath }));`;
  const find = async (env: NodeJS.ProcessEnv, uid?: number) => {
    const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...env },
      ...(uid === undefined ? {} : { uid }),
    });
    return foundSchema.parse(JSON.parse(stdout));
  };
  return { packages, find };
}
