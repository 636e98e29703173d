import type { MediaProbe, PictureStream, SoundStream } from '../inspect/probe-media.js';
import { CUT_MIN_SECONDS, STATUS_MAX_SECONDS } from '../limits.js';
import type { Settings } from '../settings.js';
import { bitrateCeiling, soundCeiling } from './bitrate-ceiling.js';
import { encodeSound, type CopySound, type EncodeSound } from './plan-audio.js';
import type { PlanRefusal } from './plan.js';
import { faultsOf, round } from './rules.js';
import { HDR_TRANSFERS, isConstantRate, VIDEO_RULES } from './video-rules.js';

/** How a clip becomes an MP4. Picture and sound are decided apart. */
export interface VideoPlan {
  readonly kind: 'video';
  readonly action: 'keep' | 'remux' | 'encode';
  readonly reasons: readonly string[];
  readonly demuxer: string;
  readonly picture: CopyPicture | EncodePicture;
  readonly sound: CopySound | EncodeSound | { readonly action: 'silence' | 'none' };
  /** Read and write no further than this, so that the result as ffprobe reads it still fits. */
  readonly cutSeconds: number;
  /** How long the result should be; null where the source does not say. */
  readonly expectedSeconds: number | null;
  readonly maxBytes: number;
}

export interface CopyPicture {
  readonly action: 'copy';
  readonly index: number;
}

export interface EncodePicture {
  readonly action: 'encode';
  readonly index: number;
  /** Pixels of the output, upright. */
  readonly width: number;
  readonly height: number;
  readonly frameRate: FrameRate;
  readonly deinterlace: boolean;
  /** From PQ or HLG to BT.709. */
  readonly toneMap: boolean;
  readonly crf: number;
  readonly preset: string;
  /** Ceiling that keeps the file under its limit whatever is in the picture. */
  readonly maxBitrateKbps: number;
}

/** Frames per second as a fraction: 30000 over 1001 is no decimal number. */
export interface FrameRate {
  readonly frames: number;
  readonly seconds: number;
}

/** Sound ends up to two packets of 1024 samples behind the cut; at 44.1 kHz that is 46 ms. */
const SOUND_SPARE_SECONDS = 0.05;
/** A copied picture ends up to a frame and a half behind the cut. */
const COPY_SPARE_FRAMES = 1.5;
/** Below 7.5 frames/s such a spare would cost more than a cut may. */
const COPY_SPARE_MAX_SECONDS = STATUS_MAX_SECONDS - CUT_MIN_SECONDS;

/** @param because faults of a copy that was tried: encode, whatever the rules say of the source */
export function planVideo(
  seen: {
    readonly media: MediaProbe;
    readonly picture: PictureStream;
    readonly sound: SoundStream | null;
  },
  name: string,
  settings: Settings,
  because: readonly string[],
): VideoPlan | PlanRefusal {
  const { media, picture, sound } = seen;
  const megapixels = (picture.width * picture.height) / 1_000_000;
  if (megapixels > settings.maxMegapixels) {
    const why = `${round(megapixels)} megapixels are more than ${settings.maxMegapixels}`;
    return { action: 'refuse', error: { code: 'too-large', file: name, why } };
  }
  const faults = faultsOf(VIDEO_RULES, seen, settings);
  const again = because.length > 0;
  const encodesPicture = again || faults.some(({ remedy }) => remedy === 'encode-picture');
  const heavy = encodesPicture ? brokenWeight(sound, media, settings) : null;
  const wishes = heavy === null ? [] : [heavy];
  const encodesSound =
    again || heavy !== null || faults.some(({ remedy }) => remedy === 'encode-sound');
  const frameRate = chooseFrameRate(picture, media, settings);
  const cut = encodesPicture ? cutForEncoding : cutForCopying;
  const cutSeconds = cut(settings.maxDurationSeconds, frameRate);
  const { durationSeconds } = media;
  const soundKbps =
    sound !== null && !encodesSound
      ? Math.max(sound.bitrateKbps ?? 0, settings.audioBitrateKbps)
      : Math.min(
          settings.audioBitrateKbps,
          encodesPicture ? soundCeiling(durationSeconds ?? Infinity, settings) : Infinity,
        );
  return {
    kind: 'video',
    action: encodesPicture || encodesSound ? 'encode' : faults.length > 0 ? 'remux' : 'keep',
    reasons: [...faults.map(({ reason }) => reason), ...wishes, ...because],
    demuxer: media.demuxer,
    picture: encodesPicture
      ? encodePicture(picture, frameRate, durationSeconds ?? Infinity, soundKbps, settings)
      : { action: 'copy', index: picture.index },
    sound: withRate(planSound(sound, encodesSound, settings), soundKbps),
    cutSeconds,
    expectedSeconds: durationSeconds === null ? null : Math.min(durationSeconds, cutSeconds),
    maxBytes: settings.videoMaxBytes,
  };
}

