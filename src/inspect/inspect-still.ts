import { messageOf, reasonIn, StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { createSettings } from '../resolve-settings.js';
import { readableStill, withScratch } from './decode-still.js';
import { inRoomFor } from './decoding-room.js';
import type { MovingReader, StillDecoder } from './formats.js';
import { PROBE_TIMEOUT_MS, type InspectOptions, type Inspection } from './inspection.js';

const MEGA = 1_000_000;

/** A picture of several frames, or null where it is still or cannot be read as a moving one. */
export async function inspectMoving(
  ffmpeg: Ffmpeg,
  path: string,
  { label, moving }: { readonly label: string; readonly moving: MovingReader },
  { signal, timeoutMs = PROBE_TIMEOUT_MS }: InspectOptions,
): Promise<Inspection | null> {
  const { probeAnimation } = await import('./probe-animation.js');
  try {
    const media = await probeAnimation(ffmpeg, path, moving, { signal, timeoutMs });
    const [picture] = media?.pictures ?? [];
    return media === null || picture === undefined
      ? null
      : { type: 'video', label, media, picture, sound: null };
  } catch (thrown) {
    // What is no moving picture either is refused in the words of the reader of still ones.
    if (thrown instanceof StatuscastError && thrown.code !== 'program-failed') throw thrown;
    return null;
  }
}

/**
 * A picture that does not move: its header, and as much of a look at it as the plan depends on.
 * @param path absolute path
 * @throws StatuscastError `interrupted`, `program-timeout`
 */
export async function inspectStill(
  ffmpeg: Ffmpeg,
  path: string,
  name: string,
  { label, decoder }: { readonly label: string; readonly decoder: StillDecoder },
  {
    scratch: given,
    signal,
    timeoutMs = PROBE_TIMEOUT_MS,
    settings = createSettings(),
    keepCopy = false,
  }: InspectOptions,
): Promise<Inspection> {
  // sharp is heavy and a folder may hold no picture.
  const { probeImage } = await import('./probe-image.js');
  const { probeStill } = await import('./probe-still.js');
  const { lookAtImage } = await import('./look-at-image.js');
  const { refuseLostScan } = await import('./jpeg-loss.js');
  try {
    return await withScratch(given, async (scratch) => {
      const maxPixels = settings.maxMegapixels * MEGA;
      const options = { scratch, signal, timeoutMs, maxPixels };
      const seen = await probeStill(ffmpeg, path, decoder, options);
      const open = async () => {
        const readable = await readableStill(ffmpeg, path, seen.decoder, options);
        const image = readable === path ? seen.image : await probeImage(readable);
        return { path: readable, image };
      };
      const isJpeg = seen.image.format === 'jpeg';
      const how = { timeoutMs, isCopied: isJpeg };
      const { look, copy } = await inRoomFor(seen.image, async () => {
        const sight = await lookAtImage(open, settings, how);
        if (isJpeg) await refuseLostScan(path, seen.image, sight.copy, options);
        return sight;
      });
      return {
        ...{ type: 'image', label, decoder: seen.decoder, image: { ...seen.image, look } },
        ...(keepCopy && copy !== null ? { copy } : {}),
      };
    });
  } catch (thrown) {
    const facts = thrown instanceof StatuscastError ? thrown.facts : null;
    if (facts !== null && facts.code !== 'program-failed') throw thrown;
    const said = reasonIn(facts?.why ?? messageOf(thrown), path);
    const isCutOff = /end of file|bad seek|premature end/i.test(said);
    const why = `${label}, but ${isCutOff ? 'it is cut off before its end' : said}`;
    return { type: 'unusable', error: { code: 'undecodable', file: name, why } };
  }
}
