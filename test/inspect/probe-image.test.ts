import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { probeImage } from '../../src/inspect/probe-image.js';
import { fixture } from '../support/fixtures.js';
import { tempFolder } from '../support/temp-folder.js';

describe('a picture is read as it is', () => {
  it.each([
    ['conforming.jpg', { format: 'jpeg', width: 360, height: 640, orientation: 1, metadata: [] }],
    ['conforming.jpg', { space: 'srgb', channels: 3, bitDepth: 8, profile: 'none', pages: 1 }],
    ['gps-position.jpg', { metadata: ['EXIF'], orientation: 1 }],
    ['album/orientation-6.jpg', { width: 640, height: 360, orientation: 6, profile: 'srgb' }],
    ['album/cmyk.jpg', { space: 'cmyk', channels: 4 }],
    ['album/display-p3.png', { profile: 'other' }],
    ['album/forest.avif', { format: 'heif', compression: 'av1' }],
    ['sixteen-bit.png', { bitDepth: 16 }],
    ['transparent.png', { hasAlpha: true }],
    ['grey.png', { space: 'b-w', channels: 1 }],
  ] as const)('%s: %o', async (file, facts) => {
    await expect(probeImage(fixture(file))).resolves.toMatchObject(facts);
  });
});

describe('a JPEG that might be kept is read to its end', () => {
  it('what follows the picture, such as the clip of a motion photo, is counted', async () => {
    const path = join(await tempFolder(), 'a.jpg');
    const clip = await readFile(fixture('conforming.mp4'));
    await writeFile(path, Buffer.concat([await readFile(fixture('conforming.jpg')), clip]));
    await expect(probeImage(path)).resolves.toMatchObject({
      truncated: false,
      trailingBytes: clip.length,
    });
  });

  it('one without an end is cut off', async () => {
    const path = join(await tempFolder(), 'a.jpg');
    const whole = await readFile(fixture('conforming.jpg'));
    for (const length of [whole.length - 1, whole.length >> 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(probeImage(path)).resolves.toMatchObject({ truncated: true });
    }
  });

  it('every kind of metadata is named', async () => {
    const path = join(await tempFolder(), 'a.jpg');
    await sharp(fixture('conforming.jpg'))
      .withExif({ IFD0: { Artist: 'N. N.' } })
      .withIccProfile('srgb')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toFile(path);
    const { metadata, profile } = await probeImage(path);
    expect(metadata.toSorted()).toEqual(['EXIF', 'XMP', 'a colour profile']);
    expect(profile).toBe('srgb');
  });

  it('a comment and an unknown segment are metadata; Adobe’s transform is not', async () => {
    const path = join(await tempFolder(), 'a.jpg');
    const whole = await readFile(fixture('conforming.jpg'));
    const segments = Buffer.concat([
      Buffer.from('\xff\xff\xfe\0\x06here', 'latin1'),
      Buffer.from('\xff\xe9\0\x04hi', 'latin1'),
      Buffer.from('\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01', 'latin1'),
    ]);
    await writeFile(path, Buffer.concat([whole.subarray(0, 2), segments, whole.subarray(2)]));
    await expect(probeImage(path)).resolves.toMatchObject({
      metadata: ['a comment', 'APP9 data'],
      trailingBytes: 0,
    });
  });
});
