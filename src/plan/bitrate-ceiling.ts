import type { Settings } from '../settings.js';

/** What the container costs: indexes of 60 s at 30 frames/s take about 1 %. */
const CONTAINER_SHARE = 0.98;
const MAX_BITRATE_KBPS = 10_000;
const MIN_BITRATE_KBPS = 40;

/** The picture's bit rate that keeps a file under its limit whatever is in the picture. */
export function bitrateCeiling(durationSeconds: number, settings: Settings): number {
  const seconds = Math.min(durationSeconds, settings.maxDurationSeconds);
  const budgetKbits = (settings.videoMaxBytes * CONTAINER_SHARE * 8) / 1000;
  // The decoder's buffer, a second long, may be spent on top of the rate: hence one second more.
  const ceiling = (budgetKbits - settings.audioBitrateKbps * seconds) / (seconds + 1);
  return Math.floor(Math.min(MAX_BITRATE_KBPS, Math.max(MIN_BITRATE_KBPS, ceiling)));
}
