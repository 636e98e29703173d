import type { Recipe, RecipeFrames } from '../ffmpeg/run-ffmpeg.js';
import type { CopyPicture, EncodePicture, VideoPlan } from '../plan/plan-video.js';
import type { FrameSink, FrameSinks } from './normalize-options.js';
import { readColours, turnBy } from './picture-filters.js';

/** A plan whose picture is in the source. */
export type FilmedPlan = VideoPlan & { readonly picture: CopyPicture | EncodePicture };

/**
 * Where the run for a clip leaves frames of it. Not where there is silence from a source of its own:
 * ffmpeg 5 would read that up to 13 s late. Of a copied picture only where nothing else takes time:
 * nobody could say how far such a run has come.
 */
export function sinksOf(
  { picture, sound }: FilmedPlan,
  sinks: FrameSinks | undefined,
): FrameSinks | null {
  const isInOrder = picture.action === 'encode' && sound.action !== 'silence';
  const isSoonDone = sound.action === 'copy' || sound.action === 'none';
  return sinks !== undefined && (isInOrder || isSoonDone) ? sinks : null;
}

/** Of a picture that is copied. */
export function leaveOfCopy(
  plan: VideoPlan,
  { index }: CopyPicture,
  { made }: FrameSinks,
): Pick<Recipe, 'frames'> {
  const { path, count } = made;
  return { frames: [{ map: `0:${index}`, filters: spread(made, placeIn(plan)), count, path }] };
}

/** Decodes no more of a copied picture than its sink asks for. */
export function decodeFor({ made }: FrameSinks): readonly string[] {
  return made.decodes === 'key-frames' ? ['-skip_frame:v', 'nokey'] : [];
}

/**
 * Of a picture that is drawn by a graph.
 * @param drawn the filters that draw it
 */
export function leaveOfDrawn(
  plan: VideoPlan,
  picture: EncodePicture,
  drawn: string,
  { made, source }: FrameSinks,
): { readonly graph: string; readonly frames: readonly RecipeFrames[] } {
  const strip = spread({ ...made, decodes: 'all' }, { ...placeIn(plan), colours: BT709 });
  const first = source === null ? null : firstOf(source, picture, plan).join(',');
  const graph = [
    `${drawn},split[picture][shown]`,
    `[shown]${strip.join(',')},${LAST}[made]`,
    ...(first === null ? [] : [`[0:${picture.index}]${first},${LAST}[source]`]),
  ];
  return {
    graph: graph.join(';'),
    frames: [
      { map: '[made]', filters: [], count: made.count, path: made.path },
      ...(source === null ? [] : [{ map: '[source]', filters: [], count: 1, path: source.path }]),
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

/** When the first frame is due, and how long they last together. */
interface Spread {
  readonly fromSeconds: number;
  readonly seconds: number;
  /** How their numbers are read, in the words of `scale`. Default: as they say. */
  readonly colours?: string;
}

function placeIn({ leadSeconds, expectedSeconds, cutSeconds }: VideoPlan): Spread {
  return { fromSeconds: leadSeconds, seconds: expectedSeconds ?? cutSeconds };
}

/** Frames at equal distances. Of key frames each is shown near its time, until the next one. */
export function spread(
  sink: Omit<FrameSink, 'path'>,
  { fromSeconds, seconds, colours = '' }: Spread,
): readonly string[] {
  const round = sink.decodes === 'all' ? 'up' : 'near';
  return [
    // The only key frame of a short clip would round to none.
    `fps=${(sink.count / seconds).toFixed(6)}:start_time=${fromSeconds}:round=${round}:eof_action=pass`,
    ...toRgb(sink, colours),
  ];
}

/**
 * The filters for raw RGB of a size.
 * @param colours how the numbers are read, as `readColours` says; `''` for as they say themselves
 */
export function toRgb({ width, height }: Pick<FrameSink, 'width' | 'height'>, colours: string) {
  return [`scale=${width}:${height}${colours}:out_range=pc`, 'setsar=1', 'format=rgb24'];
}

function firstOf(sink: FrameSink, picture: EncodePicture, { leadSeconds }: VideoPlan) {
  const { width, height } = sink;
  const isTurned = picture.rotationDegrees % 180 !== 0;
  const stored = isTurned ? { width: height, height: width } : { width, height };
  const isDue = leadSeconds > 0 ? `*gte(t,${leadSeconds})` : '';
  const first = `select='lt(selected_n,1)${isDue}'`;
  return [first, ...toRgb(stored, readColours(picture.colours)), ...turnBy(picture)];
}
