import { join } from 'node:path';
import { FORMATS, SAFE_DEMUXERS } from '../../src/inspect/formats.js';
import { words } from './make-media.js';
import { bundledFfmpeg, runForBytes } from './programs.js';

// What the program that makes the sources can make, by its own account: its muxers and encoders.

const QUIET = ['-hide_banner', '-nostdin', '-y', '-v', 'error'] as const;

/** A container that a demuxer of ours reads. */
export interface Container {
  readonly muxer: string;
  /** What its muxer takes by its own account. */
  readonly takes: readonly ('V' | 'A')[];
  /**
   * Where a muxer bears the name of its codec, or is `m4v`, it writes bare frames: of no other are
   * they read.
   */
  readonly only: string | null;
  /** The muxer that it is another name of, with a shorter list of codecs. */
  readonly kinOf: string | null;
}

/** Muxers whose files another name reads. */
const READ_AS: Readonly<Record<string, readonly string[]>> = {
  mov: ['mp4', 'ipod', '3gp', '3g2', 'f4v', 'psp', 'ismv'],
  matroska: ['webm'],
  ogg: ['ogv', 'oga', 'opus', 'spx'],
  mpeg: ['vob', 'dvd', 'vcd', 'svcd'],
  mxf: ['mxf_d10', 'mxf_opatom'],
  mp3: ['mp2'],
  aac: ['adts', 'latm'],
};

/** The containers that both this program writes and the product reads, and the muxers left over. */
export async function listContainers(): Promise<{
  readonly containers: readonly Container[];
  readonly others: readonly string[];
}> {
  const text = (await runForBytes(bundledFfmpeg, ['-hide_banner', '-muxers'])).toString();
  const muxers = [...text.matchAll(/^ +E (\S+)/gm)].flatMap((found) => found[1]?.split(',') ?? []);
  const ofFormats = [...FORMATS.values()].map((format) =>
    format.reader === 'ffmpeg' ? format.demuxers : '',
  );
  const read = new Set([...ofFormats, SAFE_DEMUXERS].join(',').split(','));
  for (const [demuxer, names] of Object.entries(READ_AS)) {
    if (read.has(demuxer)) names.forEach((name) => read.add(name));
  }
  const containers: Container[] = [];
  await eachOf(
    muxers.filter((muxer) => read.has(muxer)),
    async (muxer) => {
      containers.push(await describeMuxer(muxer));
    },
  );
  return {
    // Kin come behind what they are kin of.
    containers: containers.toSorted(
      (a, b) =>
        Number(a.kinOf !== null) - Number(b.kinOf !== null) || a.muxer.localeCompare(b.muxer),
    ),
    others: muxers.filter((muxer) => !read.has(muxer)),
  };
}

async function describeMuxer(muxer: string): Promise<Container> {
  const help = await runForBytes(bundledFfmpeg, ['-hide_banner', '-h', `muxer=${muxer}`]);
  const usual = (type: string) =>
    new RegExp(`Default ${type} codec: (\\w+)`).exec(help.toString())?.[1] ?? null;
  const [picture, sound] = [usual('video'), usual('audio')];
  const kin = Object.entries(READ_AS).find(([, names]) => names.includes(muxer))?.[0] ?? null;
  return {
    muxer,
    takes: [
      ...(picture === null ? [] : (['V'] as const)),
      ...(sound === null ? [] : (['A'] as const)),
    ],
    only: muxer === sound ? muxer : muxer === 'm4v' ? picture : null,
    kinOf: kin !== null && SHORTER_LISTS.has(kin) ? kin : null,
  };
}

/** Whose kin take nothing that they do not take; `mp4` does take what `mov` does not. */
const SHORTER_LISTS = new Set(['ogg', 'mpeg', 'mxf']);

/** One codec as this program makes it, in a file to copy from. */
export interface MadeCodec {
  /** Its name as ffprobe says it. */
  readonly codec: string;
  readonly path: string;
}

