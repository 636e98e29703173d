import { rm, stat } from 'node:fs/promises';
import { StatuscastError } from '../errors.js';
import type { DrawPicture, EncodePicture, VideoPlan } from '../plan/plan-video.js';
import { round } from '../plan/rules.js';

/** The second try aims this far below the limit. */
const SECOND_TRY_SHARE = 0.92;
const SECOND_TRY_MIN_KBPS = 8;

/** A plan whose picture is encoded: only such a one can be made smaller. */
type EncodingPlan = VideoPlan & { readonly picture: EncodePicture | DrawPicture };

/**
 * Encodes, and once more at a lower rate where the result is over its limit: a header may have told
 * less than the real length, and sound that is copied takes what it takes.
 * @param encode makes the file as the plan says
 * @param measure looks at the finished file
 */
export async function encodeToFit<Plan extends EncodingPlan>(
  plan: Plan,
  outputPath: string,
  encode: (plan: Plan) => Promise<unknown>,
  measure: (path: string) => Promise<Measured>,
): Promise<void> {
  await encode(plan);
  const { size } = await stat(outputPath);
  if (size <= plan.maxBytes) return;
  const maxBitrateKbps = lowerRate(plan, size, await measure(outputPath));
  await rm(outputPath); // ffmpeg writes over nothing
  await encode({ ...plan, picture: { ...plan.picture, maxBitrateKbps } });
}

/** What a finished file says of itself; null: nothing. */
export interface Measured {
  readonly seconds: number | null;
  readonly soundKbps: number | null;
}

/** What is left for the picture once the sound is paid, or in proportion where nothing is known. */
function lowerRate(plan: EncodingPlan, bytes: number, { seconds, soundKbps }: Measured): number {
  const { maxBytes, picture } = plan;
  const inProportion = picture.maxBitrateKbps * (maxBytes / bytes);
  const left =
    seconds === null || seconds <= 0
      ? inProportion
      : ((maxBytes * 8) / 1000 - (soundKbps ?? 0) * seconds) / (seconds + 1);
  const lower = Math.min(inProportion, left) * SECOND_TRY_SHARE;
  return Math.max(SECOND_TRY_MIN_KBPS, Math.floor(lower));
}

/** What to say of a file that does not fit, however low its rate. */
export function tooManyBytes(name: string, bytes: number, plan: VideoPlan): StatuscastError {
  const { cutSeconds, expectedSeconds, maxBytes } = plan;
  const why =
    `its ${round(expectedSeconds ?? cutSeconds)} s take ${bytes} bytes at the lowest rate that was ` +
    `tried, more than the ${maxBytes} that are allowed; raise --video-max-bytes, or shorten it with ` +
    '--max-duration-seconds';
  return new StatuscastError({ code: 'too-large', file: name, why });
}
