import { availableParallelism } from 'node:os';
import { z } from 'zod';
import * as limits from './limits.js';
import {
  boolean,
  choice,
  named,
  namedLists,
  number,
  numberOr,
  participantList,
  text,
} from './setting-fields.js';

const audience = {
  caption: text({
    scope: 'send',
    default: '',
    max: limits.CAPTION_MAX_LENGTH,
    unit: 'TEXT',
    about: 'Caption of every status (voice statuses have none)',
  }),
  participants: participantList({
    scope: 'send',
    about: 'Only these contacts see the statuses: phone numbers and audiences, with commas between',
  }),
  country: text({
    scope: 'send',
    default: '',
    unit: 'COUNTRY',
    like: 'DE',
    pattern: /^([a-zA-Z]{2})?$/,
    about: 'Country of phone numbers that are written without it, such as DE',
  }),
};

const places = {
  state: text({
    scope: 'send',
    default: '.statuscast',
    unit: 'DIR',
    about: 'State directory: the ledger, and the outputs still needed',
  }),
  out: text({
    default: '',
    unit: 'DIR',
    about: 'Write the outputs to this folder and keep them there',
  }),
};

const pace = {
  concurrency: number({
    default: availableParallelism(),
    min: 1,
    max: 256,
    unit: 'JOBS',
    about: 'Files normalized at once; by default as many as there are cores',
  }),
  uploadConcurrency: number({
    scope: 'send',
    default: 3,
    min: 1,
    max: 64,
    unit: 'UPLOADS',
    about: 'Files uploaded at once',
  }),
  maxInFlight: number({
    default: 32,
    min: 1,
    max: 10_000,
    unit: 'FILES',
    about: 'Files under way at once, so that disk and memory stay flat',
  }),
  sendsPerSecond: number({
    scope: 'send',
    default: limits.SENDS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'SENDS/S',
    about: 'Statuses sent in any one second; 0 for no limit',
  }),
  gap: numberOr('instance', {
    scope: 'send',
    min: 0,
    max: 3600,
    unit: 'SECONDS',
    about: "Least time between the starts of two sends, or the instance's own delay",
  }),
  uploadsPerSecond: number({
    scope: 'send',
    default: limits.CALLS_PER_SECOND,
    min: 0,
    max: 1000,
    unit: 'UPLOADS/S',
    about: 'Uploads begun in any one second; 0 for no limit',
  }),
  retries: number({
    scope: 'send',
    default: 5,
    min: 0,
    max: 100,
    unit: 'TIMES',
    about: 'How often a call that may be repeated is tried again',
  }),
  apiTimeoutMs: number({
    scope: 'send',
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a short call',
  }),
  uploadTimeoutMs: number({
    scope: 'send',
    default: 300_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one upload',
  }),
  sendTimeoutMs: number({
    scope: 'send',
    default: 60_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest wait for the answer to a send',
  }),
  journalWaitMs: number({
    scope: 'send',
    default: limits.JOURNAL_SETTLED_MS,
    min: 0,
    max: 3_600_000,
    unit: 'MS',
    about: 'After a lost answer, how long the journal may take to show the status',
  }),
  onUncertain: choice(['skip', 'resend'], {
    scope: 'send',
    default: 'skip',
    about: 'What to do with a status of an earlier run of which nobody knows whether it was sent',
  }),
  confirm: boolean({
    scope: 'send',
    default: false,
    about: 'Wait until the statuses show in the journal, and say who has seen them',
  }),
  confirmWaitMs: number({
    scope: 'send',
    default: 300_000,
    min: 0,
    max: 86_400_000,
    unit: 'MS',
    about: 'How long a status may take to show when it is to be confirmed',
  }),
  probeTimeoutMs: number({
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'MS',
    about: 'Longest time for one look into a file',
  }),
  normalizeTimeoutMs: number({
    default: 600_000,
    min: 100,
    max: 86_400_000,
    unit: 'MS',
    about: 'Longest time to normalize one file',
  }),
};

const profile = {
  profile: text({
    default: 'default',
    unit: 'NAME',
    about: 'A set of settings by name: default, small (few bytes), fine, or one of the config file',
  }),
};

const length = {
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
    about: 'Where in a sound or video the status begins',
    affectsLater: ['audio', 'video'],
  }),
  long: choice(['trim', 'split'], {
    default: 'trim',
    about: 'Cut what is too long, or split it into parts, a status each',
  }),
};

const pictures = {
  fit: choice(['crop', 'blur', 'pad', 'auto'], {
    default: 'crop',
    about: 'Cut an image to 9:16, or show all of it over a blurred copy or a colour',
    affectsLater: ['image'],
  }),
  position: choice(['attention', 'entropy', 'centre', 'N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'], {
    default: 'attention',
    about: 'What the crop of an image keeps',
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

const video = {
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
    min: 0,
    max: 51,
    unit: 'CRF',
    about: 'x264 quality of an encoded video; lower is better and larger',
    affects: ['video'],
  }),
  videoPreset: choice(['ultrafast', 'veryfast', 'faster', 'fast', 'medium', 'slow'], {
    default: 'fast',
    about: 'x264 preset: slower makes smaller files',
    affects: ['video'],
  }),
  silentTrack: boolean({
    default: true,
    about: 'Add a silent sound track to videos that have none',
    affects: ['video'],
  }),
};

const sound = {
  audioAs: choice(['media', 'voice', 'video'], {
    default: 'media',
    about: 'Send sound with SendMediaStatus, with SendVoiceStatus, or as a video of its waveform',
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

/** Every setting with its default, bounds and sentence: the one schema. */
export const settingsSchema = z.strictObject({
  ...{ ...audience, ...places, ...pace, ...profile, ...length, ...pictures, ...video, ...sound },
  audiences: namedLists('Lists of contacts by name, for participants'),
  profiles: named<Profile>('Settings of outputs by name, for profile'),
});

/** The settings that flags and variables have too, as people should read them. */
export const settingGroups = [
  { title: 'What is sent, to whom', fields: audience, isOfOutputs: false },
  { title: 'Where things are kept', fields: places, isOfOutputs: false },
  { title: 'How much at once, how fast, how long', fields: pace, isOfOutputs: false },
  { title: 'What an output is like', fields: profile, isOfOutputs: false },
  { title: 'What an output is like', fields: length, isOfOutputs: true },
  { title: 'Pictures', fields: pictures, isOfOutputs: true },
  { title: 'Video', fields: video, isOfOutputs: true },
  { title: 'Sound', fields: sound, isOfOutputs: true },
] as const;

/** All settings, resolved: every value is there and within its bounds. */
export type Settings = z.output<typeof settingsSchema>;

const outputSchema = z.object({ ...length, ...pictures, ...video, ...sound });
/** Settings that change outputs, by one name: any of them. */
export type Profile = Partial<z.output<typeof outputSchema>>;

/** Settings as a caller gives them, and what a config file holds: any subset. */
export type SettingsInput = Partial<Settings>;

/** What flags and variables set as well: one value by one name. */
export type SettingName = Exclude<keyof Settings, 'audiences' | 'profiles'>;