/** Tried one after the other: what an encoder takes is told by its starting. */
const DEMANDS: Readonly<Record<'V' | 'A', readonly (readonly string[])[]>> = {
  V: [
    words('-threads 1'),
    words('-s 176x144'),
    words('-s 256x120 -profile:v dnxhr_lb -pix_fmt yuv422p'),
    words('-s 720x576 -pix_fmt yuv420p'),
    words('-s 48x48'),
  ],
  A: [[], words('-ar 8000 -ac 1'), words('-ar 16000 -ac 1'), words('-ar 22050')],
};

/** Encoders that need a device. */
const HARDWARE = /_(vaapi|v4l2m2m|nvenc|qsv|omx|amf|vdpau|cuvid)$/;

/** Containers that take nearly everything. */
const STORES = ['nut', 'matroska', 'mov', 'avi', 'flv', 'asf', 'rm', 'wav', 'mxf'] as const;

/**
 * Makes a file of every codec that has an encoder on this machine, one encoder a codec.
 * @param input the arguments that make the picture or the sound
 * @returns what was made, and the codecs that no encoder here makes
 */
export async function makeEveryCodec(
  type: 'V' | 'A',
  input: readonly string[],
  folder: string,
): Promise<{ readonly made: readonly MadeCodec[]; readonly others: readonly string[] }> {
  const text = (await runForBytes(bundledFfmpeg, ['-hide_banner', '-codecs'])).toString();
  const lines = [...text.matchAll(new RegExp(`^ \\SE${type}\\S{3} (\\S+) +(.*)$`, 'gm'))];
  const made: MadeCodec[] = [];
  const others: string[] = [];
  const asked = lines.filter(
    ([, codec = '']) => EVERY_PCM || !codec.startsWith('pcm_') || PCM.has(codec),
  );
  await eachOf(asked, async ([, codec = '', about = '']) => {
    const all = /\(encoders: ([^)]+)\)/.exec(about)?.[1]?.trim().split(' ') ?? [codec];
    const named = all.filter((encoder) => !HARDWARE.test(encoder));
    const path = await makeCodec(type, codec, named, input, folder);
    if (path === null) others.push(codec);
    else made.push({ codec, path });
  });
  return { made: made.toSorted((a, b) => a.codec.localeCompare(b.codec)), others };
}

/**
 * There are thirty ways to write bare samples, of which these are met: the others differ from them by
 * their byte order alone, and take minutes. `MATRIX=whole` takes all.
 */
const PCM: ReadonlySet<string> = new Set([
  ...['pcm_s16le', 'pcm_s16be', 'pcm_u8', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le'],
  ...['pcm_alaw', 'pcm_mulaw', 'pcm_bluray', 'pcm_dvd'],
]);
const EVERY_PCM = process.env['MATRIX'] === 'whole';

async function makeCodec(
  type: 'V' | 'A',
  codec: string,
  encoders: readonly string[],
  input: readonly string[],
  folder: string,
): Promise<string | null> {
  const attempts = STORES.flatMap((store) =>
    encoders.flatMap((encoder) =>
      DEMANDS[type].map((demands) => ({
        store,
        codec: [`-c:${type.toLowerCase()}`, encoder],
        demands,
      })),
    ),
  );
  for (const { store, codec: choice, demands } of attempts) {
    const path = join(folder, `${codec}.${store}`);
    const args = [...input, ...choice, '-strict', '-2', ...demands, '-f', store, `file:${path}`];
    // oxlint-disable-next-line no-await-in-loop
    if (await succeeds(args)) return path;
  }
  return null;
}

/** Whether the program made something of these arguments. */
export async function succeeds(args: readonly string[]): Promise<boolean> {
  return runForBytes(bundledFfmpeg, [...QUIET, ...args]).then(
    () => true,
    () => false,
  );
}

const AT_ONCE = 3;

/** Works through a list, a few at once. */
export async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      // oxlint-disable-next-line no-await-in-loop
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
