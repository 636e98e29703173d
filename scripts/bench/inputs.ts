// What the bench measures on, made once from a seed and kept for the next time.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { findFfmpeg } from '../../src/ffmpeg/find-ffmpeg.js';
import { makeHeic } from '../make-fixtures/heif.js';

const ROOT = path.resolve(import.meta.dirname, '../../node_modules/.cache/statuscast-bench');

/** Changes when what is made changes. */
const EDITION = 2;

/** How many of each there are; all of it shrinks with `scale`, but never to nothing. */
export const sizesAt = (scale: number) => {
  const times = (count: number) => Math.max(1, Math.round(count * scale));
  return {
    photographs: times(48),
    clips: times(6),
    mixedPhotographs: times(12),
    sounds: times(4),
    conforming: times(12),
    longMinutes: 30,
    small: times(1000),
    paced: times(60),
    heics: times(8),
  };
};

/**
 * A folder of inputs by its name, made where it is not there yet.
 * @param make fills the folder that it is given
 */
export async function inputFolder(
  name: string,
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = path.join(ROOT, String(EDITION), name);
  if (await isThere(folder)) return folder;
  const partial = `${folder}.part`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await make(partial);
  await rename(partial, folder);
  return folder;
}

export function photographs(count: number): Promise<string> {
  return inputFolder(`photographs-${count}`, async (folder) => {
    for (let number = 0; number < count; number++) {
      // oxlint-disable-next-line no-await-in-loop
      await photograph(number, path.join(folder, named('photograph', number, 'jpg')));
    }
  });
}

export function mixed(count: {
  readonly clips: number;
  readonly mixedPhotographs: number;
  readonly sounds: number;
}): Promise<string> {
  const { clips, mixedPhotographs, sounds } = count;
  return inputFolder(`mixed-${clips}-${mixedPhotographs}-${sounds}`, async (folder) => {
    for (const [number, file] of (await list(await photographs(mixedPhotographs))).entries()) {
      // oxlint-disable-next-line no-await-in-loop
      await copyFile(file, path.join(folder, named('photograph', number, 'jpg')));
    }
    for (let number = 0; number < clips; number++) {
      const file = path.join(folder, named('clip', number, 'mp4'));
      // oxlint-disable-next-line no-await-in-loop
      await clip(file, { number, seconds: 8 + number, size: '1920x1080' });
    }
    for (let number = 0; number < sounds; number++) {
      const source = `anoisesrc=color=pink:seed=${number + 1}:d=90:r=48000`;
      const file = path.join(folder, named('recording', number, 'wav'));
      // oxlint-disable-next-line no-await-in-loop
      await ffmpeg(['-f', 'lavfi', '-i', source, '-ac', '2', file]);
    }
  });
}

/** Clips at 1280×720, which are not what a status takes yet. */
export function clipsOf(seconds: number, count: number): Promise<string> {
  return inputFolder(`seconds-${seconds}-${count}`, async (folder) => {
    for (let number = 0; number < count; number++) {
      const file = path.join(folder, named('clip', number, 'mp4'));
      // oxlint-disable-next-line no-await-in-loop
      await clip(file, { number, seconds, size: '1280x720' });
    }
  });
}

/** A minute with room for what sound is longer than its picture. */
const MINUTE_SECONDS = 59;

/**
 * Such clips of a minute as a status takes them, whatever statuscast would make of them. To copy
 * one takes 0.009 of encoding it; of half a minute it is 0.016, nearly all of it the start of
 * ffmpeg.
 */
