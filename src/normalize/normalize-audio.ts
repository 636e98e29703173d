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
          codecs: [plan.sound.codec],
          options: ['-t', plan.cutSeconds.toFixed(6)],
        },
      ],
      maps: [`0:${plan.sound.index}`],
      video: null,
      audio:
        plan.sound.action === 'copy'
          ? { codec: 'copy', filters: [], options: [] }
          : encodeTo('libmp3lame', plan.sound),
      options: [
        ...['-t', plan.cutSeconds.toFixed(6)],
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

/** Options for sound as the plan wants it. */
export function encodeTo(
  codec: 'libmp3lame' | 'aac',
  sound: Omit<EncodeSound, 'index' | 'codec'>,
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
