import { bundledFfmpeg, runForBytes } from './programs.js';

/** Runs the bundled ffmpeg: everything between the inputs' first option and the output's path. */
export async function makeMedia(output: string, args: readonly string[]): Promise<string> {
  const quiet = ['-hide_banner', '-nostdin', '-y', '-v', 'error'];
  await runForBytes(bundledFfmpeg, [...quiet, ...args, `file:${output}`]);
  return output;
}

/** The arguments that make a filter graph an input. */
export function lavfi(graph: string): readonly string[] {
  return ['-f', 'lavfi', '-i', graph];
}

/** Arguments written as one line; none of them may hold a space. */
export function words(line: string): readonly string[] {
  return line.split(' ');
}

/** H.264 as a status takes it; what follows may override any of it. */
export const CONFORMING_PICTURE = words(
  '-c:v libx264 -preset ultrafast -profile:v main -level 3.1 -bf 0 -pix_fmt yuv420p ' +
    '-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv',
);

export const CONFORMING_SOUND = words('-c:a aac -b:a 64k -ac 1 -ar 44100');

export const FASTSTART = words('-movflags +faststart');
