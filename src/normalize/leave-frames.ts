import { rm } from 'node:fs/promises';
import type { Turn } from '../inspect/read-turn.js';
import type { RecipeFrames } from '../ffmpeg/run-ffmpeg.js';
import type { SourceColours } from '../plan/video-colours.js';
import type { CopyPicture, EncodePicture, VideoPlan } from '../plan/plan-video.js';
import type { FrameSink, FrameSinks } from './normalize-options.js';
import { readColours, turnBy } from './picture-filters.js';

/** A plan whose picture is in the source. */
export type FilmedPlan = VideoPlan & { readonly picture: CopyPicture | EncodePicture };

/**
 * Where the run for a clip leaves frames of it. Not of a copied picture: decoded as well, it is cut
 * by the decoder's clock, up to 6 s late. Not where there is silence from a source of its own, which
 * ffmpeg 5 would read up to 13 s late; nor of an animation, whose rounds are repeated by a filter.
 */
export function sinksOf(
  { picture, sound }: FilmedPlan,
  sinks: FrameSinks | undefined,
): FrameSinks | null {
  const isRead = picture.action === 'encode' && picture.rounds === null;
  return sinks !== undefined && isRead && sound.action !== 'silence' ? sinks : null;
}

/** Removes what was left, where anything was: nothing depends on it. */
export async function clearSinks(sinks: FrameSinks | null | undefined): Promise<void> {
  for (const sink of sinks ? [sinks.made, sinks.source] : []) {
    await rm(sink.path, { force: true }).catch(() => undefined);
  }
}

/** @param drawn the filters that draw the picture */
export function leaveFrames(
  plan: VideoPlan,
  picture: EncodePicture,
  drawn: string,
  { made, source }: FrameSinks,
): { readonly graph: string; readonly frames: readonly RecipeFrames[] } {
  const { leadSeconds, expectedSeconds, cutSeconds } = plan;
  const place = { fromSeconds: leadSeconds, seconds: expectedSeconds ?? cutSeconds };
  const strip = spread(made, { ...place, colours: BT709 });
  const first = firstOf(source, picture, plan);
  const graph = [
    `${drawn},split[picture][shown]`,
    `[shown]${strip.join(',')},${LAST}[made]`,
    `[0:${picture.index}]${first.join(',')},${LAST}[source]`,
  ];
  return {
    graph: graph.join(';'),
    frames: [
      { map: '[made]', count: made.count, path: made.path },
      { map: '[source]', count: source.count, path: source.path },
    ],
  };
}

/**
 * Of several outputs the one that is furthest behind is served first, however long it waits for its
 * next frame, while those of the others pile up: 0.4 to 0.9 GB for a picture that stands for 20 s.
 * Frames of another day are never behind. No clip is as long, and raw ones keep no times.
 */
const LAST = 'setpts=PTS+86400/TB';

/** What the graph gives. */
const BT709 = ':in_color_matrix=bt709:in_range=tv';

/** How frames are taken at equal distances. */
interface Spread {
  /** When the first one is due. */
  readonly fromSeconds: number;
  /** How long they last together. */
  readonly seconds: number;
  /** How their numbers are read, as `readColours` says. Default: as they say themselves. */
  readonly colours?: string;
}

/** The filters for frames at equal distances, each as it is shown at its time, as raw RGB. */
export function spread(
  sink: Omit<FrameSink, 'path'>,
  { fromSeconds, seconds, colours = '' }: Spread,
): readonly string[] {
  const rate = (sink.count / seconds).toFixed(6);
  // The only frame of a short clip would round to none.
  const fps = `fps=${rate}:start_time=${fromSeconds}:round=up:eof_action=pass`;
  return [fps, ...toRgb(sink, colours)];
}

/** The filters for raw RGB of a size. */
export function toRgb({ width, height }: Pick<FrameSink, 'width' | 'height'>, colours = '') {
  return [`scale=${width}:${height}${colours}:out_range=pc`, 'setsar=1', 'format=rgb24'];
}

/** The filters for a frame of a source, upright. Turning is done here, as in `drawPicture`. */
export function uprightRgb(
  { width, height }: Omit<FrameSink, 'path'>,
  turn: Turn,
  colours: SourceColours,
): readonly string[] {
  const isTurned = turn.rotationDegrees % 180 !== 0;
  const stored = isTurned ? { width: height, height: width } : { width, height };
  return [...toRgb(stored, readColours(colours)), ...turnBy(turn)];
}

function firstOf(sink: FrameSink, picture: EncodePicture, { leadSeconds }: VideoPlan) {
  const due = leadSeconds > 0 ? [`fps=fps=1:start_time=${leadSeconds}:round=up`] : [];
  return [...due, 'trim=end_frame=1', ...uprightRgb(sink, picture, picture.colours)];
}
