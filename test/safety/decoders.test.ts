import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describe as describeError } from '../../src/errors.js';
import { runFfmpeg, type Recipe } from '../../src/ffmpeg/run-ffmpeg.js';
import { inspect } from '../../src/inspect/inspect.js';
import { probeMedia } from '../../src/inspect/probe-media.js';
import { expectVideoContract } from '../support/contract.js';
import { fixture } from '../support/fixtures.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

const PICTURE = lavfi('testsrc=s=64x64:d=1');
const SOUND = lavfi('sine=d=1');

/** A clip of codecs that ffmpeg has and that are not listed, or are. */
async function clip(name: string, inputs: readonly string[], codecs: string): Promise<string> {
  return makeMedia(path.join(await tempFolder(), name), [...inputs, ...words(codecs)]);
}

describe('a codec that nobody sends is not decoded, though ffmpeg could', () => {
  it('a file of nothing else is refused by its name, with what to do', async () => {
    const file = await clip('a.mkv', PICTURE, '-c:v magicyuv');
    const seen = await inspect(ffmpeg, file);
    if (seen.type !== 'unusable') throw new Error(`it is ${seen.type}`);
    expect(describeError(seen.error)).toBe(
      'Cannot use a.mkv: Matroska with magicyuv, which is not read; export it with H.264 or AAC.',
    );
  });

  it('what it is, is told all the same', async () => {
    const file = await clip('a.mkv', PICTURE, '-c:v magicyuv');
    const { pictures } = await probeMedia(ffmpeg, file, 'matroska', { timeoutMs: 30_000 });
    expect(pictures).toMatchObject([
      { codec: 'magicyuv', width: 64, height: 64, decodable: false },
    ]);
  });

  it('a sound of that kind does not cost the picture', async () => {
    const file = await clip('a.avi', [...PICTURE, ...SOUND], '-c:v mpeg4 -c:a pcm_s16le');
    // The sound's format: that of a game (Xan DPCM) instead of plain samples.
    const bytes = await readFile(file);
    bytes.writeUInt16LE(0x594a, bytes.indexOf('strf', bytes.indexOf('auds')) + 8);
    await writeFile(file, bytes);
    const { sounds } = await probeMedia(ffmpeg, file, 'avi', { timeoutMs: 30_000 });
    expect(sounds).toMatchObject([{ codec: 'xan_dpcm', decodable: false }]);
    const { plan, output } = await normalizeFile(file, await tempFolder());
    expect(plan).toMatchObject({ kind: 'video', sound: { action: 'silence' } });
    await expectVideoContract(output.path, 'encoded');
  });

  it('nor does a subtitle, of which none is decoded', async () => {
    const text = path.join(await tempFolder(), 'a.srt');
    await writeFile(text, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const inputs = ['-i', fixture('conforming.mp4'), '-i', text];
    const file = await clip('a.mkv', inputs, '-map 0 -map 1 -c copy -c:s ass');
    const { plan } = await normalizeFile(file, await tempFolder());
    expect(plan).toMatchObject({ kind: 'video', action: 'remux' });
  });
});

describe('a run decodes the streams that it takes', () => {
  const recipe = async (codecs: readonly string[]): Promise<Recipe> => ({
    inputs: [{ source: fixture('conforming.mp4'), demuxer: 'mov', codecs, options: [] }],
    maps: ['0:v'],
    video: { codec: 'libx264', filters: [], options: [] },
    audio: null,
    options: [],
    format: 'mp4',
    outputPath: path.join(await tempFolder(), 'a.mp4'),
  });

  it.each([[['h264']], [['h264', 'aac']]])('with %j it goes through', async (codecs) => {
    const run = runFfmpeg(ffmpeg, await recipe(codecs), { timeoutMs: 30_000 });
    await expect(run).resolves.toBeTypeOf('string');
  });

  it.each([[[]], [['aac']], [['magicyuv']]])('with %j it does not', async (codecs) => {
    const run = runFfmpeg(ffmpeg, await recipe(codecs), { timeoutMs: 30_000 });
    await expect(run).rejects.toMatchObject({ code: 'program-failed' });
  });
});
