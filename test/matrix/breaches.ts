import type { SettingsInput } from '../../src/settings.js';
import { words } from '../support/make-media.js';

/** One way to break the contract for videos, in a clip that else keeps it. */
export interface Breach {
  readonly name: string;
  readonly mends: 'remux' | 'encode-picture' | 'encode-sound';
  /** What the plan says of it; a breach that ffmpeg cannot make alone names its company too. */
  readonly reasons: readonly RegExp[];
  /** What it also says where a newer ffmpeg has made the file. */
  readonly aside?: RegExp;
  /** Those that can hold it; default all. */
  readonly containers?: readonly string[];
  /** Instead of the usual picture and sound; null: no sound. */
  readonly picture?: string;
  readonly sound?: string | null;
  /** Instead of the usual H.264. */
  readonly encoder?: string;
  readonly args?: readonly string[];
  /** Told to a second run, which copies: what only a copy can be given. */
  readonly copyArgs?: readonly string[];
  /** Further inputs by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly cover?: boolean;
  readonly settings?: SettingsInput;
  /** The packets of the result are fewer than those of the source. */
  readonly isCut?: boolean;
}

interface ClipContainer {
  readonly args?: readonly string[];
  /** What is said of the container of a clip that is fine else. */
  readonly reasons: readonly RegExp[];
  /** A copy into MP4 leaves the packets as they are, byte by byte. */
  readonly samePackets: boolean;
  /** Default 0.6. */
  readonly seconds?: number;
}

const FASTSTART = words('-movflags +faststart');

export const CONTAINERS: Readonly<Record<string, ClipContainer>> = {
  mp4: { args: FASTSTART, reasons: [], samePackets: true },
  ipod: { args: FASTSTART, reasons: [], samePackets: true },
  mov: { args: FASTSTART, reasons: [/QuickTime, not MP4/], samePackets: true },
  '3gp': { args: FASTSTART, reasons: [/3GP, not MP4/], samePackets: true },
  // Its last frame is told short by a half: a hundred frames make that less than it may vary.
  f4v: { args: FASTSTART, reasons: [/f4v, not MP4/], samePackets: true, seconds: 5 },
  matroska: { reasons: [/matroska, not MP4/], samePackets: true },
  flv: { reasons: [/flv, not MP4/], samePackets: true },
  mpegts: { reasons: [/mpegts, not MP4/], samePackets: false },
  nut: { reasons: [/nut, not MP4/], samePackets: false },
};

const MOV = ['mp4', 'ipod', 'mov', '3gp'] as const;
/** These say the colours, the shape of pixels and the steps of frames just as the stream does. */
const EXACT = [...MOV, 'f4v', 'matroska'] as const;

const CHAPTERS = ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=300\ntitle=One\n';
const SUBTITLES = '1\n00:00:00,000 --> 00:00:00,400\nHello\n';

