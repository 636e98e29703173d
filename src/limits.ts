/**
 * Facts about WhatsApp and GREEN-API that the code relies on: other people's numbers, each with its
 * unit in the name and its source beside it. What a user may change is a setting (settings.ts) that
 * takes its default or its bound from here.
 *
 * Sources: **G** GREEN-API's documentation of SendMediaStatus and its sister methods. **M** Meta's
 * Business API media page, the strictest neighbour that publishes codec and size limits. **P**
 * measured, or reported in other projects' issues. All read in November 2026.
 */

/** G: "the media file must be no more than one minute long"; the server cuts what is longer. */
export const STATUS_MAX_SECONDS = 60;

/** P: a cut of a longer source gives at least this much of it. */
export const CUT_MIN_SECONDS = 59.8;

/** G: images are upright, 9 wide to 16 high. */
export const IMAGE_ASPECT = { width: 9, height: 16 } as const;

/** P: 9k × 16k pixels with k up to 120 (1080×1920) and never under 40 (360×640). */
export const IMAGE_MAX_UNITS = 120;
export const IMAGE_MIN_UNITS = 40;

/**
 * P: longer side over shorter side. Beyond it a crop has no room to be wrong, and searching for one
 * costs: sharp's `attention` took 92 s on 940×2 pixels.
 */
export const IMAGE_EXTREME_ASPECT = 10;

/** M: "image/jpeg … 5 MB". */
export const IMAGE_MAX_BYTES = 5_000_000;

/** M: "video/mp4 … 16 MB", "audio/mpeg … 16 MB". */
export const VIDEO_MAX_BYTES = 16_000_000;
export const AUDIO_MAX_BYTES = 16_000_000;

/** M: "H.264 High profile and B-frames are not supported by Android WhatsApp clients". */
export const VIDEO_PROFILES: readonly string[] = ['Main', 'Baseline', 'Constrained Baseline'];

/** P: level 3.1 is what 1280×720 at 30 frames/s needs; ffprobe says it as 31. */
export const VIDEO_MAX_LEVEL = 31;

/** P: a moving picture shorter than this is shown again until it is not. */
export const MOVING_MIN_SECONDS = 3;

/** P: long and short side of the picture in pixels, and frames per second. */
export const VIDEO_MAX_LONG_SIDE = 1280;
export const VIDEO_MAX_SHORT_SIDE = 720;
export const VIDEO_MAX_FRAME_RATE = 30;

/** M: "a single AAC stream or none"; P: 44.1 and 48 kHz and two channels play everywhere. */
export const SAMPLE_RATES_HZ: readonly number[] = [44_100, 48_000];
export const MAX_CHANNELS = 2;

/** G: caption of SendMediaStatus. The unit is not said: UTF-16 units, the strictest of the usual. */
export const CAPTION_MAX_LENGTH = 1024;

/** G: "70000001234@c.us"; an empty list means all contacts. */
export const PARTICIPANT_PATTERN = /^\d{5,16}@c\.us$/;

/** G: uploadFile takes 100 MB; whether 10^6 or 2^20 is not said, so the smaller. */
export const UPLOAD_MAX_BYTES = 100_000_000;

/** G: files are kept for 15 days; a day less is what is relied on when the link says nothing. */
export const LINK_LIFETIME_DAYS = 15;
export const LINK_LIFETIME_MARGIN_DAYS = 1;

/** G: SendMediaStatus and SendVoiceStatus, requests a second and instance. */
export const SENDS_PER_SECOND = 5;

/** G: delaySendMessagesMilliseconds of an instance, the time between two sends, is 500 to 600000. */
export const SEND_DELAY_MIN_MS = 500;

/** G: every other method used, requests a second and instance (none is given for uploadFile). */
export const CALLS_PER_SECOND = 1;

/** G: deleteStatus, requests a second and instance. */
export const DELETES_PER_SECOND = 10;

/** G: "Instance is starting … may take up to 5 minutes". */
export const STARTING_MAX_MS = 5 * 60_000;

/** G: the queue keeps what is not sent yet for 24 hours. */
export const QUEUE_LIFETIME_MS = 24 * 60 * 60_000;

/** G: showMessagesQueue shows at most this many messages, chat messages among them. */
export const QUEUE_SHOWN_MAX = 500;

/** P: a status that the journal does not show this long after the attempt was not sent. */
export const JOURNAL_SETTLED_MS = 2 * 60_000;

/** P: how long a picture stands in a status before the next one. */
export const STATUS_IMAGE_SECONDS = 5;

/** P: a status is shown for 24 hours. */
export const STATUS_LIFETIME_MS = 24 * 60 * 60_000;
