import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFfmpeg, type Recipe } from '../../src/ffmpeg/run-ffmpeg.js';
import { ffprobe } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import { ffmpeg } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const COPY = { codec: 'copy', filters: [], options: [] } as const;

function copyOf(source: string, demuxer: string, outputPath: string): Recipe {
  return {
    inputs: [{ source, demuxer, options: [] }],
    maps: ['0:v', '0:a'],
    video: COPY,
    audio: COPY,
    options: [],
    format: 'mp4',
    outputPath,
  };
}

const ODD_NAMES = [
  `-a b%03d:'"\n.mp4`,
  'http:x.mp4',
  'pipe:0',
  'a b  c.mp4',
  '#1 [x]=y;z,|w.mp4',
  '$(touch evil)`touch evil`.mp4',
  'tee:x.mp4',
  'праздник 海 🎉.mp4',
  '\\.mp4',
] as const;

it.each(ODD_NAMES)('%j is read and written as a name like any other', async (name) => {
  const folder = await tempFolder();
  await copyFile(fixture('conforming.mp4'), join(folder, name));
  const output = join(folder, `out ${name}`);
  await runFfmpeg(ffmpeg, copyOf(join(folder, name), 'mov', output), { timeoutMs: 20_000 });
  const { streams } = await ffprobe(output);
  expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
  await expect(readdir(folder)).resolves.toHaveLength(2);
});

describe('a recipe', () => {
  it('that is carried out tells how far it has come, up to the end', async () => {
    const output = join(await tempFolder(), 'out.mp4');
    const seconds: number[] = [];
    const recipe: Recipe = {
      inputs: [{ source: 'testsrc=s=64x64:d=3', demuxer: 'lavfi', options: [] }],
      maps: ['0:v'],
      video: { codec: 'libx264', filters: ['scale=w=32:h=32', 'format=yuv420p'], options: [] },
      audio: null,
      options: ['-metadata', 'title=two words = three'],
      format: 'mp4',
      outputPath: output,
    };
    await runFfmpeg(ffmpeg, recipe, {
      timeoutMs: 20_000,
      onProgress: (done) => seconds.push(done),
    });
    const { format, streams } = await ffprobe(output);
    expect(streams).toMatchObject([{ codec_name: 'h264', width: 32, height: 32 }]);
    expect(format.tags['title']).toBe('two words = three');
    expect(seconds.at(-1)).toBeGreaterThan(2.8);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
  });

  it('opens no file but its inputs: a playlist is no MP4, whatever its name', async () => {
    const output = join(await tempFolder(), 'out.mp4');
    await expect(
      runFfmpeg(ffmpeg, copyOf(fixture('refused/evil.mp4'), 'mov', output), { timeoutMs: 20_000 }),
    ).rejects.toMatchObject({ code: 'program-failed' });
  });
});
