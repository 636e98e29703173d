import { constants, copyFile } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find-ffmpeg.js';
import { runFfmpeg, type RecipeStream } from '../ffmpeg/run-ffmpeg.js';
import type { AudioPlan } from '../plan/plan-audio.js';
import { encodeTo } from './encode-sound.js';
import { measureOptions, readOptions, writeOptions } from './place-options.js';
import { WITHOUT_METADATA } from './without-metadata.js';
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
  const { demuxer } = plan;
  const isCopy = plan.sound.action === 'copy';
  const source = { source: path, demuxer, codecs: [plan.sound.codec] };
  const input = { ...source, options: readOptions(plan, { isCopy }) };
  const measured = { ...source, options: measureOptions(plan) };
  const audio: RecipeStream =
    plan.sound.action === 'copy'
      ? { codec: 'copy', filters: [], options: [] }
      : await encodeTo(
          ffmpeg,
          {
            codec: 'libmp3lame',
            input: measured,
            sound: plan.sound,
            scratchPath: `${outputPath}.trial`,
          },
          options,
        );
  const tags = Object.entries({ title: plan.title, artist: plan.artist });
  await runFfmpeg(
    ffmpeg,
    {
      inputs: [input],
      maps: [`0:${plan.sound.index}`],
      video: null,
      audio,
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
