import { quadrants } from './drawing.js';
import {
  CHEAP_SOUND,
  CONFORMING_PICTURE,
  CONFORMING_SOUND,
  FASTSTART,
  h264,
  makeClip,
  moving,
} from './clip.js';
import { ffmpeg, lavfi, words } from './ffmpeg.js';
import { CUT, video, type Fixture } from './fixture.js';

/** Containers round and codecs pad, so what was two seconds is not so to the millisecond. */
const TWO_SECONDS = [1.9, 2.2] as const;

const CONFORMING = [...CONFORMING_PICTURE, ...CONFORMING_SOUND];

const CHAPTERS = Buffer.from(
  ';FFMETADATA1\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Departure\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Arrival\n',
);

export const videos: readonly Fixture[] = [
  {
    file: 'conforming.mp4',
    made: 'ffmpeg: 2 s, 180×320 at 25 frames/s, H.264 Main without B-frames, AAC stereo, moov first',
    expected: video('keep', TWO_SECONDS),
    make: () => short(moving('navy'), 440, [...CONFORMING, ...FASTSTART]),
  },
  {
    file: 'moov-last.mp4',
    made: 'ffmpeg: like conforming.mp4, with moov after mdat',
    expected: video('remux', TWO_SECONDS),
    make: () => short(moving('maroon'), 450, CONFORMING),
  },
  {
    file: 'chapters-location.mp4',
    made: 'ffmpeg: like conforming.mp4, with a title, a place and two chapters',
    expected: video('remux', TWO_SECONDS),
    make: () =>
      makeClip({
        extension: 'mp4',
        picture: moving('darkgreen'),
        hertz: 460,
        seconds: 2,
        args: [
          ...words('-i chapters.txt -map 0:v -map 1:a -map_chapters 2'),
          ...words('-metadata title=Trip -metadata location=+52.5200+013.4050/'),
          ...CONFORMING,
          ...FASTSTART,
        ],
        inputs: { 'chapters.txt': CHAPTERS },
      }),
  },
  {
    file: 'two-sounds.mp4',
    made: 'ffmpeg: like conforming.mp4, with a second AAC stream',
    expected: video('remux', TWO_SECONDS),
    make: () =>
      short(moving('indigo'), 470, [
        ...lavfi('sine=frequency=235:sample_rate=44100'),
        ...words('-map 0 -map 1 -map 2'),
        ...CONFORMING,
        ...FASTSTART,
      ]),
  },
  {
    file: 'long-64s.mp4',
    made: 'ffmpeg: 64 s, 160×284 at 25 frames/s, H.264 Main without B-frames, AAC mono, moov first',
    expected: video('remux', CUT),
    make: () => long(moving('teal', '160x284'), 480, CONFORMING_PICTURE),
  },
  {
    file: 'long-64s-high.mp4',
    made: 'ffmpeg: 64 s, 160×284 at 25 frames/s, H.264 High with two B-frames, AAC mono, moov first',
    expected: video('encode', CUT),
    make: () => long(moving('purple', '160x284'), 490, h264('high', words('-bf 2'))),
  },
  {
    file: 'album/phone-portrait.mov',
    made: 'ffmpeg: 2 s of 180×320 quadrants, stored 320×180 with a display matrix of −90°, H.264 Main, AAC, MOV',
    expected: video('encode', TWO_SECONDS),
    make: phonePortrait,
  },
  {
    file: 'surround-ac3.mkv',
    made: 'ffmpeg: 2 s, the picture of conforming.mp4 in olive, AC-3 5.1, Matroska',
    expected: video('encode', TWO_SECONDS),
    make: () =>
      short(
        moving('olive'),
        510,
        [...CONFORMING_PICTURE, ...words('-c:a ac3 -b:a 192k -ac 6')],
        'mkv',
      ),
  },
  {
    file: 'album/screen.webm',
    made: 'ffmpeg: 2 s, 320×180 at 25 frames/s, VP8 and Vorbis, WebM',
    expected: video('encode', TWO_SECONDS),
    make: () =>
      short(
        moving('gray', '320x180'),
        520,
        words('-c:v libvpx -b:v 80k -c:a libvorbis -q:a 0'),
        'webm',
      ),
  },
  {
    file: 'album/screen-vp9.webm',
    made: 'ffmpeg: 2 s, 320×180 at 25 frames/s, VP9 and Opus, WebM',
    expected: video('encode', TWO_SECONDS),
    make: () =>
      short(
        moving('black', '320x180'),
        530,
        words('-c:v libvpx-vp9 -b:v 80k -cpu-used 4 -c:a libopus -b:a 24k -ar 48000'),
        'webm',
      ),
  },
  {
    file: 'album/camcorder.avi',
    made: 'ffmpeg: 2 s, 320×240 at 25 frames/s, MPEG-4 part 2 and MP3, AVI',
    expected: video('encode', TWO_SECONDS),
    make: () =>
      short(
        moving('sienna', '320x240'),
        540,
        words('-c:v mpeg4 -q:v 10 -c:a libmp3lame -b:a 64k'),
        'avi',
      ),
  },
  {
    file: 'album/old-phone.3gp',
    made: 'ffmpeg: 2 s, 176×144 at 15 frames/s, H.263 and AMR-NB, 3GP',
    expected: video('encode', TWO_SECONDS),
    make: () =>
      short(
        moving('crimson', '176x144', 15),
        550,
        words('-c:v h263 -b:v 60k -c:a libopencore_amrnb -ar 8000'),
        '3gp',
      ),
  },
  {
    file: 'no-sound.mp4',
    made: 'ffmpeg: like conforming.mp4, without sound',
    expected: video('encode', TWO_SECONDS),
    make: () => short(moving('darkcyan'), null, [...CONFORMING_PICTURE, ...FASTSTART]),
  },
];

function short(
  picture: string,
  hertz: number | null,
  args: readonly string[],
  extension = 'mp4',
): Promise<Buffer> {
  return makeClip({ extension, picture, hertz, seconds: 2, args });
}

function long(picture: string, hertz: number, codec: readonly string[]): Promise<Buffer> {
  const args = [...codec, ...CHEAP_SOUND, ...FASTSTART];
  return makeClip({ extension: 'mp4', picture, hertz, seconds: 64, args });
}

/**
 * This ffmpeg takes a rotation only while it copies, hence twice, and counts it the other way: its
 * 270 is what ffprobe calls −90 and phones write for a portrait.
 */
async function phonePortrait(): Promise<Buffer> {
  const stored = await ffmpeg(
    'mov',
    [
      ...words('-loop 1 -framerate 25 -i upright.png'),
      ...lavfi('sine=frequency=500:sample_rate=44100'),
      ...words('-vf transpose=cclock,scale=out_color_matrix=bt709:out_range=tv -t 2'),
      ...CONFORMING,
    ],
    { 'upright.png': await quadrants(180, 320).png().toBuffer() },
  );
  const turn = words('-i stored.mov -c copy -metadata:s:v:0 rotate=270');
  return ffmpeg('mov', turn, { 'stored.mov': stored });
}
