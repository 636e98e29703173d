import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { processFile, type PreviewEvent } from '../../src/index.js';
import {
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  lavfi,
  makeMedia,
  words,
} from '../support/make-media.js';
import { tempFolder } from '../support/temp-folder.js';

/** A clip that is kept as it is: red, then blue from the middle on. */
async function makeClip(folder: string, seconds: number, keyFrames: number): Promise<string> {
  const half = (colour: string) => lavfi(`color=${colour}:s=320x240:r=30:d=${seconds / 2}`);
  const interval = Math.ceil((seconds * 30) / keyFrames);
  return makeMedia(path.join(folder, 'clip.mp4'), [
    ...[...half('red'), ...half('blue'), ...lavfi(`sine=sample_rate=44100:d=${seconds}`)],
    ...['-filter_complex', '[0:v][1:v]concat=n=2[v]', '-map', '[v]', '-map', '2:a'],
    ...[...CONFORMING_PICTURE, ...words(`-g ${interval} -keyint_min ${interval}`)],
    ...[...words('-sc_threshold 0'), ...CONFORMING_SOUND, ...FASTSTART],
  ]);
}

async function previewsOf(folder: string, file: string): Promise<PreviewEvent> {
  const previews = { folder: path.join(folder, 'previews'), maxBytes: 1_000_000 };
  const settings = { out: path.join(folder, 'out') };
  const found: PreviewEvent[] = [];
  for await (const event of processFile(file, { goal: 'prepare', settings, previews })) {
    if (event.type === 'preview') found.push(event);
    if (event.type === 'result') expect(event.plan?.action).toBe('keep');
  }
  const [event] = found;
  if (event === undefined) throw new Error('there is no preview');
  return event;
}

/** The middle of each frame. */
async function coloursOf(preview: PreviewEvent['after']): Promise<readonly string[]> {
  if (preview === null) throw new Error('there is no picture');
  const { width, height, frames } = preview;
  const { data, info } = await sharp(preview.path).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height });
  return Array.from({ length: frames }, (_, frame) => {
    const x = Math.floor(((frame + 0.5) * width) / frames);
    const at = (Math.floor(height / 2) * width + x) * info.channels;
    return (data[at] ?? 0) > (data[at + 2] ?? 0) ? 'red' : 'blue';
  });
}

test.each([
  ['one key frame', 1, ['red']],
  ['two key frames', 2, ['red', 'red', 'red', 'blue']],
])('a clip of six seconds and %s is shown by what it has', async (_, keyFrames, colours) => {
  const folder = await tempFolder();
  const { before, after } = await previewsOf(folder, await makeClip(folder, 6, keyFrames));
  expect(await coloursOf(after)).toEqual(colours);
  expect(await coloursOf(before)).toEqual(['red']);
});
