import type { PreviewEvent } from '../events.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { readableStill } from '../inspect/decode-still.js';
import { inRoomFor } from '../inspect/decoding-room.js';
import type { Media } from '../inspect/inspection.js';
import {
  uprightSize,
  type Kind,
  type Output,
  type Part,
  type PlanSummary,
  type Preview,
} from '../job.js';
import type { FrameSink, FrameSinks } from '../normalize/normalize-options.js';
import type { Plan } from '../plan/plan.js';
import { frameOf, previewClip, previewFrame, stripOf, type ClipOptions } from './clip-preview.js';
import { AFTER, BEFORE, type Previews, type Purpose } from './previews.js';

/** A file that pictures are made of, while it and what was decoded of it are there. */
export interface Previewed {
  /** Absolute path of the source. */
  readonly path: string;
  readonly media: Media;
  readonly part: Part;
  /** Where its pictures were decoded to. */
  readonly scratch: string;
  /** Where the run that made a clip may have left frames of it; null: nowhere. */
  readonly sinks: FrameSinks | null;
}

export interface PreviewOptions extends ClipOptions {
  /** Larger pictures are left alone. */
  readonly maxPixels: number;
  /** What shows through a source: the colour that its output has there. */
  readonly background: string;
}

/** What came of it. */
export interface MadeOutput {
  readonly kind: Kind;
  readonly plan: PlanSummary;
  readonly output: Output;
}

type Pictures = Pick<PreviewEvent, 'before' | 'after' | 'source'>;

/**
 * Where the run that encodes a clip is to leave frames: it decodes the clip anyway, and a run for
 * them alone takes 0.1 to 0.2 s each. Null where there is no such run, or where nobody knows over
 * which time to spread them.
 */
export async function openSinks(
  previews: Previews | null,
  media: Media,
  plan: Plan,
): Promise<FrameSinks | null> {
  if (previews === null || !previews.hasRoom('made')) return null;
  if (media.type !== 'video' || plan.kind !== 'video' || plan.picture.action !== 'encode')
    return null;
  const { picture, expectedSeconds: durationSeconds } = plan;
  const strip = stripOf({ ...picture, durationSeconds });
  const folder = await orNull(previews.makeFolder().then(() => true));
  if (strip === null || folder === null) return null;
  const sink = (frames: Omit<FrameSink, 'path'>) => ({
    ...frames,
    path: `${previews.nameFile()}.rgb`,
  });
  return { made: sink(strip), source: sink(frameOf(media.picture)) };
}

/**
 * Makes small pictures of a source and, where there is one, of its output. What cannot be made is
 * null: nothing depends on it.
 */
export async function makePreviews(
  ffmpeg: Ffmpeg,
  previews: Previews,
  source: Previewed | null,
  made: MadeOutput | null,
  options: PreviewOptions,
): Promise<Pictures | null> {
  const purpose: Purpose = made === null ? 'failed' : 'made';
  if (!previews.hasRoom(purpose)) return null;
  await orNull(previews.makeFolder());
  const drawOutput = async (before: Preview | null) =>
    made && orNull(previewOutput(ffmpeg, previews.nameFile(), made, { source, before }, options));
  // A source whose picture was copied begins as its output does.
  const isCopied = made?.kind === 'video' && made.plan.action !== 'encode';
  const strip = isCopied ? await drawOutput(null) : null;
  const before =
    source === null
      ? null
      : strip !== null
        ? { ...strip, frames: 1 }
        : await orNull(previewSource(ffmpeg, previews.nameFile(), source, options));
  const after = isCopied ? strip : await drawOutput(before);
  await orNull(previews.take(purpose, [before, after]));
  const isStill = source?.media.type === 'image';
  return { before, after, source: isStill ? uprightSize(source.media.image) : null };
}

async function previewSource(
  ffmpeg: Ffmpeg,
  target: string,
  { path, media, part, scratch, sinks }: Previewed,
  options: PreviewOptions,
): Promise<Preview | null> {
  switch (media.type) {
    case 'audio':
      return null;
    case 'image': {
      const { previewCopy, previewStill } = await import('./still-preview.js');
      if (media.copy !== undefined) return previewCopy(media.copy, target);
      return inRoomFor(media.image, async () => {
        const readable = await readableStill(ffmpeg, path, media.decoder, { scratch, ...options });
        const { isWide } = media.image;
        return previewStill(readable, BEFORE, target, { ...options, isWide });
      });
    }
    case 'video': {
      if (media.media.animation === null) {
        const { startSeconds } = part;
        const of = { demuxer: media.media.demuxer, picture: media.picture, startSeconds };
        return previewFrame(ffmpeg, path, of, sinks?.source ?? null, target, options);
      }
      const { previewStill } = await import('./still-preview.js');
      return inRoomFor(media.picture, () => previewStill(path, BEFORE, target, options));
    }
  }
}

async function previewOutput(
  ffmpeg: Ffmpeg,
  target: string,
  { kind, plan, output }: MadeOutput,
  { source, before }: { readonly source: Previewed | null; readonly before: Preview | null },
  options: PreviewOptions,
): Promise<Preview | null> {
  switch (kind) {
    case 'audio':
      return null;
    case 'image': {
      const { partOf, previewStill } = await import('./still-preview.js');
      const part =
        before === null || source?.media.type !== 'image'
          ? null
          : partOf(before, uprightSize(source.media.image), plan);
      return part ?? previewStill(output.path, AFTER, target, options);
    }
    case 'video':
      return previewClip(ffmpeg, output, source?.sinks?.made ?? null, target, options);
  }
}

function orNull<Value>(work: Promise<Value>): Promise<Value | null> {
  return work.catch(() => null);
}
