import type { MediaProbe } from '../inspect/probe-media.js';
import type { PictureStream, SoundStream } from '../inspect/read-streams.js';
import { VIDEO_MAX_LEVEL, VIDEO_PROFILES } from '../limits.js';
import {
  brokenChannels,
  brokenDuration,
  brokenSampleRate,
  brokenTags,
  bytesAfterCut,
} from './audio-rules.js';
import { isConstantRate } from './frame-rate.js';
import { round, type Rule } from './rules.js';
import { isHdr } from './video-colours.js';

/** What the rules for video look at. */
export interface VideoSeen {
  readonly media: MediaProbe;
  readonly picture: PictureStream;
  readonly sound: SoundStream | null;
}

/** An average over whole ticks of the clock may pass the rate by this much. */
const RATE_ROUNDING = 0.02;
/** Brands of MP4 proper; QuickTime and 3GP are kin that not every phone opens. */
const MP4_BRANDS = /^(isom|iso\d|mp4\d|avc1|M4V )/;

/** Tags that MP4 itself writes. */
const ALLOWED_TAGS: readonly string[] = [
  ...['major_brand', 'minor_version', 'compatible_brands'],
  ...['encoder', 'handler_name', 'language', 'vendor_id'],
];

/** How it is turned has a rule of its own; how full the decoder's buffer gets is no fact of ours. */
const OWN_SIDE_DATA: readonly string[] = ['Display Matrix', 'CPB properties'];

/** Containers that count frames in the order of decoding, and nothing else. */
const WITHOUT_SHOWN_TIMES: readonly string[] = ['avi', 'h264'];

const PICTURE_RULES: readonly Rule<VideoSeen>['broken'][] = [
  ({ picture }) => (picture.codec === 'h264' ? null : `its picture is ${picture.codec}, not H.264`),
  ({ picture }) =>
    picture.codec !== 'h264' || VIDEO_PROFILES.includes(picture.profile ?? '')
      ? null
      : `H.264 profile ${picture.profile ?? 'unknown'} is not shown by Android`,
  ({ picture }) =>
    picture.codec !== 'h264' || (picture.level ?? Infinity) <= VIDEO_MAX_LEVEL
      ? null
      : `H.264 level ${picture.level === null ? 'unknown' : picture.level / 10} is above 3.1`,
  ({ picture, media }) =>
    picture.hasBFrames || media.timing?.reordered === true
      ? 'it has B-frames, which Android does not show'
      : null,
  ({ picture }) =>
    picture.pixelFormat === 'yuv420p'
      ? null
      : `its pixel format is ${picture.pixelFormat ?? 'unknown'}, not yuv420p`,
  ({ picture }, { background }) =>
    picture.hasAlpha ? `it can be transparent, so it is put on ${background}` : null,
  ({ picture, media }) => {
    if (isHdr(picture)) {
      return media.canToneMap
        ? 'it is HDR'
        : 'it is HDR, which this ffmpeg cannot bring down to BT.709: it comes out pale';
    }
    if (picture.range === 'pc') return 'its colour range is full, not limited';
    const other = [picture.primaries, picture.transfer, picture.matrix].find(
      (colour) => colour !== null && colour !== 'bt709',
    );
    return other === undefined ? null : `its colours are ${other}, not BT.709`;
  },
  ({ picture }, { videoMaxLongSide, videoMaxShortSide }) => {
    const { width, height } = picture;
    return Math.max(width, height) <= videoMaxLongSide &&
      Math.min(width, height) <= videoMaxShortSide
      ? null
      : `${width}×${height} is larger than ${videoMaxLongSide}×${videoMaxShortSide}`;
  },
  ({ picture: { width, height } }) =>
    width % 2 === 0 && height % 2 === 0 ? null : `${width}×${height} is odd`,
  ({ picture }) =>
    Math.abs(picture.sampleAspect - 1) < 0.001
      ? null
      : `its pixels are not square (${round(picture.sampleAspect)})`,
  ({ picture }) =>
    picture.rotationDegrees === 0 ? null : `it is turned by ${picture.rotationDegrees}°`,
  ({ picture }) => (picture.mirrored ? 'it is mirrored' : null),
  ({ picture }) =>
    picture.hasDisplayMatrix && picture.rotationDegrees === 0 && !picture.mirrored
      ? 'it is moved when it is shown'
      : null,
  ({ picture }, { videoMaxFrameRate }) => {
    const rate = picture.averageFrameRate;
    return rate !== null && rate > videoMaxFrameRate + RATE_ROUNDING
      ? `${round(rate)} frames/s are more than ${videoMaxFrameRate}`
      : null;
  },
  ({ picture, media }) =>
    isConstantRate(picture, media) ? null : 'its frame rate is not constant',
  ({ picture }) => (picture.interlaced === true ? 'it is interlaced' : null),
  ({ picture, media }) =>
    picture.codec === 'h264' && WITHOUT_SHOWN_TIMES.includes(media.demuxer)
      ? `${media.demuxer} does not tell when its frames are shown, so B-frames cannot be ruled out`
      : null,
  ({ media }) => {
    const hidden = media.timing?.hiddenFrames ?? 0;
    return hidden === 0 ? null : `an edit list hides ${hidden} of its frames`;
  },
  ({ media }, { videoMaxBytes, maxDurationSeconds }) =>
    bytesAfterCut(media, maxDurationSeconds) > videoMaxBytes
      ? `${media.bytes} bytes are more than ${videoMaxBytes}`
      : null,
];

