import { constants, copyFile } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { AudioPlan, EncodeSound } from '../plan/plan-audio.js';
import type { NormalizeOptions } from './normalize-options.js';

/**
 * Carries out the plan for a recording.
 * @param path absolute path of the source
 * @param outputPath absolute path of the MP3
 * @throws StatuscastError `program-failed`, `program-timeout`, `interrupted`
 */
export async function normalizeAudio(
  ffmpeg: Ffmpeg,
  path: string,
  plan: AudioPlan,
  outputPath: string,
  options: NormalizeOptions,
): Promise<void> {
  if (plan.action === 'keep') {
    await copyFile(path, outputPath, constants.COPYFILE_FICLONE);
    return;
  }
  const tags = Object.entries({ title: plan.title, artist: plan.artist });
  await runFfmpeg(
    ffmpeg,
    {
      inputs: [
        {
          source: path,
          demuxer: plan.demuxer,
          options: readOptions(plan, { isCopy: plan.sound.action === 'copy' }),
        },
      ],
      maps: [`0:${plan.sound.index}`],
      video: null,
      audio:
        plan.sound.action === 'copy'
          ? { codec: 'copy', filters: [], options: [] }
          : encodeTo('libmp3lame', plan.sound),
      options: [
        ...writeOptions(plan),
        ...WITHOUT_METADATA,
        ...tags.flatMap(([name, value]) =>
          value === null ? [] : ['-metadata', `${name}=${value}`],
        ),
        ...['-id3v2_version', '3'],
      ],
      format: 'mp3',
      outputPath,
    },
    options,
  );
}

/** Where a plan begins and ends in its source. */
type Place = Pick<AudioPlan, 'startSeconds' | 'leadSeconds' | 'cutSeconds'>;

/** Read behind the end of a part, so that its last frame and sample are there to be written. */
const READ_ON_SECONDS = 1;

/** Begins before the part where a seek is needed, and reads no further than needed. */
export function readOptions(
  { startSeconds, leadSeconds, cutSeconds }: Place,
  { isCopy }: { readonly isCopy: boolean },
): readonly string[] {
  const from = startSeconds - leadSeconds;
  const length = leadSeconds + cutSeconds + (isCopy ? 0 : READ_ON_SECONDS);
  return [...(from > 0 ? ['-ss', from.toFixed(6)] : []), '-t', length.toFixed(6)];
}

/** Drops the lead, to the frame and the sample, and stops at the end. */
export function writeOptions({ leadSeconds, cutSeconds }: Place): readonly string[] {
  const lead = leadSeconds > 0 ? ['-ss', leadSeconds.toFixed(6)] : [];
  return [...lead, '-t', cutSeconds.toFixed(6)];
}

/** Options for sound as the plan wants it. */
export function encodeTo(
  codec: 'libmp3lame' | 'aac',
  sound: Omit<EncodeSound, 'index'>,
): RecipeStream {
  return {
    codec,
    filters: [],
    options: [
      ...['-ar', String(sound.sampleRateHz), '-ac', String(sound.channels)],
      ...['-b:a', `${sound.bitrateKbps}k`],
    ],
  };
}

/** No tags of the source and none of the muxer's own. */
export const WITHOUT_METADATA: readonly string[] = [
  ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1'],
  ...['-fflags', '+bitexact'],
];
