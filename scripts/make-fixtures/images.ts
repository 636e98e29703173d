import sharp, { type Sharp } from 'sharp';
import { quadrants, scene, disc } from './drawing.js';
import { image, type Fixture } from './fixture.js';

/** The smallest picture that keeps the contract: 9 × 40 by 16 × 40 pixels. */
const CONFORMING = { width: 360, height: 640 } as const;

const JPEG = { quality: 80 } as const;

export const images: readonly Fixture[] = [
  {
    file: 'landscape.jpg',
    made: 'sharp: a 640×480 scene as baseline JPEG',
    expected: image('encode'),
    make: () => scene(640, 480, 200).jpeg(JPEG).toBuffer(),
  },
  {
    file: 'conforming.jpg',
    made: 'sharp: a 360×640 scene as baseline sRGB JPEG without metadata',
    expected: image('keep'),
    make: () => conformingScene(120).jpeg(JPEG).toBuffer(),
  },
  {
    file: 'gps-position.jpg',
    made: 'sharp: a 360×640 scene as baseline sRGB JPEG, EXIF with a camera and a GPS position',
    expected: image('remux'),
    make: () =>
      conformingScene(30)
        .withExif({
          IFD0: { Make: 'Fixture', Model: 'Camera' },
          IFD3: {
            GPSLatitudeRef: 'N',
            GPSLatitude: '52/1 31/1 12/1',
            GPSLongitudeRef: 'E',
            GPSLongitude: '13/1 24/1 36/1',
          },
        })
        .jpeg(JPEG)
        .toBuffer(),
  },
  {
    file: 'progressive.jpg',
    made: 'sharp: a 480×480 scene as progressive JPEG',
    expected: image('encode'),
    make: () =>
      scene(480, 480, 300)
        .jpeg({ ...JPEG, progressive: true })
        .toBuffer(),
  },
  {
    file: 'album/orientation-6.jpg',
    made: 'sharp: 360×640 quadrants, stored turned 90° to the left, EXIF orientation 6, sRGB profile',
    expected: image('encode'),
    make: async () => {
      const upright = await uprightQuadrants();
      return withOrientation(await sharp(upright).rotate(270).png().toBuffer(), 6);
    },
  },
  {
    file: 'album/orientation-7.jpg',
    made: 'sharp: 360×640 quadrants, stored mirrored along the other diagonal, EXIF orientation 7, sRGB profile',
    expected: image('encode'),
    make: async () => {
      const turned = await sharp(await uprightQuadrants())
        .rotate(90)
        .png()
        .toBuffer();
      return withOrientation(await sharp(turned).flip().png().toBuffer(), 7);
    },
  },
  {
    file: 'album/cmyk.jpg',
    made: 'sharp: a 360×480 scene as CMYK JPEG without a profile',
    expected: image('encode'),
    make: () => scene(360, 480, 10).toColourspace('cmyk').jpeg(JPEG).toBuffer(),
  },
  {
    file: 'transparent.png',
    made: 'sharp: a blue disc with a half transparent rim on nothing, 400×400, RGBA PNG',
    expected: image('encode'),
    make: () => disc(400, 400).png().toBuffer(),
  },
  {
    file: 'sixteen-bit.png',
    made: 'sharp: a 240×320 scene as PNG with 16 bits a channel',
    expected: image('encode'),
    make: () => scene(240, 320, 60).toColourspace('rgb16').png().toBuffer(),
  },
  {
    file: 'grey.png',
    made: 'sharp: a 360×480 scene as PNG with one grey channel',
    expected: image('encode'),
    make: () => scene(360, 480, 0).greyscale().toColourspace('b-w').png().toBuffer(),
  },
  {
    file: 'album/display-p3.png',
    made: 'sharp: 360×640 sRGB quadrants converted to Display P3, PNG with the profile',
    expected: image('encode'),
    make: async () =>
      sharp(await uprightQuadrants())
        .withIccProfile('p3')
        .png()
        .toBuffer(),
  },
  {
    file: 'album/lake.webp',
    made: 'sharp: a 480×360 scene as lossy WebP',
    expected: image('encode'),
    make: () => scene(480, 360, 150).webp().toBuffer(),
  },
  {
    file: 'album/forest.avif',
    made: 'sharp: a 480×360 scene as AVIF',
    expected: image('encode'),
    make: () => scene(480, 360, 90).avif().toBuffer(),
  },
  {
    file: 'album/scan.tiff',
    made: 'sharp: a 300×400 scene as TIFF with LZW',
    expected: image('encode'),
    make: () => scene(300, 400, 40).tiff({ compression: 'lzw' }).toBuffer(),
  },
  {
    file: 'still.gif',
    made: 'sharp: a 240×240 scene as GIF with a single frame',
    expected: image('encode'),
    make: () => scene(240, 240, 330).gif().toBuffer(),
  },
  {
    file: 'tiny-20x30.png',
    made: 'sharp: a 20×30 scene as PNG',
    expected: image('encode'),
    make: () => scene(20, 30, 180).png().toBuffer(),
  },
  {
    file: 'panorama-3000x300.jpg',
    made: 'sharp: a 3000×300 scene as JPEG',
    expected: image('encode'),
    make: () => scene(3000, 300, 220).jpeg({ quality: 50 }).toBuffer(),
  },
  {
    file: 'holiday.mp3',
    made: 'sharp: a 320×240 scene as PNG, with the name of a sound',
    expected: image('encode'),
    make: () => scene(320, 240, 20).png().toBuffer(),
  },
  {
    file: 'праздник 海 🎉.jpg',
    made: 'sharp: a 320×400 scene as JPEG',
    expected: image('encode'),
    make: () => scene(320, 400, 280).jpeg(JPEG).toBuffer(),
  },
  {
    file: '-dash %03d #1.jpg',
    made: 'sharp: a 320×320 scene as JPEG',
    expected: image('encode'),
    make: () => scene(320, 320, 100).jpeg(JPEG).toBuffer(),
  },
];

function conformingScene(hue: number): Sharp {
  return scene(CONFORMING.width, CONFORMING.height, hue);
}

function uprightQuadrants(): Promise<Buffer> {
  return quadrants(CONFORMING.width, CONFORMING.height).png().toBuffer();
}

function withOrientation(stored: Buffer, orientation: number): Promise<Buffer> {
  return sharp(stored).withMetadata({ orientation }).jpeg(JPEG).toBuffer();
}
