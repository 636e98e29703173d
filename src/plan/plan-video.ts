import type { PictureStream, SoundStream } from '../inspect/read-streams.js';
import type { Part } from '../job.js';
import { CUT_MIN_SECONDS, STATUS_MAX_SECONDS } from '../limits.js';
import type { Settings } from '../settings.js';
import type { PlanRefusal } from './plan.js';
import { chooseFrameRate, type FrameRate } from './frame-rate.js';
import { planRounds, type Rounds, type Timeline } from './plan-rounds.js';
import { faultsOf, round } from './rules.js';
import { coloursOf, isHdr, type SourceColours } from './video-colours.js';
import { VIDEO_RULES, type VideoSeen } from './video-rules.js';
import { fitWithin } from './video-size.js';
import { bitrateCeiling, soundCeiling } from './bitrate-ceiling.js';
import { cutForEncoding, placeOf, SOUND_SPARE_SECONDS, type Place } from './place.js';
import { encodeSound, soundWishes, type CopySound, type EncodeSound } from './plan-sound.js';
import { presetOf } from './preset.js';

/** How a clip becomes an MP4. Picture and sound are decided apart. */
export interface VideoPlan extends Place {
  readonly kind: 'video';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  readonly demuxer: string;
  readonly picture: CopyPicture | EncodePicture | DrawPicture;
  readonly sound: CopySound | EncodeSound | { readonly action: 'silence' | 'none' };
  /** How long the result should be; null where the source does not say. */
  readonly expectedSeconds: number | null;
  readonly maxBytes: number;
}

export interface CopyPicture {
  readonly action: 'copy';
  readonly index: number;
  readonly codec: string;
}

export interface EncodePicture {
  readonly action: 'encode';
  readonly index: number;
  /** The decoder to ask for by name; null for the codec's usual one. */
  readonly decoder: string | null;
  readonly codec: string;
  /** Pixels of the output, upright. */
  readonly width: number;
  readonly height: number;
  /** Clockwise, after it was flipped left to right where `mirrored` says so. */
  readonly rotationDegrees: number;
  readonly mirrored: boolean;
  readonly frameRate: FrameRate;
  /** Frames that are marked as two fields become one. */
  readonly deinterlace: boolean;
  /** Put behind what is transparent, as `#rrggbb`; null where nothing is. */
  readonly flatten: string | null;
  readonly colours: SourceColours;
  /** From PQ or HLG to BT.709. */
  readonly toneMap: boolean;
  /** The last frame stays this long, because the sound goes on. */
  readonly holdSeconds: number;
  /** For an animation; null for a clip. */
  readonly rounds: Rounds | null;
  readonly crf: number;
  readonly preset: string;
  /** Ceiling that keeps the file under its limit whatever is in the picture. */
  readonly maxBitrateKbps: number;
}

/** The picture of a sound that is shown as a video: nothing of it is in the source but the cover. */
export interface DrawPicture {
  readonly action: 'draw';
  /** Number of the stream that holds cover art; null: there is none. */
  readonly coverIndex: number | null;
  readonly title: string;
  /** Null: not known. */
  readonly artist: string | null;
  /** `#RRGGBB` that the background is built on. */
  readonly background: string;
  readonly maxPixels: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: FrameRate;
  readonly crf: number;
  readonly preset: string;
  readonly maxBitrateKbps: number;
}

/** A copied picture ends up to a frame and a half behind the cut. */
const COPY_SPARE_FRAMES = 1.5;
/** Below 7.5 frames/s such a spare would cost more than a cut may. */
const COPY_SPARE_MAX_SECONDS = STATUS_MAX_SECONDS - CUT_MIN_SECONDS;

/** @param because faults of a copy that was tried: encode, whatever the rules say of the source */
export function planVideo(
  seen: VideoSeen,
  name: string,
  settings: Settings,
  because: readonly string[],
  part: Part,
): VideoPlan | PlanRefusal {
  const { media, picture, sound } = seen;
  const megapixels = (picture.width * picture.height) / 1_000_000;
  if (megapixels > settings.maxMegapixels) {
    const why = `${round(megapixels)} megapixels are more than ${settings.maxMegapixels}; make it smaller, or raise --max-megapixels`;
    return { action: 'refuse', error: { code: 'too-large', file: name, why } };
  }
  if (picture.isDolbyVisionAlone === true) {
    const why =
      'its colours are those of Dolby Vision alone, which come out green; export it as SDR, HDR10 or HLG';
    return { action: 'refuse', error: { code: 'format-unsupported', file: name, why } };
  }
  const faults = faultsOf(VIDEO_RULES, seen, settings);
  const again = because.length > 0;
  const encodesPicture = again || faults.some(({ remedy }) => remedy === 'encode-picture');
  const wishes =
    sound === null
      ? []
      : [
          ...soundWishes(media, settings),
          ...(encodesPicture ? brokenWeight(sound, media, settings) : []),
        ];
  const encodesSound =
    again || wishes.length > 0 || faults.some(({ remedy }) => remedy === 'encode-sound');
  const { animation } = media;
  const animated = animation === null ? null : planRounds(animation, settings);
  const timeline = animated ?? timelineOf(seen, encodesPicture, settings, part);
  const { frameRate, cutSeconds, expectedSeconds } = timeline;
  // The last frame may be shown beyond the cut.
  const lengthSeconds = Math.max(expectedSeconds ?? Infinity, media.durationSeconds ?? 0);
  const soundMostKbps = encodesPicture ? soundCeiling(lengthSeconds, settings) : Infinity;
  const soundKbps =
    sound !== null && !encodesSound
      ? Math.max(sound.bitrateKbps ?? 0, settings.audioBitrateKbps)
      : Math.min(settings.audioBitrateKbps, soundMostKbps);
  const unitSeconds = frameRate.seconds / frameRate.frames;
  const place = { ...placeOf(part, unitSeconds, media.pauses), cutSeconds };
  return {
    kind: 'video',
    action: encodesPicture || encodesSound ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...timeline.reasons, ...wishes, ...because],
    demuxer: media.demuxer,
    picture: encodesPicture
      ? encodePicture(seen, timeline, bitrateCeiling(lengthSeconds, settings, soundKbps), settings)
      : { action: 'copy', index: picture.index, codec: picture.codec },
    sound:
      sound !== null && encodesSound
        ? { ...encodeSound(sound, media, place, settings), bitrateKbps: soundKbps }
        : keepSound(sound, settings),
    ...place,
    expectedSeconds,
    maxBytes: settings.videoMaxBytes,
  };
}

