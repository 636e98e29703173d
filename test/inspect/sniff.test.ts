import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { describe as describeError } from '../../src/errors.js';
import { describeMedia } from '../../src/inspect/describe-media.js';
import { inspect } from '../../src/inspect/inspect.js';
import { sniff } from '../../src/inspect/sniff.js';
import { fixture } from '../support/fixtures.js';
import { ffmpeg } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** What becomes of these bytes under this name. */
async function inspectBytes(name: string, bytes: string | Uint8Array) {
  const path = join(await tempFolder(), name);
  await writeFile(path, bytes);
  return inspect(ffmpeg, path);
}

/** What becomes of a fixture under another name. */
async function inspectAs(name: string, file: string) {
  const path = join(await tempFolder(), name);
  await copyFile(fixture(file), path);
  return inspect(ffmpeg, path);
}

describe('an extension is not believed', () => {
  it.each([
    ['song.mp3', 'conforming.jpg', 'image'],
    ['photo.jpg', 'conforming.mp4', 'video'],
    ['film.mp4', 'conforming.mp3', 'audio'],
    ['notes.txt', 'conforming.mp4', 'video'],
    ['no-extension', 'voice-note.ogg', 'audio'],
    ['picture.png', 'refused/flyer.pdf', 'not-media'],
  ] as const)('%s with the bytes of %s is %s', async (name, file, type) => {
    await expect(inspectAs(name, file)).resolves.toMatchObject({ type });
  });
});

it.each(['II*\0', 'MM\0*', 'II*\0\x08\0\0'])(
  '%j alone is no picture and no error of ours',
  async (head) => {
    await expect(inspectBytes('a.tif', head)).resolves.toMatchObject({
      type: expect.stringMatching(/^(not-media|unusable)$/),
    });
  },
);

describe('streams decide, not the container', () => {
  it('an MP4 that holds only sound is sound', async () => {
    const seen = await inspectAs('film.mp4', 'only-sound.mp4');
    expect(seen).toMatchObject({ type: 'audio', sound: { codec: 'aac' } });
  });

  it('cover art is no video', async () => {
    const seen = await inspectAs('a.mp3', 'cover.mp3');
    expect(seen).toMatchObject({ type: 'audio', media: { pictures: [{ isCover: true }] } });
  });

  it('a GIF of one frame is a picture', async () => {
    await expect(inspectAs('a.gif', 'still.gif')).resolves.toMatchObject({
      type: 'image',
      image: { pages: 1 },
    });
  });
});

describe('a playlist never opens the file that it names', () => {
  const secret = fixture('conforming.mp4');
  it.each([
    ['HLS', `#EXTM3U\n#EXTINF:2,\n${secret}\n#EXT-X-ENDLIST\n`, /playlist \(M3U8\)/],
    [
      'HLS with a space before',
      ` #EXTM3U\n#EXTINF:2,\nfile:${secret}\n#EXT-X-ENDLIST\n`,
      /playlist \(M3U8\)/,
    ],
    ['concat', `ffconcat version 1.0\nfile '${secret}'\n`, /playlist \(concat\)/],
    ['DASH', `<?xml version="1.0"?><MPD><Period/></MPD>`, /manifest \(DASH\)/],
  ] as const)('%s in a file named .mp4', async (_, text, label) => {
    const seen = await inspectBytes('holiday.mp4', text);
    expect(seen).toEqual({ type: 'not-media', label: expect.stringMatching(label) });
  });

  it.each([
    ['behind bytes that are no text', Buffer.concat([Buffer.from('#EXTM3U\n\0\0'), garbage(64)])],
    ['behind the signature of an MP4', Buffer.concat([ftyp(), Buffer.from(`#EXTM3U\n${secret}`)])],
  ] as const)('%s', async (_, bytes) => {
    const seen = await inspectBytes('holiday.mkv', bytes);
    expect(['not-media', 'unusable']).toContain(seen.type);
  });
});

