import { CONFORMING_PICTURE, CONFORMING_SOUND, FASTSTART, h264, makeClip, moving } from './clip.js';
import { words } from './ffmpeg.js';
import { video, type Fixture } from './fixture.js';

/** Clips whose picture breaks one rule each; sound and container keep them all. */
export const oddPictures: readonly Fixture[] = [
  {
    file: 'sixty-frames.mp4',
    made: 'ffmpeg: like conforming.mp4, at 60 frames/s',
    ...clip(moving('navy', '180x320', 60), 600, CONFORMING_PICTURE),
  },
  {
    file: 'variable-rate.mp4',
    made: 'ffmpeg: like conforming.mp4, every third frame only in its second half',
    ...clip(
      `${moving('maroon')},select='lt(t,1)+not(mod(n,3))'`,
      610,
      h264('main', words('-vsync vfr')),
    ),
  },
  {
    file: 'odd-321x241.mp4',
    made: 'ffmpeg: 2 s, 321×241 at 25 frames/s, MPEG-4 part 2 (H.264 4:2:0 cannot be odd), AAC',
    ...clip(`${moving('darkgreen', '320x240')},scale=321:241`, 620, words('-c:v mpeg4 -q:v 10')),
  },
  {
    file: 'anamorphic.mp4',
    made: 'ffmpeg: like conforming.mp4, with pixels of 4:3',
    ...clip(`${moving('indigo', '240x320')},setsar=4/3`, 630, CONFORMING_PICTURE),
  },
  {
    file: 'full-range.mp4',
    made: 'ffmpeg: like conforming.mp4, in full range (yuvj420p)',
    ...clip(moving('teal'), 640, h264('main', words('-pix_fmt yuvj420p -color_range pc'))),
  },
  {
    file: 'yuv444.mp4',
    made: 'ffmpeg: like conforming.mp4, 4:4:4 and High 4:4:4 Predictive',
    ...clip(moving('purple'), 650, h264('high444', words('-pix_fmt yuv444p'))),
  },
  {
    file: 'interlaced.mp4',
    made: 'ffmpeg: 2 s, 320×240 at 25 frames/s of two fields, top first, H.264 Main, AAC',
    ...clip(
      `${moving('olive', '320x240', 50)},tinterlace=interleave_top,fieldorder=tff`,
      660,
      h264('main', words('-x264-params tff=1')),
    ),
  },
  {
    file: 'album/hdr10.mp4',
    made: 'ffmpeg: 2 s, 180×320 at 25 frames/s, HEVC Main 10 tagged BT.2020 and PQ, AAC',
    ...clip(moving('gray'), 670, hdr10()),
  },
];

function clip(
  picture: string,
  hertz: number,
  codec: readonly string[],
): Pick<Fixture, 'expected' | 'make'> {
  const args = [...codec, ...CONFORMING_SOUND, ...FASTSTART];
  return {
    expected: video('encode', [1.9, 2.2]),
    make: () => makeClip({ extension: 'mp4', picture, hertz, seconds: 2, args }),
  };
}

function hdr10(): readonly string[] {
  return words(
    '-c:v libx265 -pix_fmt yuv420p10le -crf 32 -tag:v hvc1 ' +
      '-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv ' +
      '-x265-params log-level=error:pools=1:frame-threads=1',
  );
}
