import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { disc, quadrants, scene } from './drawing.js';
import { ffmpeg, words } from './ffmpeg.js';
import { failed, image, type Fixture } from './fixture.js';
import { makeHeic } from './heif.js';

/** Pictures that sharp does not read, and such as look whole and are not. */
export const stills: readonly Fixture[] = [
  {
    file: 'album/phone.heic',
    made: 'ffmpeg and a few boxes: quadrants in Display P3 with the profile, HEVC, 640×360 turned upright by irot',
    expected: image('encode'),
    make: async () => {
      const upright = await quadrants(360, 640).png().toBuffer();
      const lying = await sharp(upright).rotate(90).png().toBuffer();
      const png = await sharp(lying).withIccProfile('p3').png().toBuffer();
      const { icc } = await sharp(png).metadata();
      return makeHeic(png, { width: 640, height: 360 }, { icc, turns: 1 });
    },
  },
  {
    file: 'album/logo.svg',
    made: 'text: a red disc on white, 16 units wide, without a size in pixels',
    expected: image('encode'),
    make: async () => Buffer.from(logo('viewBox="0 0 16 16"')),
  },
  {
    file: 'album/zipped.svgz',
    made: 'zlib: a drawing of 20×20 with gzip around it',
    expected: image('encode'),
    make: async () => gzip(Buffer.from(logo('width="20" height="20" viewBox="0 0 20 20"'))),
  },
  {
    file: 'album/paint.bmp',
    made: 'ffmpeg: a 90×120 scene as BMP',
    expected: image('encode'),
    make: async () => asFormat('bmp', await scene(90, 120, 250).png().toBuffer()),
  },
  {
    file: 'album/favicon.ico',
    made: 'sharp and a few lines: an icon of 16×16 and of 128×128 pixels, both PNG',
    expected: image('encode'),
    make: async () =>
      ico([
        { side: 16, png: await scene(16, 16, 0).png().toBuffer() },
        { side: 128, png: await disc(128, 128).png().toBuffer() },
      ]),
  },
  {
    file: 'album/scan.jp2',
    made: 'ffmpeg: a 90×120 scene as JPEG 2000',
    expected: image('encode'),
    make: async () => asFormat('jp2', await scene(90, 120, 70).png().toBuffer()),
  },
  {
    file: 'album/design.psd',
    made: 'sharp and a few lines: an 80×100 scene as PSD, unpacked',
    expected: image('encode'),
    make: async () => psd(80, 100, await scene(80, 100, 310).raw().toBuffer()),
  },
  {
    file: 'refused/half-scan.jpg',
    made: 'sharp: a 360×640 scene as baseline JPEG, the second half of its scan cut out, its end marker in place',
    expected: failed('undecodable'),
    make: async () => {
      const whole = await scene(360, 640, 130).jpeg({ quality: 80 }).toBuffer();
      const half = whole.subarray(0, Math.floor(whole.length * 0.6));
      return Buffer.concat([half, Buffer.from([0xff, 0xd9])]);
    },
  },
  {
    file: 'refused/camera.dng',
    made: 'a TIFF directory with a DNG version, and no picture',
    expected: failed('format-unsupported'),
    make: async () =>
      Buffer.concat([
        Buffer.from('II*\0\x08\0\0\0\x01\0', 'latin1'),
        Buffer.from([0x12, 0xc6, 1, 0, 4, 0, 0, 0, 1, 4, 0, 0]),
        Buffer.alloc(4),
      ]),
  },
];

function logo(size: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${'A long remark. '.repeat(20)}-->
<svg xmlns="http://www.w3.org/2000/svg" ${size}>
  <rect width="16" height="16" fill="#fff"/><circle cx="8" cy="8" r="4" fill="#f00"/>
</svg>
`;
}

/** Written by hand, because zlib's own header names the system that wrote it. */
function gzip(content: Buffer): Buffer {
  const zlib = deflateSync(content);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  return Buffer.concat([head, zlib.subarray(2, -4), trailer]);
}

function asFormat(extension: 'bmp' | 'jp2', png: Buffer): Promise<Buffer> {
  return ffmpeg(extension, words('-i in.png -frames:v 1 -pix_fmt').concat(PIXELS[extension]), {
    'in.png': png,
  });
}

const PIXELS = { bmp: 'bgr24', jp2: 'rgb24' } as const;

function ico(sizes: readonly { readonly side: number; readonly png: Buffer }[]): Buffer {
  const head = Buffer.from([0, 0, 1, 0, sizes.length, 0]);
  let place = head.length + sizes.length * 16;
  const entries = sizes.map(({ side, png }) => {
    const entry = Buffer.from([side, side, 0, 0, 1, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(place, 12);
    place += png.length;
    return entry;
  });
  return Buffer.concat([head, ...entries, ...sizes.map(({ png }) => png)]);
}

/** Only what a reader of the merged picture needs: header, three empty parts, red, green, blue. */
function psd(width: number, height: number, rgb: Buffer): Buffer {
  const head = Buffer.alloc(26 + 12 + 2);
  head.write('8BPS\0\x01', 0, 'latin1');
  head.writeUInt16BE(3, 12); // channels
  head.writeUInt32BE(height, 14);
  head.writeUInt32BE(width, 18);
  head.writeUInt16BE(8, 22); // bits
  head.writeUInt16BE(3, 24); // RGB
  const planes = [0, 1, 2].map((channel) => rgb.filter((_, at) => at % 3 === channel));
  return Buffer.concat([head, ...planes]);
}