describe('what cannot be used is refused by name, with what to do', () => {
  it.each([
    ['a large Photoshop document', 'a.jpg', Buffer.from('8BPS\0\x02\0\0\0\0\0\0'), /PSB/],
    ['a RAW by Nikon', 'a.tif', rawTiff('NIKON CORPORATION\0', 262, 32_803), /Nikon RAW.*as JPEG/],
    ['a RAW by Pentax', 'a.tif', rawTiff('RICOH IMAGING\0', 259, 65_535), /Pentax RAW/],
    ['a RAW of an unknown maker', 'a.tif', rawTiff('Fixture\0', 262, 34_892), /a RAW photograph/],
    [
      'a RAW in a sub-directory',
      'a.tif',
      rawTiff('SAMSUNG\0', 262, 32_803, 'below'),
      /Samsung RAW/,
    ],
    ['a DNG', 'a.tif', rawTiff('Fixture\0', 50_706, 1), /RAW photograph \(DNG\)/],
    ['OpenEXR', 'a.png', Buffer.from('v/1\x01\x02\0\0\0channels\0'), /OpenEXR/],
    ['Radiance HDR', 'a.hdr', '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n', /Radiance/],
    ['MIDI', 'a.mp3', Buffer.from('MThd\0\0\0\x06\0\x01\0\x02'), /MIDI.*notes/],
  ] as const)('%s', async (_, name, bytes, message) => {
    const seen = await inspectBytes(name, bytes);
    if (seen.type !== 'unusable') throw new Error(`it is ${seen.type}`);
    expect(seen.error.code).toBe('format-unsupported');
    expect(describeError(seen.error)).toMatch(message);
    expect(describeError(seen.error)).toContain(name);
  });

  it.each([
    ['refused/picture.jxl', /JPEG XL is not read; export it as JPEG/],
    ['refused/camera.raf', /a Fujifilm RAW photograph is not read; export it as JPEG/],
  ] as const)('%s', async (file, message) => {
    const seen = await inspect(ffmpeg, fixture(file));
    if (seen.type !== 'unusable') throw new Error(`it is ${seen.type}`);
    expect(describeError(seen.error)).toMatch(message);
  });

  it('an empty file says so, with its size', async () => {
    const seen = await inspectBytes('photo.jpg', '');
    if (seen.type !== 'unusable') throw new Error(`it is ${seen.type}`);
    expect(seen.error).toEqual({ code: 'file-empty', file: 'photo.jpg' });
    expect(describeError(seen.error)).toContain('0 bytes');
  });

  it('a header with nothing behind it is undecodable', async () => {
    const png = await sharp(fixture('grey.png')).png().toBuffer();
    for (const bytes of [ftyp(), png.subarray(0, 12), Buffer.from('RIFF\x24\0\0\0WAVEfmt ')]) {
      await expect(inspectBytes('a.bin', bytes)).resolves.toMatchObject({
        type: expect.stringMatching(/unusable|not-media/),
      });
    }
  });
});

describe('bytes that are nothing', () => {
  it.each([
    ['one byte', Buffer.from([0])],
    ['zeroes', Buffer.alloc(65_536)],
    ['words', 'Dear diary,\r\n\ttoday …'],
    ['a line in UTF-8 that ends inside a character', Buffer.from('ж'.repeat(3000)).subarray(1)],
    ['noise', garbage(100_000)],
  ] as const)('%s: not media', async (_, bytes) => {
    await expect(inspectBytes('a.mp3', bytes)).resolves.toMatchObject({ type: 'not-media' });
  });

  it('text of more than the part that is read is text, also where a character is cut', async () => {
    const path = join(await tempFolder(), 'a.txt');
    await writeFile(path, `a${'ж'.repeat(4000)}`);
    await expect(sniff(path)).resolves.toEqual({ type: 'not-media', label: 'text' });
  });
});

it('a file is told of in words: format, streams, size and length', async () => {
  const words = async (file: string) => {
    const seen = await inspect(ffmpeg, fixture(file));
    if (seen.type === 'not-media' || seen.type === 'unusable') throw new Error(seen.type);
    return describeMedia(seen);
  };
  await expect(words('conforming.mp4')).resolves.toBe('MP4, h264 180×320, aac, 2 s');
  await expect(words('no-sound.mp4')).resolves.toBe('MP4, h264 180×320, no sound, 2 s');
  await expect(words('landscape.jpg')).resolves.toBe('JPEG, 640×480');
  await expect(words('surround.flac')).resolves.toBe('FLAC, flac, 1 s');
});

it('a TIFF that only names its maker is a picture', async () => {
  const tiff = await sharp(fixture('grey.png'))
    .withExif({ IFD0: { Make: 'NIKON CORPORATION' } })
    .tiff()
    .toBuffer();
  await expect(inspectBytes('a.nef', tiff)).resolves.toMatchObject({ type: 'image' });
});

/** A TIFF of one directory, or with a second below it, that has a maker and one short value. */
function rawTiff(make: string, tag: number, value: number, place: 'here' | 'below' = 'here') {
  const entry = (name: number, type: number, count: number, content: number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(name, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    bytes.writeUInt32LE(content, 8);
    return bytes;
  };
  const text = Buffer.from(make, 'latin1');
  const below = 8 + 2 + 24 + 4;
  const textAt = below + 2 + 12 + 4;
  const found = entry(tag, 3, 1, value);
  const head = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  const second = place === 'here' ? found : entry(330, 4, 1, below);
  const first = [Buffer.from([2, 0]), entry(271, 2, text.length, textAt), second, Buffer.alloc(4)];
  return Buffer.concat([head, ...first, Buffer.from([1, 0]), found, Buffer.alloc(4), text]);
}

function ftyp(): Buffer {
  return Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');
}

/** Bytes without a pattern, the same each time. */
function garbage(length: number): Buffer {
  let state = 12_345;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return Buffer.from(Array.from({ length }, () => next() >> 16));
}
