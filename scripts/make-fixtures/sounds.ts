import { scene } from './drawing.js';
import { ffmpeg, lavfi, words } from './ffmpeg.js';
import { audio, CUT, type Fixture } from './fixture.js';

/** Codecs pad to whole frames, so what was two seconds comes out a little longer. */
const TWO_SECONDS = [1.9, 2.2] as const;

const CONFORMING_MP3 = words('-c:a libmp3lame -b:a 128k -ac 2 -id3v2_version 3');
const AAC = words('-c:a aac -b:a 64k');
const OPUS = words('-c:a libopus -b:a 16k -application voip -ar 48000');

export const sounds: readonly Fixture[] = [
  {
    file: 'conforming.mp3',
    made: 'ffmpeg: a 2 s tone, MP3 44.1 kHz stereo 128 kbit/s, title and artist',
    expected: audio('keep', TWO_SECONDS),
    make: () => ffmpeg('mp3', [...tone(440), ...CONFORMING_MP3, ...tags({ title: 'A4' })]),
  },
  {
    file: 'cover.mp3',
    made: 'ffmpeg: a 2 s tone, MP3 44.1 kHz stereo 128 kbit/s with a JPEG cover',
    expected: audio('remux', TWO_SECONDS),
    make: async () => {
      const inputs = { 'cover.jpg': await scene(200, 200, 50).jpeg().toBuffer() };
      const cover = words('-i cover.jpg -map 0 -map 1 -c:v copy');
      const role = words('-disposition:v attached_pic -metadata:s:v comment=Cover');
      return ffmpeg('mp3', [...tone(494), ...cover, ...role, ...CONFORMING_MP3], inputs);
    },
  },
  {
    file: 'tags.mp3',
    made: 'ffmpeg: a 2 s tone, MP3 44.1 kHz stereo 128 kbit/s, also with album and comment',
    expected: audio('remux', TWO_SECONDS),
    make: () =>
      ffmpeg('mp3', [
        ...tone(523),
        ...CONFORMING_MP3,
        ...tags({ title: 'C5', album: 'Scales', comment: 'recorded at home' }),
      ]),
  },
  {
    file: 'long-64s.mp3',
    made: 'ffmpeg: a 64 s tone, MP3 44.1 kHz mono 32 kbit/s',
    expected: audio('remux', CUT),
    make: () =>
      ffmpeg('mp3', [...tone(330, 64), ...words('-c:a libmp3lame -b:a 32k -id3v2_version 0')]),
  },
  {
    file: 'low-rate.mp3',
    made: 'ffmpeg: a 2 s tone, MP3 22.05 kHz mono 32 kbit/s',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('mp3', [...tone(349), ...words('-c:a libmp3lame -b:a 32k -ar 22050')]),
  },
  {
    file: 'album/memo.m4a',
    made: 'ffmpeg: a 2 s tone, AAC 44.1 kHz mono in M4A',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('m4a', [...tone(392), ...AAC]),
  },
  {
    file: 'only-sound.mp4',
    made: 'ffmpeg: a 2 s tone, AAC 44.1 kHz mono in MP4 without a picture',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('mp4', [...tone(415), ...AAC]),
  },
  {
    file: 'long-64s.wav',
    made: 'ffmpeg: a 64 s tone, 8-bit PCM 4 kHz mono in WAV',
    expected: audio('encode', CUT),
    make: () => ffmpeg('wav', [...tone(294, 64), ...words('-c:a pcm_u8 -ar 4000')]),
  },
  {
    file: 'surround.flac',
    made: 'ffmpeg: a 1 s tone of its own in each of 5.1 channels, 24-bit FLAC 48 kHz',
    expected: audio('encode', [0.9, 1.2]),
    make: () =>
      ffmpeg('flac', [
        ...lavfi(`aevalsrc=${surround()}:channel_layout=5.1:sample_rate=48000:duration=1`),
        ...words('-c:a flac -sample_fmt s32 -bits_per_raw_sample 24 -compression_level 12'),
      ]),
  },
  {
    file: 'album/song.ogg',
    made: 'ffmpeg: a 2 s tone, Vorbis 44.1 kHz stereo in Ogg',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('ogg', [...tone(587), ...words('-c:a libvorbis -q:a 1 -ac 2')]),
  },
  {
    file: 'voice-note.ogg',
    made: 'ffmpeg: a 2 s tone, Opus 48 kHz mono 16 kbit/s in Ogg, as messengers record',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('ogg', [...tone(262), ...OPUS]),
  },
  {
    file: 'album/dictation.amr',
    made: 'ffmpeg: a 2 s tone, AMR-NB 8 kHz mono',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('amr', [...tone(370), ...words('-c:a libopencore_amrnb -ar 8000')]),
  },
  {
    file: 'album/dictation.wma',
    made: 'ffmpeg: a 2 s tone, WMA 2 44.1 kHz mono 32 kbit/s in ASF, which often holds video',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('wma', [...tone(466), ...words('-c:a wmav2 -b:a 32k')]),
  },
  {
    file: 'album/jingle.caf',
    made: 'ffmpeg: a 2 s tone, A-law PCM 8 kHz mono in CAF, which file-type does not know',
    expected: audio('encode', TWO_SECONDS),
    make: () => ffmpeg('caf', [...tone(554), ...words('-c:a pcm_alaw -ar 8000')]),
  },
  {
    file: 'old-tags.mp3',
    made: 'ffmpeg: a 1 s tone, MP3 44.1 kHz mono 32 kbit/s; an ID3v1 tag is added behind it',
    expected: audio('remux', [0.9, 1.2]),
    make: async () => {
      const args = words('-c:a libmp3lame -b:a 32k -id3v2_version 0');
      return Buffer.concat([await ffmpeg('mp3', [...tone(247, 1), ...args]), ID3V1]);
    },
  },
  {
    file: 'behind-other-bytes.mp3',
    made: 'ffmpeg: a 1 s tone, MP3 44.1 kHz mono 32 kbit/s; 70,000 bytes 0xAA are put before it',
    expected: audio('encode', [0.9, 1.2]),
    make: async () => {
      const args = words('-c:a libmp3lame -b:a 32k -id3v2_version 0');
      const sound = await ffmpeg('mp3', [...tone(233, 1), ...args]);
      return Buffer.concat([Buffer.alloc(70_000, 0xaa), sound]);
    },
  },
  {
    file: 'album/two-languages.mka',
    made: 'ffmpeg: two 2 s tones, Opus 48 kHz mono 16 kbit/s in Matroska, in English and in German',
    expected: audio('encode', TWO_SECONDS),
    make: () =>
      ffmpeg('mka', [
        ...[...tone(196), ...tone(208), ...words('-map 0 -map 1'), ...OPUS],
        ...words('-metadata:s:a:0 language=eng -metadata:s:a:1 language=ger'),
      ]),
  },
];

/** The oldest tag of all: 128 bytes behind the sound, with an album in it. */
const ID3V1 = Buffer.from(
  `TAG${'C4'.padEnd(60, '\0')}${'Scales'.padEnd(64, '\0')}\u0001`,
  'latin1',
);

/** A sine of `hertz` at 44.1 kHz, mono. */
function tone(hertz: number, seconds = 2): readonly string[] {
  return lavfi(`sine=frequency=${hertz}:sample_rate=44100:duration=${seconds}`);
}

function tags(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries({ artist: 'Sine', ...values }).flatMap(([name, value]) => [
    '-metadata',
    `${name}=${value}`,
  ]);
}

function surround(): string {
  return [220, 277, 330, 55, 440, 554].map((hertz) => `0.2*sin(2*PI*${hertz}*t)`).join('|');
}
