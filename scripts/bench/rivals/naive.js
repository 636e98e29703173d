// As most scripts do it: fluent-ffmpeg and sharp with their defaults, one file after the other.
// node naive.js FOLDER OUT
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import ffmpeg from 'fluent-ffmpeg';
import decodeHeic from 'heic-decode';
import sharp from 'sharp';

const [folder = '', out = ''] = process.argv.slice(2);
ffmpeg.setFfmpegPath(ffmpegInstaller.path);

for (const name of (await readdir(folder)).toSorted()) {
  const [file, target] = [path.join(folder, name), path.join(out, path.parse(name).name)];
  if (/\.(jpe?g|png|webp|heic)$/.test(name)) {
    // oxlint-disable-next-line no-await-in-loop
    const picture = name.endsWith('.heic') ? await openHeic(file) : sharp(file);
    // oxlint-disable-next-line no-await-in-loop
    await picture
      .rotate()
      .resize(1080, 1920, { fit: 'cover', position: 'attention' })
      .jpeg()
      .toFile(`${target}.jpg`);
  } else {
    // oxlint-disable-next-line no-await-in-loop
    await convert(file, /\.(wav|mp3|m4a)$/.test(name) ? `${target}.mp3` : `${target}.mp4`);
  }
}

/** @param {string} file */
async function openHeic(file) {
  const [picture] = await decodeHeic.all({ buffer: await readFile(file) });
  if (picture === undefined) throw new Error(`${file} holds no picture`);
  const { data, width, height } = await picture.decode();
  return sharp(data, { raw: { width, height, channels: 4 } });
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
