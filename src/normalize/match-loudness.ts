import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type RecipeInput, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { Loudness } from '../plan/plan-sound.js';
import type { NormalizeOptions } from './normalize-options.js';

/** A sound whose loudness is to be changed. */
export interface Unmatched {
  readonly input: RecipeInput;
  readonly index: number;
  /** How it would be encoded as it is. */
  readonly plain: RecipeStream;
  /** Absolute path for a file that is gone again afterwards. */
  readonly scratchPath: string;
}

/** Below this a recording is a room's noise: raised to a voice's loudness it would be a roar. */
const SILENT_LUFS = -55;
/** Below full scale by the true peak's 1.5 dB: what a limiter that sees samples alone can promise. */
const HOLD_PEAKS = 'alimiter=limit=0.84:attack=5:release=50:level=disabled';

/** As far down as any measure goes. */
const SILENCE_DB = -99;

/** What `loudnorm` prints as text; `-inf` where there is nothing to measure. */
const decibels = z
  .string()
  .transform((text) => (text === '-inf' ? SILENCE_DB : Number(text)))
  .pipe(z.number());

const measuredSchema = z.object({
  input_i: decibels,
  input_tp: decibels,
  input_lra: decibels,
  input_thresh: decibels,
});

type Measured = z.output<typeof measuredSchema>;

/**
 * Measures a sound and adds the filters that bring it to its loudness; none where it is silent.
 * One gain for all of it where peaks and range allow, as `loudnorm` does in its linear mode; that
 * mode is not used itself, since it refuses whatever has no range, and takes another gain for what
 * is shorter than 3 s. Its dynamic mode was off by up to 0.5 LU, and LAME makes everything quieter
 * by 0.4: so the sound alone is encoded and measured before the last gain is set.
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function matchLoudness(
  ffmpeg: Ffmpeg,
  sound: Unmatched,
  target: Loudness,
  options: NormalizeOptions,
): Promise<RecipeStream> {
  const { input, index, plain } = sound;
  const measured = await measure(ffmpeg, { input, index, filters: plain.filters }, target, options);
  if (measured.input_i < SILENT_LUFS) return plain;
  const gainDb = target.integratedLufs - measured.input_i;
  const isLinear =
    measured.input_tp + gainDb <= target.truePeakDb && measured.input_lra <= target.rangeLu;
  const withGain = (moreDb: number): RecipeStream => ({
    ...plain,
    filters: [
      ...plain.filters,
      ...(isLinear
        ? [volume(gainDb + moreDb)]
        : [loudnorm(target, measured), volume(moreDb), HOLD_PEAKS]),
    ],
  });
  const reached = await tryOut(ffmpeg, sound, withGain(0), target, options);
  return withGain(target.integratedLufs - reached);
}

/** The loudness of what the encoder makes of it. */
async function tryOut(
  ffmpeg: Ffmpeg,
  { input, index, scratchPath }: Unmatched,
  audio: RecipeStream,
  target: Loudness,
  { signal, timeoutMs }: NormalizeOptions,
): Promise<number> {
  const format = audio.codec === 'aac' ? 'mp4' : 'mp3';
  try {
    await runFfmpeg(
      ffmpeg,
      {
        ...{ inputs: [input], maps: [`0:${index}`], video: null, audio },
        ...{ options: [], format, outputPath: scratchPath },
      },
      { signal, timeoutMs },
    );
    const made = { source: scratchPath, demuxer: format === 'mp4' ? 'mov' : 'mp3', options: [] };
    const { input_i: reached } = await measure(
      ffmpeg,
      { input: made, index: 0, filters: [] },
      target,
      { signal, timeoutMs },
    );
    return reached;
  } finally {
    await rm(scratchPath, { force: true });
  }
}

async function measure(
  ffmpeg: Ffmpeg,
  sound: {
    readonly input: RecipeInput;
    readonly index: number;
    readonly filters: readonly string[];
  },
  target: Loudness,
  { signal, timeoutMs }: NormalizeOptions,
): Promise<Measured> {
  const { input, index } = sound;
  const filters = [...sound.filters, `${loudnorm(target)}:print_format=json`];
  const printed = await runFfmpeg(
    ffmpeg,
    {
      ...{ inputs: [input], maps: [`0:${index}`], video: null },
      audio: { codec: 'pcm_s16le', filters, options: [] },
      ...{ options: input.options, format: 'null', outputPath: '/dev/null' },
    },
    { signal, timeoutMs },
  );
  const parsed = measuredSchema.safeParse(jsonAtEnd(printed));
  if (parsed.success) return parsed.data;
  const why = `its measure of loudness has an unknown shape (${z.prettifyError(parsed.error)})`;
  throw new StatuscastError({ code: 'program-failed', program: 'ffmpeg', why });
}

function loudnorm(target: Loudness, measured: Measured | null = null): string {
  const { integratedLufs, truePeakDb, rangeLu } = target;
  const aims = `loudnorm=I=${integratedLufs}:TP=${truePeakDb}:LRA=${rangeLu}`;
  if (measured === null) return aims;
  const within = (value: number, min: number, max: number) =>
    Math.min(max, Math.max(min, value)).toFixed(2);
  return [
    aims,
    `measured_I=${within(measured.input_i, -99, 0)}`,
    `measured_TP=${within(measured.input_tp, -99, 99)}`,
    `measured_LRA=${within(measured.input_lra, 0, 99)}`,
    `measured_thresh=${within(measured.input_thresh, -99, 0)}`,
    'linear=false',
  ].join(':');
}

function volume(gainDb: number): string {
  return `volume=${gainDb.toFixed(2)}dB`;
}

/** What is printed before it may hold anything: tags of the file, for one. */
function jsonAtEnd(printed: string): unknown {
  try {
    return JSON.parse(printed.slice(printed.lastIndexOf('{'), printed.lastIndexOf('}') + 1));
  } catch {
    return null;
  }
}