const SOUND_RULES: readonly Rule<VideoSeen>['broken'][] = [
  ({ sound, media }, { silentTrack }) => {
    if (sound !== null || !silentTrack) return null;
    const lost = media.sounds[0];
    if (lost === undefined) return 'it has no sound track';
    return lost.decodable
      ? 'nothing of its sound is there'
      : `its sound is ${lost.codec}, which this ffmpeg cannot decode`;
  },
  ({ sound }) =>
    sound === null || sound.codec === 'aac' ? null : `its sound is ${sound.codec}, not AAC`,
  ({ sound }) =>
    sound === null || sound.codec !== 'aac' || sound.profile === 'LC'
      ? null
      : `its sound is AAC ${sound.profile ?? 'of an unknown profile'}, not LC`,
  ({ sound }) => (sound === null ? null : brokenSampleRate(sound)),
  ({ sound }) => (sound === null ? null : brokenChannels(sound)),
  // Not every player obeys: its sound would come late, and be counted for longer.
  ({ sound, media }, { maxDurationSeconds }) => {
    const { hiddenSeconds = 0, overlapSeconds = 0, sampleRateHz = 0 } = sound ?? {};
    if (hiddenSeconds * sampleRateHz > HIDDEN_SAMPLES_MAX) {
      return `an edit list hides ${round(hiddenSeconds)} s of its sound`;
    }
    // As much of it as is taken: a joined file has its joints all over.
    const taken = Math.min(1, maxDurationSeconds / (media.durationSeconds ?? maxDurationSeconds));
    return overlapSeconds * taken * sampleRateHz > HIDDEN_SAMPLES_MAX
      ? `packets of its sound overlap by ${round(overlapSeconds)} s`
      : null;
  },
];

/** Encoders begin with up to 2112 samples that are not to be heard, and fill the last packet up. */
const HIDDEN_SAMPLES_MAX = 4096;

const CONTAINER_RULES: readonly Rule<VideoSeen>['broken'][] = [
  ({ media }) => {
    if (media.demuxer !== 'mov') return `its container is ${media.demuxer}, not MP4`;
    const brand = media.tags['major_brand'] ?? '';
    return MP4_BRANDS.test(brand) ? null : `its container is ${nameBrand(brand)}, not MP4`;
  },
  ({ media }) => {
    if (media.demuxer !== 'mov' || media.layout === 'moov-first') return null;
    if (media.layout === 'fragmented') return 'it is fragmented';
    if (media.layout === 'ragged') return 'it holds more than its index and its data';
    return media.layout === null ? 'its index is not at the start' : 'its index is at the end';
  },
  ({ media }, { maxDurationSeconds }) => brokenDuration(media, maxDurationSeconds),
  ({ media, sound }, { silentTrack }) => {
    // One that cannot be decoded is told of by a rule for sounds, where one has to be there.
    const own = sound ?? (silentTrack ? media.sounds[0] : undefined);
    const further = [
      ...media.pictures.slice(1).map(() => 'picture'),
      ...media.sounds.filter(({ index }) => index !== own?.index).map(() => 'sound'),
      ...media.others,
    ];
    return further.length === 0 ? null : `it carries further streams (${further.join(', ')})`;
  },
  ({ picture }) => {
    const further = picture.sideData.filter((type) => !OWN_SIDE_DATA.includes(type));
    return further.length === 0 ? null : `it carries side data (${further.join(', ')})`;
  },
  ({ media }) => (media.chapters === 0 ? null : `it carries ${media.chapters} chapters`),
  // Another container keeps its own marks as tags; they go with it.
  ({ media, picture, sound }) =>
    media.demuxer !== 'mov'
      ? null
      : brokenTags([media.tags, picture.tags, sound?.tags ?? {}], ALLOWED_TAGS),
];

/** What a video must be. */
export const VIDEO_RULES: readonly Rule<VideoSeen>[] = [
  ...PICTURE_RULES.map((broken) => ({ remedy: 'encode-picture', broken }) as const),
  ...SOUND_RULES.map((broken) => ({ remedy: 'encode-sound', broken }) as const),
  ...CONTAINER_RULES.map((broken) => ({ remedy: 'remux', broken }) as const),
];

function nameBrand(brand: string): string {
  if (brand === 'qt  ' || brand === '') return 'QuickTime';
  return brand.startsWith('3g') ? '3GP' : brand.trim();
}
