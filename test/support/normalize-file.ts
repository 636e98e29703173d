import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { inspect } from '../../src/inspect/inspect.js';
import type { Media } from '../../src/inspect/inspection.js';
import { normalize, type Normalized } from '../../src/normalize/normalize.js';
import type { NormalizeOptions } from '../../src/normalize/normalize-options.js';
import { plan, type Plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import type { SettingsInput } from '../../src/settings.js';

/** The programs under test: `FFMPEG_PATH` and `FFPROBE_PATH`, or the bundled ones. */
export const ffmpeg = await findFfmpeg();

export interface Planned {
  readonly media: Media;
  readonly plan: Plan;
}

/** Inspects and plans a file that must be usable. */
export async function planFile(path: string, settings: SettingsInput = {}): Promise<Planned> {
  const chosen = createSettings(settings);
  const media = await inspect(ffmpeg, path, { settings: chosen });
  if (media.type === 'not-media') throw new Error(`${path} is not media: ${media.label}`);
  if (media.type === 'unusable') throw new Error(JSON.stringify(media.error));
  const decided = plan(media, basename(path), chosen);
  if (decided.action === 'refuse') throw new Error(JSON.stringify(decided.error));
  return { media, plan: decided };
}

export interface NormalizeFileOptions extends Partial<NormalizeOptions> {
  readonly settings?: SettingsInput;
  /** Instead of the plan that the file would get. */
  readonly planned?: Planned;
}

/** Brings a file through every stage up to *check*; the output is `out` and its extension. */
export async function normalizeFile(
  path: string,
  folder: string,
  { settings = {}, planned, ...options }: NormalizeFileOptions = {},
): Promise<Normalized> {
  const { media, plan: decided } = planned ?? (await planFile(path, settings));
  return normalize(
    ffmpeg,
    { path, name: basename(path), media, plan: decided, outputStem: join(folder, 'out') },
    createSettings(settings),
    { timeoutMs: 100_000, ...options },
  );
}

/** Names beside the output that should not be there. */
export async function leftovers(outputPath: string): Promise<readonly string[]> {
  const names = await readdir(dirname(outputPath));
  return names.filter((name) => name !== basename(outputPath));
}
