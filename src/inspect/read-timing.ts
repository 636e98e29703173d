import type { RawProbe } from './ffprobe-answer.js';

/** What the packets of the picture say, whatever the headers claim. */
export interface Timing {
  /** Frames are stored in another order than they are shown: B-frames. */
  readonly reordered: boolean;
  /** The longest and the shortest step between two frames in seconds; null below two frames. */
  readonly longestStepSeconds: number | null;
  readonly shortestStepSeconds: number | null;
  /** Frames that are stored, but hidden by an edit list. */
  readonly hiddenFrames: number;
  /** How long each frame is shown, in the order in which they are stored. */
  readonly delaysMs: readonly number[];
}

/** @param index number of the picture's stream */
export function readTiming(packets: NonNullable<RawProbe['packets']>, index: number): Timing {
  const times = packets.filter((packet) => packet.stream_index === index);
  const shownAt = times.flatMap(({ pts_time }) => (pts_time === null ? [] : [pts_time]));
  const steps = shownAt.slice(1).map((time, i) => time - (shownAt[i] ?? time));
  return {
    reordered: steps.some((step) => step < 0),
    longestStepSeconds: steps.length === 0 ? null : steps.reduce((a, b) => Math.max(a, b)),
    shortestStepSeconds: steps.length === 0 ? null : steps.reduce((a, b) => Math.min(a, b)),
    hiddenFrames: times.filter(({ flags }) => flags.includes('D')).length,
    delaysMs: times.map(({ duration_time }) => (duration_time ?? 0) * 1000),
  };
}

/** Seconds from the first packet's time to the last one's; null without times. */
export function spanOf(packets: NonNullable<RawProbe['packets']>): number | null {
  let first = Infinity;
  let last = -Infinity;
  for (const { pts_time } of packets) {
    first = Math.min(first, pts_time ?? Infinity);
    last = Math.max(last, pts_time ?? -Infinity);
  }
  // Sound begins a little before zero, where its encoder's delay is.
  return last < first ? null : last - Math.max(0, first);
}
