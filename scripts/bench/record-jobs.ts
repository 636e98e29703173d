import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { processFolder } from '../../src/index.js';
import { readOrientation } from '../../src/inspect/read-turn.js';
import { sharp } from '../../src/inspect/sharp.js';
import { windowInStored } from '../../src/plan/crop-window.js';
import type { SettingsInput } from '../../src/settings.js';

/**
 * What has to be made of a folder, as `by-hand.js` takes it: the command lines that ffmpeg was
 * really given in a run over it, and the crops that were chosen.
 * @returns the path of a file of them
 */
export async function recordJobs(folder: string, given: SettingsInput = {}): Promise<string> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'statuscast-jobs-'));
  const { ffmpegPath } = await findFfmpeg();
  const noting = path.join(scratch, 'ffmpeg');
  const log = `printf '%s\\n' "$@" > "${scratch}/call-$$"`;
  await writeFile(noting, `#!/bin/sh\n${log}\nexec "${ffmpegPath}" "$@"\n`);
  await chmod(noting, 0o755);
  const stills: unknown[] = [];
  const settings = { ...given, out: path.join(scratch, 'out'), state: path.join(scratch, 'state') };
  const env = { ...process.env, FFMPEG_PATH: noting };
  for await (const event of processFolder(folder, { goal: 'prepare', settings, env })) {
    if (event.type !== 'result' || event.kind !== 'image') continue;
    if (!event.plan?.crop || event.output === null) continue;
    const { width, height } = event.output;
    const { crop } = event.plan;
    const seen = await sharp(event.input).metadata();
    const turn = readOrientation(seen.orientation ?? 1);
    const cut = { stored: windowInStored(crop, seen, turn), turn };
    stills.push({ file: event.input, crop, ...cut, width, height, quality: 85 });
  }
  const encodes = (await readCalls(scratch)).map((args) => {
    const output = args.at(-1) ?? '';
    return { argv: [ffmpegPath, '-y', ...args.slice(0, -1)], extension: output.split('.').at(-1) };
  });
  await rm(path.join(scratch, 'out'), { recursive: true });
  return writeJobs(scratch, encodes, stills);
}

/** What copies the streams of each MP4 of a folder into another, as `by-hand.js` takes it. */
export async function copyJobs(folder: string): Promise<string> {
  const { ffmpegPath } = await findFfmpeg();
  const encodes = (await readdir(folder)).map((name) => ({
    argv: [ffmpegPath, '-y', '-v', 'error', '-i', path.join(folder, name), '-c', 'copy'],
    extension: 'mp4',
  }));
  return writeJobs(await mkdtemp(path.join(tmpdir(), 'statuscast-jobs-')), encodes, []);
}

async function writeJobs(
  scratch: string,
  encodes: readonly unknown[],
  stills: readonly unknown[],
): Promise<string> {
  const file = path.join(scratch, 'jobs.json');
  await writeFile(file, JSON.stringify({ cores: availableParallelism(), encodes, stills }));
  return file;
}

/** Of clips before those of sounds, so that both cores have work to the end; else as they were made. */
async function readCalls(scratch: string): Promise<readonly (readonly string[])[]> {
  const all = (await readdir(scratch)).filter((name) => name.startsWith('call-'));
  const names = all.toSorted(new Intl.Collator('en', { numeric: true }).compare);
  const texts = await Promise.all(names.map((name) => readFile(path.join(scratch, name), 'utf8')));
  const calls = texts.map((text) => text.trimEnd().split('\n'));
  const encodes = calls.filter((args) => args.some((arg) => arg.startsWith('lib')));
  return encodes.toSorted((a, b) => Number(b.includes('libx264')) - Number(a.includes('libx264')));
}
