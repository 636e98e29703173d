import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { CONFORMING_PICTURE, CONFORMING_SOUND, FASTSTART, makeClip, moving } from './clip.js';
import { disc, quadrants } from './drawing.js';
import { ffmpeg, lavfi, words } from './ffmpeg.js';
import { image, video, type Fixture } from './fixture.js';

const SIZE = { width: 90, height: 120 } as const;

/** 0.8 s a round; the shortest that is shown is 3 s. */
const DELAYS_MS = [100, 200, 500];
const FOUR_ROUNDS = [3.19, 3.21] as const;

export const movingPictures: readonly Fixture[] = [
  {
    file: 'album/wave.gif',
    made: 'sharp: three frames of 90×120, a disc on nothing, shown for 100, 200 and 500 ms, GIF',
    expected: video('encode', FOUR_ROUNDS),
    make: async () => (await frames('#c22')).gif({ delay: DELAYS_MS, loop: 0 }).toBuffer(),
  },
  {
    file: 'album/wave.webp',
    made: 'sharp: three frames of 90×120, a disc on nothing, shown for 100, 200 and 500 ms, WebP',
    expected: video('encode', FOUR_ROUNDS),
    make: async () =>
      (await frames('#2a2')).webp({ delay: DELAYS_MS, loop: 0, lossless: true }).toBuffer(),
  },
  {
    file: 'wave.png',
    made: 'ffmpeg: 1 s of 91×121 at 10 frames/s, animated PNG (APNG) named .png',
    expected: video('encode', [2.99, 3.01]),
    make: () =>
      ffmpeg('png', [
        ...lavfi(`${moving('navy', '90x120', 10)},scale=91:121,setsar=1,format=rgb24`),
        ...words('-t 1 -c:v apng -f apng -plays 0'),
      ]),
  },
  {
    file: 'still-apng.png',
    made: 'sharp: a 90×120 disc as PNG, with the chunks of an animation of a single frame (APNG)',
    expected: image('encode'),
    make: async () => animateOnce(await disc(90, 120).png().toBuffer()),
  },
  {
    file: 'album/wave.avif',
    made: 'ffmpeg: 0.4 s of 96×64 at 10 frames/s, AV1 in an MP4 of the brand of AVIF sequences',
    expected: video('encode', [3.19, 3.21]),
    make: () =>
      ffmpeg('mp4', [
        ...lavfi(moving('purple', '96x64', 10)),
        ...words('-t 0.4 -c:v libaom-av1 -strict -2 -cpu-used 8 -crf 50 -b:v 0 -brand avis'),
        ...words('-f mp4'),
      ]),
  },
  {
    file: 'mirrored.mp4',
    made: 'ffmpeg: like conforming.mp4, quadrants stored left for right, with a display matrix that mirrors',
    expected: video('encode', [1.9, 2.2]),
    make: async () => {
      const clip = await makeClip({
        extension: 'mp4',
        picture: moving('black', '160x120'),
        hertz: 680,
        seconds: 2,
        args: [
          ...words('-loop 1 -framerate 25 -i quadrants.png -map 2:v -map 1:a'),
          ...words('-vf hflip,scale=out_color_matrix=bt709:out_range=tv'),
          ...[...CONFORMING_PICTURE, ...CONFORMING_SOUND, ...FASTSTART],
        ],
        inputs: { 'quadrants.png': await quadrants(160, 120).png().toBuffer() },
      });
      return withMirror(clip);
    },
  },
];

/** A disc that comes up from the bottom, as one strip of frames. */
async function frames(colour: string): Promise<Sharp> {
  const { width, height } = SIZE;
  const drawn = DELAYS_MS.map((_, i) => {
    const shape = `<circle cx="45" cy="${90 - 30 * i}" r="20" fill="${colour}"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
      shape-rendering="crispEdges">${shape}</svg>`;
    return sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  });
  const pixels = Buffer.concat(await Promise.all(drawn));
  const strip = { width, height: height * drawn.length, pageHeight: height, channels: 4 } as const;
  return sharp(pixels, { raw: strip });
}

/** This ffmpeg writes no mirrors: the first number of the matrix of the first track is negated. */
function withMirror(clip: Buffer): Buffer {
  const matrixAt = clip.indexOf('tkhd') + 44;
  const mirrored = Buffer.from(clip);
  mirrored.writeInt32BE(-mirrored.readInt32BE(matrixAt), matrixAt);
  return mirrored;
}

/** Puts what makes an APNG of one frame behind the header, which is 33 bytes with the signature. */
function animateOnce(png: Buffer): Buffer {
  const frameControl = Buffer.alloc(26);
  frameControl.writeUInt32BE(90, 4);
  frameControl.writeUInt32BE(120, 8);
  frameControl.writeUInt16BE(1, 20);
  frameControl.writeUInt16BE(10, 22);
  const control = [
    chunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])),
    chunk('fcTL', frameControl),
  ];
  return Buffer.concat([png.subarray(0, 33), ...control, png.subarray(33)]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
