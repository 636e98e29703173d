// By hand: the same command lines of ffmpeg and the same calls of sharp, with as many at once as
// there are cores, and nothing else: no probing, no check, no memory of what was done.
// node by-hand.js JOBS.json OUT
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [jobsFile = '', out = ''] = process.argv.slice(2);

/** The window is searched on a small copy, as on the whole picture it takes minutes. */
const WINDOW_HEIGHT = 320;

/**
 * @typedef {{ argv: string[], extension: string }} Encode
 * @typedef {{ left: number, top: number, width: number, height: number }} Window
 * @typedef {{ file: string, crop: Window, stored: Window, width: number, height: number,
 *   turn: { rotationDegrees: number, mirrored: boolean }, quality: number }} Still
 * @type {{ cores: number, encodes: Encode[], stills: Still[] }}
 */
const { cores, encodes, stills } = JSON.parse(readFileSync(jobsFile, 'utf8'));

const jobs = [
  ...encodes.map((job, number) => () => encode(job, path.join(out, `${number}.${job.extension}`))),
  ...stills.map((job, number) => () => draw(job, path.join(out, `still-${number}.jpg`))),
];
const sharp = stills.length === 0 ? null : (await import('sharp')).default;
sharp?.concurrency(1);
sharp?.cache(false);
const next = jobs.values();
await Promise.all(
  Array.from({ length: cores }, async () => {
    for (const job of next) await job();
  }),
);

/**
 * @param {Encode} job
 * @param {string} file
 */
function encode({ argv: [program = '', ...args] }, file) {
  const child = spawn(program, [...args, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => (code === 0 ? resolve(code) : reject(new Error(args.join(' ')))));
  });
}

/**
 * @param {Still} job
 * @param {string} target
 */
async function draw({ file, crop, stored, turn, width, height, quality }, target) {
  if (sharp === null) return;
  const { autoOrient } = await sharp(file).metadata();
  const scale = Math.min(1, WINDOW_HEIGHT / crop.height);
  const small = {
    width: Math.round(autoOrient.width * scale),
    height: Math.round(autoOrient.height * scale),
  };
  const copy = await sharp(file)
    .autoOrient()
    .resize(small.width, small.height, { fit: 'fill' })
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  await sharp(copy, { raw: { ...small, channels: 3 } })
    .resize(Math.round(crop.width * scale), Math.round(crop.height * scale), {
      fit: 'cover',
      position: sharp.strategy.attention,
    })
    .raw()
    .toBuffer();
  const isLying = turn.rotationDegrees % 180 !== 0;
  await sharp(file, { failOn: 'truncated' })
    .extract(stored)
    .resize(isLying ? height : width, isLying ? width : height, { fit: 'fill' })
    .flop(turn.mirrored)
    .rotate(turn.rotationDegrees)
    .flatten({ background: '#000000' })
    .toColourspace('srgb')
    .jpeg({ quality, optimiseCoding: false })
    .toFile(target);
}
