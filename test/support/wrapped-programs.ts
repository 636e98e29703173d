import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ffmpeg } from './normalize-file.js';

/**
 * The real programs behind scripts that do something first, as an environment for a run.
 * @param before a line of shell, in place of the program where that ends it
 */
export async function wrapPrograms(
  folder: string,
  before: (program: string, real: string) => string,
) {
  const wrap = async (program: string, real: string) => {
    const script = join(folder, program);
    await writeFile(script, `#!/bin/sh\n${before(program, real)}\nexec '${real}' "$@"\n`);
    await chmod(script, 0o755);
    return script;
  };
  return {
    FFMPEG_PATH: await wrap('ffmpeg', ffmpeg.ffmpegPath),
    FFPROBE_PATH: await wrap('ffprobe', ffmpeg.ffprobePath),
  };
}
