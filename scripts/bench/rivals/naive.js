// As most scripts do it: fluent-ffmpeg and sharp with their defaults, one file after the other.
// node naive.js FOLDER OUT
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import ffmpeg from 'fluent-ffmpeg';
import sharp from 'sharp';

const [folder = '', out = ''] = process.argv.slice(2);
ffmpeg.setFfmpegPath(ffmpegInstaller.path);

for (const name of (await readdir(folder)).toSorted()) {
  const [file, target] = [path.join(folder, name), path.join(out, path.parse(name).name)];
  if (/\.(jpe?g|png|webp)$/.test(name)) {
    // oxlint-disable-next-line no-await-in-loop
    await sharp(file)
      .rotate()
      .resize(1080, 1920, { fit: 'cover', position: 'attention' })
      .jpeg()
      .toFile(`${target}.jpg`);
  } else {
    // oxlint-disable-next-line no-await-in-loop
    await convert(file, /\.(wav|mp3|m4a)$/.test(name) ? `${target}.mp3` : `${target}.mp4`);
  }
}

/**
 * @param {string} file
 * @param {string} target
 */
function convert(file, target) {
  return new Promise((resolve, reject) => {
    ffmpeg(file).duration(60).on('end', resolve).on('error', reject).save(target);
  });
}