export function conformingClips(count: number): Promise<string> {
  return inputFolder(`conforming-minutes-${count}`, async (folder) => {
    for (const [number, file] of (await list(await clipsOf(MINUTE_SECONDS, count))).entries()) {
      // oxlint-disable-next-line no-await-in-loop
      await ffmpeg([
        ...['-i', file, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0'],
        ...['-profile:v', 'main', '-level:v', '3.1', '-color_range', 'tv', '-colorspace', 'bt709'],
        ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-c:a', 'copy'],
        ...['-map_metadata', '-1', '-fflags', '+bitexact', '-movflags', '+faststart'],
        path.join(folder, named('clip', number, 'mp4')),
      ]);
    }
  });
}

/** The same video for one minute and for many. */
export function longVideo(minutes: number): Promise<string> {
  return inputFolder(`minutes-${minutes}`, async (folder) => {
    const file = path.join(folder, 'long.mp4');
    if (minutes === 1) return clip(file, { number: 1, seconds: 60, size: '1280x720' });
    const minute = path.join(await longVideo(1), 'long.mp4');
    const again = ['-stream_loop', String(minutes - 1), '-i', minute, '-c', 'copy'];
    return ffmpeg([...again, '-movflags', '+faststart', file]);
  });
}

export function smallImages(count: number): Promise<string> {
  return inputFolder(`small-${count}`, async (folder) => {
    const random = randomFrom(count);
    for (let number = 0; number < count; number++) {
      const [width, height] = [200 + ((number * 37) % 200), 300 + ((number * 53) % 300)];
      const file = path.join(folder, named('small', number, 'jpg'));
      // oxlint-disable-next-line no-await-in-loop
      await noise(random, 8, 8).resize(width, height, { fit: 'fill' }).jpeg().toFile(file);
    }
  });
}

/** Copies of a video with so much behind it that it is of that size; each is another content. */
export function paddedVideos(source: string, count: number, megabytes: number): Promise<string> {
  return inputFolder(`padded-minutes-${count}-${megabytes}`, async (folder) => {
    for (let number = 0; number < count; number++) {
      const file = path.join(folder, named('padded', number, 'mp4'));
      // oxlint-disable-next-line no-await-in-loop
      await copyFile(source, file);
      // oxlint-disable-next-line no-await-in-loop
      const { size } = await stat(file);
      const box = Buffer.alloc(megabytes * 1_000_000 - size);
      box.writeUInt32BE(box.length, 0);
      box.write('free', 4, 'latin1');
      box.writeUInt32BE(number, 8);
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(file, box, { flag: 'a' });
    }
  });
}

/** The photographs as phones store them. */
export function heics(count: number): Promise<string> {
  return inputFolder(`heics-${count}`, async (folder) => {
    for (const [number, file] of (await list(await photographs(count))).entries()) {
      // oxlint-disable-next-line no-await-in-loop
      const heic = await makeHeic(await sharp(file).png().toBuffer(), PHOTOGRAPH);
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(path.join(folder, named('photograph', number, 'heic')), heic);
    }
  });
}

/** The absolute paths of the files in a folder, in order. */
export async function list(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).toSorted().map((name) => path.join(folder, name));
}

function named(what: string, number: number, extension: string): string {
  return `${what}-${String(number).padStart(5, '0')}.${extension}`;
}

function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}

/** Numbers from 0 up to 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function noise(random: () => number, width: number, height: number) {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < data.length; at++) data[at] = random() * 256;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const PHOTOGRAPH = { width: 4032, height: 3024 } as const;

/** Columns of each layer of noise, and how much of the picture it is: coarse and bright, fine and faint. */
const LAYERS = [
  [4, 0.5],
  [16, 0.2],
  [64, 0.12],
  [256, 0.08],
  [1024, 0.06],
  [4032, 0.04],
] as const;

async function photograph(number: number, file: string): Promise<void> {
  const { width, height } = PHOTOGRAPH;
  const random = randomFrom(number + 1);
  const picture = new Float32Array(width * height * 3);
  for (const [columns, share] of LAYERS) {
    const rows = Math.round((columns * height) / width);
    // oxlint-disable-next-line no-await-in-loop
    const layer = await noise(random, columns, rows)
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    for (let at = 0; at < picture.length; at++) {
      picture[at] = (picture[at] ?? 0) + share * (layer[at] ?? 0);
    }
  }
  await sharp(Buffer.from(Uint8Array.from(picture)), { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: number % 4 === 3 ? 6 : 1 })
    .jpeg({ quality: 90 })
    .toFile(file);
}

/** A camera that wanders over a photograph, with grain, and a tone. */
async function clip(
  file: string,
  {
    number,
    seconds,
    size,
  }: { readonly number: number; readonly seconds: number; readonly size: string },
): Promise<void> {
  const [ground = ''] = await list(await photographs(1));
  const [wide, high] = size.split('x');
  const x = `(iw-ow)*(0.5+0.5*sin(t/${4 + number}+${number}))`;
  const y = `(ih-oh)*(0.5+0.5*cos(t/${5 + number}))`;
  await ffmpeg([
    ...['-loop', '1', '-framerate', '30', '-i', ground],
    ...['-f', 'lavfi', '-i', `sine=f=${200 + number * 50}:r=48000`, '-t', String(seconds)],
    '-vf',
    `crop=${wide}:${high}:'${x}':'${y}',noise=alls=6:allf=t:all_seed=${number + 1},format=yuv420p`,
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-c:a', 'aac', file],
  ]);
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const { ffmpegPath } = await findFfmpeg();
  execFileSync(ffmpegPath, ['-nostdin', '-y', '-v', 'error', ...args]);
}
