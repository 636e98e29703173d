import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import PQueue from 'p-queue';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { namesOf, type Decoders } from '../ffmpeg/codecs.js';
import { runKept } from '../ffmpeg/kept-program.js';
import { boundTo, runLimited } from '../ffmpeg/run-limited.js';
import { runProgram } from '../ffmpeg/run-program.js';
import { IMAGE_ASPECT, IMAGE_MAX_UNITS } from '../limits.js';
import { addProfile, readEmbeddedProfile } from './embedded-profile.js';
import type { StillDecoder } from './formats.js';

export interface DecodeOptions {
  /** Folder for decoded pictures; made when the first one is. */
  readonly scratch: string;
  /** Larger ones are an error, before memory is taken for them. */
  readonly maxPixels: number;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** One more than there are cores would only begin as slowly as each first one does. */
const decoding = new PQueue({ concurrency: availableParallelism() });

/**
 * A file with the same picture that sharp reads: the file itself, or a PNG or TIFF in the scratch folder,
 * made once and found again by whoever asks with the same folder.
 * @param file absolute path
 * @throws StatuscastError `program-failed` with the reason, `program-timeout`, `interrupted`
 */
export async function readableStill(
  ffmpeg: Ffmpeg,
  file: string,
  decoder: StillDecoder,
  options: DecodeOptions,
): Promise<string> {
  if (decoder.type === 'sharp') return file;
  const key = createHash('sha256').update(`${decoder.type}\0${file}`).digest('hex').slice(0, 32);
  const target = path.join(options.scratch, `${key}.still`);
  if (await isThere(target)) return target;
  await mkdir(options.scratch, { recursive: true });
  const partial = path.join(options.scratch, `${randomUUID()}.part`);
  try {
    const { signal, timeoutMs, maxPixels } = options;
    const limits = { signal, timeoutMs };
    const { decoders, launcher } = await ffmpeg.abilities();
    const node = [...launcher, process.execPath];
    switch (decoder.type) {
      case 'ffmpeg': {
        const args = argumentsOf(decoders, file, decoder, partial, maxPixels);
        await runLimited(ffmpeg, 'ffmpeg', args, limits);
        const profile = await readEmbeddedProfile(file);
        if (profile !== null) await addProfile(partial, profile);
        break;
      }
      case 'libheif': {
        const argv = [...node, ownProgram('decode-heic.js')];
        const job = { source: file, target: partial, maxPixels };
        await decoding.add(() => runKept({ program: decoder.type, argv, job, ...limits }));
        break;
      }
      case 'librsvg': {
        const { width, height } = IMAGE_ASPECT;
        const cover = [width, height].map((side) => String(side * IMAGE_MAX_UNITS));
        const script = [ownProgram('render-svg.js'), file, partial, ...cover, String(maxPixels)];
        await runProgram({ program: decoder.type, argv: [...node, ...script], ...limits });
        break;
      }
    }
    await rename(partial, target);
  } catch (thrown) {
    throw decoder.type === 'ffmpeg' ? withReason(thrown) : thrown;
  } finally {
    await rm(partial, { force: true });
  }
  return target;
}

/**
 * Does something with a scratch folder: the one that is given, or one of its own that is gone
 * afterwards.
 */
export async function withScratch<Value>(
  given: string | undefined,
  work: (scratch: string) => Promise<Value>,
): Promise<Value> {
  if (given !== undefined) return work(given);
  const own = await mkdtemp(path.join(tmpdir(), 'statuscast-'));
  try {
    return await work(own);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** What ffmpeg says last is only what follows from what it said first. */
function withReason(thrown: unknown): unknown {
  if (!(thrown instanceof StatuscastError) || thrown.facts.code !== 'program-failed') return thrown;
  const { why: said } = thrown.facts;
  const [first = ''] = said.split('\n');
  const why = /not yet implemented|patches welcome/i.test(said)
    ? 'it is of a kind that ffmpeg does not read, such as CMYK'
    : `its picture cannot be decoded (${first.replace(/^(\[[^\]]*\] ?)+/, '')})`;
  return new StatuscastError({ ...thrown.facts, why }, { cause: thrown });
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

type ByFfmpeg = Extract<StillDecoder, { readonly type: 'ffmpeg' }>;

function argumentsOf(
  decoders: Decoders,
  file: string,
  { demuxer, codec }: ByFfmpeg,
  target: string,
  maxPixels: number,
): readonly string[] {
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...boundTo(namesOf(decoders))],
    ...['-max_pixels', String(maxPixels)],
    // The one demuxer without a format of its own would take `%d` in a name for a sequence.
    ...(demuxer === 'image2' ? ['-pattern_type', 'none'] : []),
    ...(codec === null ? [] : ['-c:v', codec]),
    // Of several pictures, such as the sizes of an icon, ffmpeg takes the largest.
    ...['-f', demuxer, '-i', `file:${file}`, '-frames:v', '1'],
    ...['-c:v', 'png', '-compression_level', '1', '-f', 'image2pipe', `file:${target}`],
  ];
}

/** A program of ours for Node.js: it is beside this file, as source and as built. */
function ownProgram(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