export const BREACHES: readonly Breach[] = [
  {
    name: 'another codec',
    mends: 'encode-picture',
    reasons: [/mpeg4, not H\.264/],
    containers: [...MOV, 'matroska'],
    encoder: '-c:v mpeg4',
  },
  {
    name: 'profile High',
    mends: 'encode-picture',
    reasons: [/profile High is/],
    args: words('-profile:v high -x264-params 8x8dct=1'),
  },
  {
    name: 'level 4',
    mends: 'encode-picture',
    reasons: [/level 4 is above 3\.1/],
    args: words('-level:v 4.0'),
  },
  { name: 'B-frames', mends: 'encode-picture', reasons: [/B-frames/], args: words('-bf 2') },
  ...(
    [
      ['10 bits', 'high10', 'yuv420p10le', /profile High 10/],
      ['4:2:2', 'high422', 'yuv422p', /profile High 4:2:2/],
      ['4:4:4', 'high444', 'yuv444p', /profile High 4:4:4/],
    ] as const
  ).map(([name, profile, format, reason]): Breach => {
    return {
      ...{ name, mends: 'encode-picture', reasons: [reason, new RegExp(`${format}, not`)] },
      args: words(`-profile:v ${profile} -pix_fmt ${format}`),
    };
  }),
  {
    name: 'full range',
    mends: 'encode-picture',
    reasons: [/yuvj420p, not/, /range is full/],
    args: words('-pix_fmt yuvj420p -color_range pc'),
  },
  {
    name: 'odd sides',
    mends: 'encode-picture',
    reasons: [/mpeg4, not/, /95×63 is odd/],
    containers: [...MOV, 'matroska'],
    picture: 'testsrc=s=95x63:r=25:d=0.6,format=yuv420p',
    encoder: '-c:v mpeg4',
  },
  {
    name: 'a long side that is too long',
    mends: 'encode-picture',
    reasons: [/160×96 is larger than 128×720/],
    picture: 'testsrc=s=160x96:r=25:d=0.6,format=yuv420p',
    settings: { videoMaxLongSide: 128 },
  },
  {
    name: 'a short side that is too long',
    mends: 'encode-picture',
    reasons: [/160×144 is larger than 1280×128/],
    picture: 'testsrc=s=160x144:r=25:d=0.6,format=yuv420p',
    settings: { videoMaxShortSide: 128 },
  },
  {
    name: 'pixels that are not square',
    mends: 'encode-picture',
    reasons: [/not square \(1\.333\)/],
    picture: 'testsrc=s=96x64:r=25:d=0.6,format=yuv420p,setsar=4/3',
  },
  ...[90, 180, 270].map((degrees): Breach => {
    return {
      ...{ name: `turned by ${degrees}°`, mends: 'encode-picture', reasons: [/turned by/] },
      containers: MOV,
      copyArgs: words(`-metadata:s:v:0 rotate=${degrees}`),
    };
  }),
  {
    name: 'fields in place of frames',
    mends: 'encode-picture',
    reasons: [/interlaced/],
    containers: [...MOV, 'f4v'], // in Matroska nothing tells of it; the check of the copy does
    args: words('-x264-params tff=1 -flags +ildct+ilme'),
  },
  {
    name: '60 frames/s',
    mends: 'encode-picture',
    reasons: [/60 frames\/s are more than 30/],
    containers: EXACT,
    picture: 'testsrc=s=96x64:r=60:d=0.6,format=yuv420p',
  },
  {
    name: 'a rate that varies',
    mends: 'encode-picture',
    reasons: [/not constant/],
    containers: [...MOV, 'f4v'], // in Matroska only the packets tell
    picture: `testsrc=s=96x64:r=25:d=0.8,format=yuv420p,select='not(between(mod(n,7),2,4))'`,
    args: words('-vsync vfr'),
  },
  ...(
    [
      ['PQ', 'smpte2084', 'bt2020', 'bt2020nc', /it is HDR/],
      ['HLG', 'arib-std-b67', 'bt2020', 'bt2020nc', /it is HDR/],
      ['BT.601', 'smpte170m', 'smpte170m', 'smpte170m', /smpte170m, not BT\.709/],
      ['the primaries of BT.2020', 'bt709', 'bt2020', 'bt709', /bt2020, not BT\.709/],
    ] as const
  ).map(([name, transfer, primaries, matrix, reason]): Breach => {
    return {
      ...{ name, mends: 'encode-picture', reasons: [reason] },
      args: words(`-color_trc ${transfer} -color_primaries ${primaries} -colorspace ${matrix}`),
    };
  }),
  {
    name: 'too many bytes',
    mends: 'encode-picture',
    reasons: [/bytes are more than 100000/],
    picture: 'color=gray:s=128x96:r=25:d=0.6,noise=alls=100:allf=t,format=yuv420p',
    sound: 'sine=d=0.6',
    args: words('-crf 4'),
    settings: { videoMaxBytes: 100_000 },
  },

  { name: 'no sound', mends: 'encode-sound', reasons: [/no sound track/], sound: null },
  ...(
    [
      ['ac3', 'ac3', ['mp4', 'ipod', 'mov', 'matroska', 'mpegts', 'nut']],
      ['mp3', 'libmp3lame', ['mp4', 'mov', 'matroska', 'flv', 'mpegts', 'nut']],
      ['opus', 'libopus -ar 48000', ['mp4', 'matroska', 'nut']],
      ['vorbis', 'libvorbis', ['mp4', 'matroska', 'nut']],
      ['flac', 'flac', ['mp4', 'matroska', 'nut']],
      ['amr_nb', 'libopencore_amrnb -ar 8000 -b:a 12.2k', ['3gp', 'mov']],
      ['pcm_s16le', 'pcm_s16le', ['mov', 'matroska', 'nut']],
    ] as const
  ).map(([codec, args, containers]): Breach => {
    const rate = codec === 'amr_nb' ? [/8000 Hz/] : [];
    return {
      ...{ name: `sound in ${codec}`, mends: 'encode-sound' },
      reasons: [new RegExp(`its sound is ${codec}, not AAC`), ...rate],
      ...{ containers, args: words(`-c:a ${args}`) },
    };
  }),
  {
    name: 'six channels',
    mends: 'encode-sound',
    reasons: [/6 channels, more than 2/],
    containers: [...MOV, 'matroska', 'flv', 'mpegts', 'nut'],
    args: words('-ac 6'),
  },
  ...[8000, 22_050, 96_000].map((rate): Breach => {
    return {
      ...{ name: `sound of ${rate} Hz`, mends: 'encode-sound' },
      ...{ reasons: [new RegExp(`${rate} Hz, not 44100 or 48000`)], args: words(`-ar ${rate}`) },
    };
  }),

  {
    name: 'two sounds',
    mends: 'remux',
    reasons: [/further streams \(sound\)/],
    containers: [...EXACT, 'mpegts', 'nut'],
    args: words('-map 1:a'),
  },
  {
    name: 'two pictures',
    mends: 'remux',
    reasons: [/further streams \(picture\)/],
    containers: [...EXACT, 'mpegts', 'nut'],
    args: words('-map 0:v'),
  },
  ...(
    [
      ['mov_text', ['mp4', 'mov']],
      ['srt', ['matroska']],
    ] as const
  ).map(([codec, containers]): Breach => {
    return {
      ...{ name: `subtitles (${codec})`, mends: 'remux', reasons: [/streams \(subtitle\)/] },
      ...{ containers, files: { 'a.srt': SUBTITLES }, args: words(`-map 2 -c:s ${codec}`) },
    };
  }),
  {
    name: 'a timecode track',
    mends: 'remux',
    reasons: [/streams \(data\)/, /metadata \(timecode\)/],
    containers: ['mp4', 'mov'],
    args: words('-timecode 01:00:00:00'),
  },
  {
    name: 'chapters',
    mends: 'remux',
    reasons: [/1 chapters/],
    containers: ['mp4', 'mov', 'matroska', 'nut'],
    files: { 'a.ffmeta': CHAPTERS },
    args: words('-map_chapters 2'),
  },
  {
    name: 'the place where it was filmed',
    mends: 'remux',
    reasons: [/metadata \(location/],
    containers: ['mp4', 'mov'],
    args: words('-metadata location=+52.5+013.4/'),
  },
  {
    name: 'the date when it was filmed',
    mends: 'remux',
    reasons: [/metadata \(creation_time\)/],
    containers: MOV,
    args: words('-metadata creation_time=2026-01-01T00:00:00Z'),
  },
  {
    name: 'an index at the end',
    mends: 'remux',
    reasons: [/index is at the end/],
    containers: [...MOV, 'f4v'],
    args: words('-movflags -faststart'),
  },
  {
    name: 'fragments',
    mends: 'remux',
    reasons: [/fragmented/],
    containers: ['mp4', 'mov'],
    picture: 'testsrc=s=96x64:r=25:d=5,format=yuv420p',
    sound: 'sine=d=5',
    args: words('-movflags frag_keyframe+delay_moov'),
  },
  {
    name: 'too long',
    mends: 'remux',
    reasons: [/longer than 1 s/],
    picture: 'testsrc=s=96x64:r=25:d=1.6,format=yuv420p',
    sound: 'sine=d=1.6',
    settings: { maxDurationSeconds: 1 },
    isCut: true,
  },
  {
    name: 'cover art',
    mends: 'remux',
    reasons: [/streams \(picture\)/],
    containers: ['mp4', 'ipod'],
    cover: true,
    args: words(
      '-map 2:v -c:v:1 png -profile:v:1 -99 -pix_fmt:v:1 rgb24 -disposition:v:1 attached_pic',
    ),
  },
  {
    name: 'side data',
    mends: 'remux',
    reasons: [/side data \(Stereo 3D\)/],
    containers: ['matroska'],
    args: words('-metadata:s:v:0 stereo_mode=left_right'),
  },
];

/** One way to break the contract for sounds, in an MP3 that else keeps it. */
export interface AudioBreach extends Omit<Breach, 'containers' | 'picture' | 'sound' | 'encoder'> {
  readonly muxer: string;
  readonly seconds?: number;
}

export const AUDIO_BREACHES: readonly AudioBreach[] = [
  ...(
    [
      ['flac', 'flac', 'flac'],
      ['vorbis', 'ogg', 'libvorbis'],
      ['aac', 'mp4', 'aac'],
      ['pcm_s16le', 'wav', 'pcm_s16le'],
    ] as const
  ).map(([codec, muxer, encoder]): AudioBreach => {
    const container = { flac: 'flac', ogg: 'ogg', mp4: 'mov', wav: 'wav' }[muxer];
    return {
      ...{ name: codec, mends: 'encode-sound', muxer, args: ['-c:a', encoder] },
      reasons: [new RegExp(`${codec}, not MP3`), new RegExp(`${container}, not MP3`)],
    };
  }),
  ...[8000, 22_050, 32_000].map((rate): AudioBreach => {
    return {
      ...{ name: `${rate} Hz`, mends: 'encode-sound', muxer: 'mp3', args: words(`-ar ${rate}`) },
      reasons: [new RegExp(`${rate} Hz, not`)],
    };
  }),
  {
    name: 'too many bytes',
    mends: 'encode-sound',
    reasons: [/bytes are more than 100000/],
    muxer: 'mp3',
    seconds: 4,
    args: words('-b:a 320k'),
    settings: { audioMaxBytes: 100_000 },
  },
  ...['matroska', 'mov', 'avi', 'nut'].map((muxer): AudioBreach => {
    const reasons = [new RegExp(`${muxer}, not MP3`)];
    return { name: `MP3 in ${muxer}`, mends: 'remux', muxer, reasons };
  }),
  {
    name: 'too long',
    mends: 'remux',
    reasons: [/longer than 1 s/],
    muxer: 'mp3',
    seconds: 1.6,
    settings: { maxDurationSeconds: 1 },
    isCut: true,
  },
  {
    name: 'cover art',
    mends: 'remux',
    reasons: [/cover art/],
    muxer: 'mp3',
    cover: true,
    args: words(
      '-map 1:v -c:v mjpeg -pix_fmt yuvj420p -disposition:v attached_pic -id3v2_version 3',
    ),
  },
  {
    name: 'two sounds',
    mends: 'remux',
    reasons: [/matroska, not MP3/, /further streams/],
    muxer: 'matroska',
    args: words('-map 0:a'),
  },
  {
    name: 'chapters',
    mends: 'remux',
    reasons: [/1 chapters/],
    aside: /metadata \(CHAP\)/,
    muxer: 'mp3',
    files: { 'a.ffmeta': CHAPTERS },
    args: words('-map_chapters 1 -id3v2_version 3'),
  },
  {
    name: 'an album',
    mends: 'remux',
    reasons: [/metadata \(album\)/],
    muxer: 'mp3',
    args: words('-metadata album=A'),
  },
];
