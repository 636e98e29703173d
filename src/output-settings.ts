import * as limits from './limits.js';
import { boolean, choice, number, text } from './setting-fields.js';

export const profile = {
  profile: text({
    default: 'default',
    unit: 'NAME',
    about: 'A set of settings by name: default, small (few bytes), fine, or one of the config file',
  }),
};

export const length = {
  maxDurationSeconds: number({
    default: limits.STATUS_MAX_SECONDS,
    min: 1,
    max: limits.STATUS_MAX_SECONDS,
    unit: 'SECONDS',
    fraction: true,
    about: 'Longest sound or video; what is longer is cut',
    affects: ['audio', 'video'],
  }),
  start: number({
    default: 0,
    min: 0,
    max: 86_400,
    unit: 'SECONDS',
    fraction: true,
    clock: true,
    about: 'Where in a sound or video the status begins',
    affectsLater: ['audio', 'video'],
  }),
  long: choice(['trim', 'split'], {
    default: 'trim',
    about: 'Cut what is too long, or split it into parts, a status each; the first has the caption',
  }),
};

export const pictures = {
  fit: choice(['crop', 'blur', 'pad', 'auto'], {
    default: 'crop',
    about:
      'Cut an image to 9:16, or show all of it over a blurred copy or a colour; auto cuts where little is lost',
    affectsLater: ['image'],
  }),
  position: choice(['attention', 'entropy', 'centre', 'N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'], {
    default: 'attention',
    about: 'What the crop of an image keeps: what draws the eye, what has most detail, or a place',
    affects: ['image'],
  }),
  crop: text({
    default: '',
    unit: 'X,Y,W,H',
    pattern: /^(\d+,\d+,[1-9]\d*,[1-9]\d*)?$/,
    about: 'The part of an image to show, in pixels of the upright picture',
    affectsLater: ['image'],
  }),
  background: text({
    default: '#000000',
    unit: '#RRGGBB',
    pattern: /^#[0-9a-fA-F]{6}$/,
    about: 'Colour behind transparent pictures, and around padded ones',
    affects: ['image'],
    affectsLater: ['video'],
  }),
  maxMegapixels: number({
    default: 100,
    min: 1,
    max: 1000,
    unit: 'MEGAPIXELS',
    about: 'Larger pictures are refused',
  }),
  imageMaxWidth: number({
    default: limits.IMAGE_MAX_UNITS * limits.IMAGE_ASPECT.width,
    min: limits.IMAGE_MIN_UNITS * limits.IMAGE_ASPECT.width,
    max: 4320,
    unit: 'PIXELS',
    about: 'Widest image; its height is 16/9 of it',
    affects: ['image'],
  }),
  imageMaxBytes: number({
    default: limits.IMAGE_MAX_BYTES,
    min: 50_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest image file',
    affects: ['image'],
  }),
  imageQuality: number({
    default: 85,
    min: 40,
    max: 100,
    unit: 'QUALITY',
    about: 'JPEG quality; it goes down as far as 40 when the file is too large',
    affects: ['image'],
  }),
};

export const video = {
  videoMaxBytes: number({
    default: limits.VIDEO_MAX_BYTES,
    min: 100_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest video file',
    affects: ['video'],
  }),
  videoMaxLongSide: number({
    default: limits.VIDEO_MAX_LONG_SIDE,
    min: 128,
    max: limits.VIDEO_MAX_LONG_SIDE,
    unit: 'PIXELS',
    about: 'Longer side of a video',
    affects: ['video'],
  }),
  videoMaxShortSide: number({
    default: limits.VIDEO_MAX_SHORT_SIDE,
    min: 128,
    max: limits.VIDEO_MAX_SHORT_SIDE,
    unit: 'PIXELS',
    about: 'Shorter side of a video',
    affects: ['video'],
  }),
  videoMaxFrameRate: number({
    default: limits.VIDEO_MAX_FRAME_RATE,
    min: 1,
    max: limits.VIDEO_MAX_FRAME_RATE,
    unit: 'FRAMES/S',
    about: 'Highest frame rate of a video',
    affects: ['video'],
  }),
  videoCrf: number({
    default: 23,
    // x264 takes 0 for lossless, which no profile of a status has.
    min: 1,
    max: 51,
    unit: 'CRF',
    about: 'x264 quality of an encoded video; lower is better and larger',
    affects: ['video'],
  }),
  videoPreset: choice(['auto', 'ultrafast', 'veryfast', 'faster', 'fast', 'medium', 'slow'], {
    default: 'auto',
    about: 'x264 preset: slower is a little better; auto is what was measured to pay off, veryfast',
    affects: ['video'],
    keyedAs: 'fast',
  }),
  silentTrack: boolean({
    default: true,
    about: 'Add a silent sound track to videos that have none',
    affects: ['video'],
  }),
};

export const sound = {
  audioAs: choice(['media', 'voice', 'video'], {
    default: 'media',
    about:
      'Send sound with SendMediaStatus, with SendVoiceStatus, which has no caption, or as a 9:16 video of its cover or title and its waveform',
  }),
  language: text({
    default: '',
    unit: 'LANGUAGE',
    like: 'en or eng',
    pattern: /^([a-zA-Z]{2,3})?$/,
    about: 'The sound track to take where there are several, such as en or eng',
    affectsLater: ['audio', 'video'],
  }),
  loudness: boolean({
    default: false,
    about: 'Bring sound to -16 LUFS, measured first',
    affectsLater: ['audio', 'video'],
  }),
  fade: boolean({
    default: false,
    about: 'Fade out where something too long is cut',
    affectsLater: ['audio', 'video'],
  }),
  audioMaxBytes: number({
    default: limits.AUDIO_MAX_BYTES,
    min: 100_000,
    max: limits.UPLOAD_MAX_BYTES,
    unit: 'BYTES',
    about: 'Largest sound file',
    affects: ['audio'],
  }),
  audioBitrateKbps: number({
    default: 128,
    min: 32,
    max: 320,
    unit: 'KBIT/S',
    about: 'Bit rate of encoded sound',
    affects: ['audio', 'video'],
  }),
};
