import type { Turn } from '../inspect/read-turn.js';
import type { FrameRate } from '../plan/frame-rate.js';
import type { Place } from '../plan/place.js';
import type { Rounds } from '../plan/plan-rounds.js';
import type { EncodePicture } from '../plan/plan-video.js';
import type { SourceColours, WideColours } from '../plan/video-colours.js';

/** The filters that make of a decoded picture what the plan says, in their order. */
export function pictureFilters(
  picture: EncodePicture,
  { leadSeconds }: Pick<Place, 'leadSeconds'>,
): readonly string[] {
  const { deinterlace, flatten, frameRate, rounds } = picture;
  const leadFrames = Math.round((leadSeconds * frameRate.frames) / frameRate.seconds);
  return [
    ...(deinterlace ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    // The earliest stream begins at 0; a picture that begins later shows its first frame till then.
    // Before all that joins frames: behind those it would not know how long the last one is shown.
    `fps=fps=${frameRate.frames}/${frameRate.seconds}:start_time=0`,
    ...holdLast(picture),
    // What is dropped need not be drawn: a frame may have stood for an hour.
    ...(leadFrames > 0 ? [`trim=start_frame=${leadFrames}`] : []),
    ...(flatten === null ? [] : flattenOn(flatten, picture.colours)),
    ...toSize(picture),
    ...turnBy(picture),
    'setsar=1',
    ...(rounds === null ? [] : goRound(rounds, picture.frameRate)),
    'format=yuv420p',
    // A matrix that was obeyed, or the light of an HDR screen, must not reach the output.
    'sidedata=mode=delete',
  ];
}

/** A round has to have all of its frames, and a picture has to last as long as its sound. */
function holdLast({ rounds, holdSeconds }: EncodePicture): readonly string[] {
  if (rounds !== null) return [`tpad=stop_mode=clone:stop=${rounds.frames}`];
  return holdSeconds > 0 ? [`tpad=stop_mode=clone:stop_duration=${holdSeconds}`] : [];
}

const SCALE = 'flags=bicubic+accurate_rnd+full_chroma_int';

/** Reads the numbers of the source as what they are; without it ffmpeg takes most for BT.601. */
export function readColours({ matrix, range }: SourceColours): string {
  return matrix === null ? '' : `:in_color_matrix=${matrix}:in_range=${range}`;
}

/** A plain copy of each frame goes behind it: so their times are the same. */
function flattenOn(colour: string, colours: SourceColours): readonly string[] {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return [
    `scale=${SCALE}${readColours(colours)}`,
    'format=rgba',
    `split[flat][above];[flat]lutrgb=r=${r}:g=${g}:b=${b}:a=255[below];` +
      '[below][above]overlay=format=rgb',
  ];
}

/** To the size before it is turned, and to the colours of BT.709 in limited range. */
function toSize({ width, height, rotationDegrees, flatten, colours }: EncodePicture) {
  const turned = rotationDegrees % 180 !== 0;
  const size = turned ? `w=${height}:h=${width}` : `w=${width}:h=${height}`;
  const source: SourceColours = flatten === null ? colours : { ...colours, matrix: null };
  if (source.convert !== null && flatten === null) {
    return [`scale=${size}:${SCALE}`, ...convertWide(source, source.convert), 'format=yuv420p'];
  }
  return [
    `scale=${size}:${SCALE}${readColours(source)}:out_color_matrix=bt709:out_range=tv`,
    'format=yuv420p',
  ];
}

/** In linear light; worked on 20 of 20 HDR10, HLG and Dolby Vision 8.4 clips. */
function convertWide({ matrix, range }: SourceColours, wide: WideColours): readonly string[] {
  const { transfer, primaries } = wide;
  const source =
    `pin=${primaries}:tin=${transfer}:rin=${range}` +
    (matrix === null ? '' : `:min=${ZSCALE_MATRICES[matrix]}`);
  if (transfer === 'bt709') return [`zscale=${source}:p=bt709:t=bt709:m=bt709:r=tv`];
  return [
    `zscale=${source}:t=linear:npl=100`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=hable:desat=0',
    'zscale=t=bt709:m=bt709:r=tv',
  ];
}

const ZSCALE_MATRICES = {
  bt601: '170m',
  bt709: '709',
  bt2020: '2020_ncl',
  smpte240m: '240m',
} as const;

/** ffmpeg's own turning knows no mirrors before 5.0. */
export function turnBy({ rotationDegrees, mirrored }: Turn): readonly string[] {
  const turn = TURNS[rotationDegrees] ?? [];
  return mirrored ? ['hflip', ...turn] : turn;
}

const TURNS: Readonly<Record<number, readonly string[]>> = {
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
};

/** `loop` counts the time between rounds in a clock of its own: the frames are stamped anew. */
function goRound({ frames, times }: Rounds, rate: FrameRate): readonly string[] {
  const loop = [
    `loop=loop=${times - 1}:size=${frames}`,
    `setpts=round(N*${rate.seconds}/${rate.frames}/TB)`,
    `fps=fps=${rate.frames}/${rate.seconds}`,
  ];
  // Not -frames:v, at which this ffmpeg ends the sound as well, however little there is of it.
  return [...(times === 1 ? [] : loop), `trim=end_frame=${frames * times}`];
}