function timelineOf(
  { media, picture }: VideoSeen,
  encodes: boolean,
  settings: Settings,
  part: Part,
): Timeline {
  const frameRate = chooseFrameRate(picture, media, settings.videoMaxFrameRate);
  const cut = encodes ? cutForEncoding : cutForCopying;
  const cutSeconds = part.seconds ?? cut(settings.maxDurationSeconds, frameRate);
  const { durationSeconds } = media;
  const expectedSeconds = durationSeconds === null ? null : Math.min(durationSeconds, cutSeconds);
  return { frameRate, cutSeconds, expectedSeconds, rounds: null, reasons: [] };
}

/** A sound that is fine in itself, and too heavy beside a picture that has to fit the limit. */
function brokenWeight(
  { bitrateKbps }: SoundStream,
  { durationSeconds }: VideoSeen['media'],
  settings: Settings,
): readonly string[] {
  const kbps = bitrateKbps ?? settings.audioBitrateKbps;
  return kbps <= soundCeiling(durationSeconds ?? Infinity, settings)
    ? []
    : [`its sound of ${Math.round(kbps)} kbit/s leaves too little for the picture`];
}

function keepSound(sound: SoundStream | null, settings: Settings): VideoPlan['sound'] {
  if (sound === null) return { action: settings.silentTrack ? 'silence' : 'none' };
  return { action: 'copy', index: sound.index, codec: sound.codec };
}

function encodePicture(
  { media, picture, sound }: VideoSeen,
  { frameRate, rounds }: Timeline,
  maxBitrateKbps: number,
  settings: Settings,
): EncodePicture {
  const colours = coloursOf(picture, media.canToneMap);
  const toneMap = colours.convert !== null && isHdr(picture);
  const { index, codec, decoder, rotationDegrees, mirrored } = picture;
  return {
    action: 'encode',
    ...{ index, codec, decoder, rotationDegrees, mirrored },
    ...fitWithin(picture, settings),
    frameRate,
    deinterlace: mayHaveFields(picture),
    flatten: picture.hasAlpha && !toneMap ? settings.background.toLowerCase() : null,
    ...{ colours, toneMap, rounds },
    holdSeconds: holdSeconds(picture, sound, frameRate),
    crf: settings.videoCrf,
    preset: presetOf(settings),
    maxBitrateKbps,
  };
}

/** bwdif wants three columns and four lines of each plane; a chroma plane may be a quarter of all. */
const DEINTERLACE_MIN_SIDE = 16;

function mayHaveFields({ interlaced, codec, width, height }: PictureStream): boolean {
  if (Math.min(width, height) < DEINTERLACE_MIN_SIDE) return false;
  return interlaced ?? MAY_BE_INTERLACED.includes(codec);
}

/** Codecs of cameras and broadcasts, whose frames may be marked where the header says nothing. */
const MAY_BE_INTERLACED: readonly string[] = [
  ...['h264', 'mpeg1video', 'mpeg2video', 'mpeg4', 'vc1', 'wmv3', 'dvvideo', 'mjpeg', 'prores'],
  ...['dnxhd', 'ffv1', 'huffyuv', 'rawvideo', 'v210', 'cavs'],
];

/** Players leave the last frame up while the sound goes on; a file has to say so. */
function holdSeconds(
  picture: PictureStream,
  sound: SoundStream | null,
  { frames, seconds }: FrameRate,
): number {
  const gap = (sound?.endSeconds ?? 0) - (picture.endSeconds ?? Infinity);
  return gap > seconds / frames ? Math.round(gap * 1000) / 1000 : 0;
}

/** How long an encoded clip may be, its sound included. */
export function longestEncodeSeconds({ maxDurationSeconds }: Settings): number {
  return maxDurationSeconds - SOUND_SPARE_SECONDS;
}

/** Room for a picture whose frames do not begin at zero; a slow one is cut between its frames. */
function cutForCopying(maxSeconds: number, frameRate: FrameRate): number {
  const spare = (COPY_SPARE_FRAMES * frameRate.seconds) / frameRate.frames;
  return spare > COPY_SPARE_MAX_SECONDS
    ? cutForEncoding(maxSeconds, frameRate)
    : maxSeconds - Math.max(SOUND_SPARE_SECONDS, spare);
}
