import { readFile, stat } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { SAFE_DEMUXERS } from '../inspect/formats.js';
import { probeMedia } from '../inspect/probe-media.js';
import { OUTPUT_TYPES, type Kind, type Output } from '../job.js';
import { AUDIO_RULES } from '../plan/audio-rules.js';
import { IMAGE_RULES } from '../plan/image-rules.js';
import { faultsOf } from '../plan/rules.js';
import { VIDEO_RULES } from '../plan/video-rules.js';
import type { Settings } from '../settings.js';

/** Whether a finished file keeps the contract, measured anew. */
export type CheckResult =
  | { readonly type: 'kept'; readonly output: Output }
  | { readonly type: 'broken'; readonly faults: readonly string[] };

/** How closely a finished file is looked at. */
export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** The picture was not encoded by us: read its packets too, since headers may lie. */
  readonly withTiming?: boolean;
}

/**
 * Probes a finished file and holds it to the very rules that `plan` uses.
 * @throws StatuscastError `program-timeout`, `interrupted`, and what reading the file throws
 */
export async function check(
  ffmpeg: Ffmpeg,
  path: string,
  kind: Kind,
  settings: Settings,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const { size: bytes } = await stat(path);
  if (bytes === 0) return { type: 'broken', faults: ['it is empty'] };
  if (kind === 'image') return checkImage(path, bytes, settings);
  // Not with the demuxer forced: a player has to see by itself what it is, and the rules ask.
  const media = await probeMedia(ffmpeg, path, SAFE_DEMUXERS, {
    signal: options.signal,
    timeoutMs: settings.probeTimeoutMs,
    withTiming: options.withTiming ?? false,
  });
  const picture = media.pictures.find(({ isCover }) => !isCover);
  const sound = media.sounds[0] ?? null;
  const { durationSeconds } = media;
  if (durationSeconds === null || durationSeconds <= 0) {
    return { type: 'broken', faults: ['it has no length'] };
  }
  let faults;
  if (kind === 'video') {
    if (picture === undefined) return { type: 'broken', faults: ['it has no picture'] };
    faults = faultsOf(VIDEO_RULES, { media, picture, sound }, settings);
  } else {
    if (sound === null) return { type: 'broken', faults: ['it has no sound'] };
    faults = faultsOf(AUDIO_RULES, { media, sound }, settings);
  }
  return conclude(faults, {
    path,
    bytes,
    mime: OUTPUT_TYPES[kind].mime,
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    durationSeconds,
  });
}

async function checkImage(path: string, size: number, settings: Settings): Promise<CheckResult> {
  const { probeImage } = await import('../inspect/probe-image.js');
  const image = await probeImage(size > settings.imageMaxBytes ? path : await readFile(path));
  const { bytes, width, height } = image;
  return conclude(faultsOf(IMAGE_RULES, image, settings), {
    ...{ path, bytes, width, height },
    mime: OUTPUT_TYPES.image.mime,
    durationSeconds: null,
  });
}

function conclude(faults: ReturnType<typeof faultsOf>, output: Output): CheckResult {
  return faults.length === 0
    ? { type: 'kept', output }
    : { type: 'broken', faults: faults.map(({ reason }) => reason) };
}
