import type { Settings } from '../settings.js';

/** What the container costs: indexes of 60 s at 30 frames/s take about 1 %. */
const CONTAINER_SHARE = 0.98;
const MAX_BITRATE_KBPS = 10_000;
const MIN_BITRATE_KBPS = 40;
/** Where the limit is small, sound gives way to the picture: to a quarter, and no further than this. */
const SOUND_SHARE = 1 / 4;
const SOUND_MIN_KBPS = 32;

/**
 * The picture's bit rate that keeps a file under its limit whatever is in the picture.
 * @param soundKbps what the sound beside it takes
 */
export function bitrateCeiling(
  durationSeconds: number,
  settings: Settings,
  soundKbps: number = settings.audioBitrateKbps,
): number {
  const seconds = Math.min(durationSeconds, settings.maxDurationSeconds);
  // The decoder's buffer, a second long, may be spent on top of the rate: hence one second more.
  // A longer buffer must be paid for by a lower rate. Three scenes of uneven difficulty, 30 s at 60 %
  // of what CRF 23 wants, against two passes at the same bytes: SSIM 0.0003 less with a buffer of
  // 1 s, 0.0012 with 5 s, 0.0026 with 10 s. A second pass would double the time for 0.0003.
  const ceiling = (budgetKbits(settings) - soundKbps * seconds) / (seconds + 1);
  return Math.floor(Math.min(MAX_BITRATE_KBPS, Math.max(MIN_BITRATE_KBPS, ceiling)));
}

/** The most that a sound may take beside a picture that is encoded to fit. */
export function soundCeiling(durationSeconds: number, settings: Settings): number {
  const seconds = Math.min(durationSeconds, settings.maxDurationSeconds);
  return Math.max(SOUND_MIN_KBPS, Math.floor((budgetKbits(settings) * SOUND_SHARE) / seconds));
}

/** What LAME encodes at; anything else is rounded, up as well. */
const MP3_KBPS = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const;

/** The bit rate of an MP3 that is as wanted, or lower where its file would be over its limit. */
export function mp3Kbps(
  durationSeconds: number,
  { audioBitrateKbps, audioMaxBytes, maxDurationSeconds }: Settings,
): number {
  const seconds = Math.min(durationSeconds, maxDurationSeconds);
  const mostKbps = (audioMaxBytes * CONTAINER_SHARE * 8) / 1000 / seconds;
  if (audioBitrateKbps <= mostKbps) return audioBitrateKbps;
  return MP3_KBPS.findLast((kbps) => kbps <= mostKbps) ?? MP3_KBPS[0];
}

function budgetKbits({ videoMaxBytes }: Settings): number {
  return (videoMaxBytes * CONTAINER_SHARE * 8) / 1000;
}
