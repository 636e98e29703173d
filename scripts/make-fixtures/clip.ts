import { ffmpeg, lavfi, words } from './ffmpeg.js';

/** A picture that keeps the contract, encoded from any source. */
export const CONFORMING_PICTURE = h264('main');

export const CONFORMING_SOUND = words('-c:a aac -b:a 128k -ac 2 -ar 44100');

/** Sixty-four seconds of stereo at 128 kbit/s would be a megabyte. */
export const CHEAP_SOUND = words('-c:a aac -b:a 16k -ac 1 -ar 44100');

export const FASTSTART = words('-movflags +faststart');

/** H.264 at level 3.1 without B-frames, tagged BT.709 in limited range; `more` overrides it all. */
export function h264(profile: string, more: readonly string[] = []): readonly string[] {
  return [
    ...words(`-c:v libx264 -profile:v ${profile} -level 3.1 -bf 0 -crf 30 -pix_fmt yuv420p`),
    ...words('-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv'),
    ...more,
  ];
}

interface Clip {
  readonly extension: string;
  /** A filter graph; see `moving`. */
  readonly picture: string;
  /** Hertz of its tone; null for a clip without sound. */
  readonly hertz: number | null;
  readonly seconds: number;
  /** Everything between the inputs and the output. */
  readonly args: readonly string[];
  readonly inputs?: Readonly<Record<string, Buffer>>;
}

/** A moving picture and a tone, of equal length, as one file. Input 0 is the picture. */
export function makeClip({ extension, picture, hertz, seconds, args, inputs }: Clip) {
  const sound = hertz === null ? [] : lavfi(`sine=frequency=${hertz}:sample_rate=44100`);
  return ffmpeg(extension, [...lavfi(picture), ...sound, ...args, '-t', String(seconds)], inputs);
}

/** An orange square that crosses a plain ground every four seconds: next to nothing to encode. */
export function moving(ground: string, size = '180x320', framesPerSecond = 25): string {
  const square = `color=c=orange:s=48x48:r=${framesPerSecond}`;
  return (
    `color=c=${ground}:s=${size}:r=${framesPerSecond}[ground];${square}[square];` +
    `[ground][square]overlay=x='mod(t,4)/4*(W-w)':y='(H-h)/2',format=yuv420p`
  );
}
