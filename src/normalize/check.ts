import { readFile, stat } from 'node:fs/promises';
import { messageOf, reasonIn, StatuscastError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { wasKilled } from '../ffmpeg/start-program.js';
import { SAFE_DEMUXERS } from '../inspect/formats.js';
import { probeMedia, type MediaProbe } from '../inspect/probe-media.js';
import { OUTPUT_TYPES, type Kind, type Output } from '../job.js';
import { AUDIO_RULES } from '../plan/audio-rules.js';
import { IMAGE_RULES } from '../plan/image-rules.js';
import { faultsOf } from '../plan/rules.js';
import { VIDEO_RULES } from '../plan/video-rules.js';
import type { Settings } from '../settings.js';

/** Whether a finished file keeps the contract, measured anew. */
export type CheckResult =
  | { readonly type: 'kept'; readonly output: Output }
  | {
      readonly type: 'broken';
      readonly faults: readonly string[];
      /** There is nothing in it that could be measured. */
      readonly isUnreadable?: true;
      /** It has a picture, and no sound. */
      readonly isSilent?: true;
    };

/** How closely a finished file is looked at. */
export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** The picture was not encoded by us: read its packets too, since headers may lie. */
  readonly withTiming?: boolean;
}

/**
 * Probes a finished file and holds it to the very rules that `plan` uses.
 * @throws StatuscastError `program-timeout`, `interrupted`, `binary-unusable`, `program-failed` where
 * ffprobe was killed, and what reading the file throws
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
  const media = await probeOutput(ffmpeg, path, settings, options);
  if (typeof media === 'string') return unreadable(media);
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
  const result = conclude(faults, {
    path,
    bytes,
    mime: OUTPUT_TYPES[kind].mime,
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    durationSeconds,
  });
  return result.type === 'broken' && sound === null ? { ...result, isSilent: true } : result;
}

/** What ffprobe sees in it, or what it says where it makes nothing of it. */
async function probeOutput(
  ffmpeg: Ffmpeg,
  path: string,
  settings: Settings,
  { signal, withTiming = false }: CheckOptions,
): Promise<MediaProbe | string> {
  const options = { signal, timeoutMs: settings.probeTimeoutMs, withTiming };
  try {
    // Not with the demuxer forced: a player has to see by itself what it is, and the rules ask.
    return await probeMedia(ffmpeg, path, SAFE_DEMUXERS, options);
  } catch (thrown) {
    const facts = thrown instanceof StatuscastError ? thrown.facts : null;
    if (facts?.code !== 'program-failed' || wasKilled(thrown)) throw thrown;
    return reasonIn(facts.why, path);
  }
}

async function checkImage(path: string, size: number, settings: Settings): Promise<CheckResult> {
  const { probeImage } = await import('../inspect/probe-image.js');
  // What would break the rules by its size is not read whole.
  const content = size > settings.imageMaxBytes ? path : await readFile(path);
  const image = await probeImage(content).catch((thrown: unknown) => messageOf(thrown));
  if (typeof image === 'string') return unreadable(reasonIn(image, path));
  const { bytes, width, height } = image;
  return conclude(faultsOf(IMAGE_RULES, image, settings), {
    ...{ path, bytes, width, height },
    mime: OUTPUT_TYPES.image.mime,
    durationSeconds: null,
  });
}

function unreadable(fault: string): CheckResult {
  return { type: 'broken', faults: [fault], isUnreadable: true };
}

function conclude(faults: ReturnType<typeof faultsOf>, output: Output): CheckResult {
  return faults.length === 0
    ? { type: 'kept', output }
    : { type: 'broken', faults: faults.map(({ reason }) => reason) };
}