/** A sound that is fine in itself, and too heavy beside a picture that has to fit the limit. */
function brokenWeight(
  sound: SoundStream | null,
  media: MediaProbe,
  settings: Settings,
): string | null {
  const most = soundCeiling(media.durationSeconds ?? Infinity, settings);
  const kbps = sound?.bitrateKbps ?? settings.audioBitrateKbps;
  return sound === null || kbps <= most
    ? null
    : `its sound of ${Math.round(kbps)} kbit/s leaves too little for the picture`;
}

function withRate(sound: VideoPlan['sound'], bitrateKbps: number): VideoPlan['sound'] {
  return sound.action === 'encode' ? { ...sound, bitrateKbps } : sound;
}

function planSound(
  sound: SoundStream | null,
  encodes: boolean,
  settings: Settings,
): VideoPlan['sound'] {
  if (sound === null) return { action: settings.silentTrack ? 'silence' : 'none' };
  return encodes ? encodeSound(sound, settings) : { action: 'copy', index: sound.index };
}

function encodePicture(
  picture: PictureStream,
  frameRate: FrameRate,
  durationSeconds: number,
  soundKbps: number,
  settings: Settings,
): EncodePicture {
  return {
    action: 'encode',
    index: picture.index,
    ...fitWithin(picture, settings),
    frameRate,
    deinterlace: picture.interlaced,
    toneMap: HDR_TRANSFERS.includes(picture.transfer ?? ''),
    crf: settings.videoCrf,
    preset: settings.videoPreset,
    maxBitrateKbps: bitrateCeiling(durationSeconds, settings, soundKbps),
  };
}

/** Square pixels, upright, even, within both sides' limits, and never enlarged. */
function fitWithin(
  picture: PictureStream,
  { videoMaxLongSide, videoMaxShortSide }: Settings,
): { readonly width: number; readonly height: number } {
  // Square pixels by shrinking the longer-sampled side, not by enlarging the other.
  const square = {
    width: picture.width * Math.min(1, picture.sampleAspect),
    height: picture.height / Math.max(1, picture.sampleAspect),
  };
  const turned = picture.rotationDegrees % 180 !== 0;
  const width = turned ? square.height : square.width;
  const height = turned ? square.width : square.height;
  const scale = Math.min(
    1,
    videoMaxLongSide / Math.max(width, height),
    videoMaxShortSide / Math.min(width, height),
  );
  const even = (side: number) => Math.max(2, Math.floor((side * scale) / 2 + 0.001) * 2);
  return { width: even(width), height: even(height) };
}

const VARIABLE_MIN_RATE = 15;
/** Television's thousandths begin at 11.988; at 1 to 4 frames/s rounding would look like them. */
const TELEVISION_MIN_RATE = 10;

/** The source's own rate where it is constant and allowed; whole divisions of one that is not. */
function chooseFrameRate(
  picture: PictureStream,
  media: MediaProbe,
  { videoMaxFrameRate }: Settings,
): FrameRate {
  const rate = picture.averageFrameRate ?? picture.baseFrameRate ?? videoMaxFrameRate;
  if (!isConstantRate(picture, media)) {
    const whole = Math.max(VARIABLE_MIN_RATE, Math.ceil(rate - 0.05));
    return { frames: Math.min(videoMaxFrameRate, whole), seconds: 1 };
  }
  // 60 becomes 30 and 50 becomes 25: every second frame, not four of five.
  const divided = rate / Math.ceil(rate / (videoMaxFrameRate + 0.05));
  const whole = Math.max(1, Math.round(divided));
  if (whole >= TELEVISION_MIN_RATE && Math.abs(divided - (whole * 1000) / 1001) < 0.004) {
    return { frames: whole * 1000, seconds: 1001 };
  }
  return {
    frames: Math.min(videoMaxFrameRate, Math.max(1, Math.ceil(divided - 0.05))),
    seconds: 1,
  };
}

/** Room for a picture whose frames do not begin at zero; a slow one is cut between its frames. */
function cutForCopying(maxSeconds: number, frameRate: FrameRate): number {
  const spare = (COPY_SPARE_FRAMES * frameRate.seconds) / frameRate.frames;
  return spare > COPY_SPARE_MAX_SECONDS
    ? cutForEncoding(maxSeconds, frameRate)
    : maxSeconds - Math.max(SOUND_SPARE_SECONDS, spare);
}

/** The last frame begins before the cut and ends within the limit. */
function cutForEncoding(maxSeconds: number, { frames, seconds }: FrameRate): number {
  const whole = Math.floor((maxSeconds * frames) / seconds);
  return Math.min(maxSeconds - SOUND_SPARE_SECONDS, ((whole - 0.5) * seconds) / frames);
}
