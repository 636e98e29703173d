// A program of its own, because libheif blocks its thread: 1 to 3 s for 12 megapixels. It decodes one
// picture after the other (ffmpeg/kept-program.ts), since its start and the first run of its
// WebAssembly take as long as a picture: it is sent { source, target, maxPixels }, writes the primary
// picture of source to target as TIFF, and answers { fault, isLast }.
import { readFile } from 'node:fs/promises';
import heicDecode from 'heic-decode';
import sharp from 'sharp';
import { hasMissingArea } from './find-missing-area.js';
import { writeTiff } from './write-tiff.js';

/** In HEVC there are never three zero bytes in a row. */
const EMPTY_END_BYTES = 1024;

/** @type {string[]} */
const printed = [];
// libheif says in its log why it finds no picture.
console.log = (...words) => void printed.push(words.join(' '));
console.error = console.log;

/** Memory does not shrink below what the largest picture took; this much is not to lie idle. */
const KEPT_MAX_BYTES = 500_000_000;

// A file may have changed since it was last read under its name.
sharp.cache(false);

process.on('message', (/** @type {Job} */ job) => void answer(job));

/**
 * @typedef {{ source: string, target: string, maxPixels: number }} Job
 * @param {Job} job
 */
async function answer(job) {
  printed.length = 0;
  const fault = await decode(job).then(() => null, faultIn);
  process.send?.({ fault, isLast: process.memoryUsage.rss() > KEPT_MAX_BYTES });
}

/** @param {Job} job */
async function decode({ source, target, maxPixels }) {
  // sharp has no HEVC, but reads what is around it: the colour profile, and which picture is meant.
  const { icc, pagePrimary = 0 } = await sharp(source, { limitInputPixels: false }).metadata();
  const file = await readFile(source);
  if (isCutOff(file)) throw new Error('it is cut off before its end');
  if (isEndEmpty(file)) throw new Error('its end never arrived: the last bytes are zeroes');
  const pictures = await heicDecode.all({ buffer: withKnownBrand(file) });
  try {
    const picture = pictures[pagePrimary];
    if (picture === undefined) throw new Error('it holds no picture');
    const { width, height } = picture;
    if (width * height > maxPixels) {
      throw new Error(`${width}×${height} pixels are more than ${maxPixels}`);
    }
    // libheif has turned and mirrored it already (irot, imir).
    const { data: rgba } = await picture.decode();
    if (hasMissingArea({ width, height, rgba })) throw new Error('a part of its picture is lost');
    await writeTiff(target, { width, height, rgba, icc });
  } finally {
    pictures.dispose();
  }
}

/**
 * libheif paints what is there of a file without its end and calls it a picture.
 * @param {Buffer} file
 */
function isCutOff(file) {
  let end = 0;
  for (const { endsAt } of boxesIn(file)) end = endsAt;
  return end > file.length;
}

/**
 * A download that was given its length beforehand and then broke off. What is decoded of zeroes
 * looks like anything; behind the data they are only what a disk or a tool has filled up.
 * @param {Buffer} file
 */
function isEndEmpty(file) {
  const dataEnd = endOfData(file);
  const end = file.subarray(Math.max(0, dataEnd - EMPTY_END_BYTES), dataEnd);
  return end.length === EMPTY_END_BYTES && end.every((byte) => byte === 0);
}

/**
 * Where the last box of data ends: the file, where there is none.
 * @param {Buffer} file
 */
function endOfData(file) {
  let end = file.length;
  for (const { type, endsAt } of boxesIn(file)) if (type === 'mdat') end = endsAt;
  return end;
}

/**
 * The boxes at the top, as far as each says where it ends: one may go to the end of the file, and
 * what is behind them is not ours to judge.
 * @param {Buffer} file
 */
function* boxesIn(file) {
  for (let at = 0; at + 16 <= file.length;) {
    const short = file.readUInt32BE(at);
    const length = short === 1 ? Number(file.readBigUInt64BE(at + 8)) : short;
    if (length < 8) return;
    const type = file.toString('latin1', at + 4, at + 8);
    at += length;
    yield { type, endsAt: at };
  }
}

/**
 * heic-decode looks at the first brand and knows six of them; libheif looks at all.
 * @param {Buffer} file
 */
function withKnownBrand(file) {
  file.write('heic', 8, 'latin1');
  return file;
}

/** @param {unknown} thrown */
function faultIn(thrown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const said = [message, ...printed].join(' ');
  if (/end of file|outside of file|bad seek/i.test(said)) return 'it is cut off before its end';
  if (/HEIF image not found|HEIF processing error/.test(message)) {
    return ['its picture cannot be decoded', ...printed.map((line) => line.trim())]
      .filter((line) => line !== '')
      .slice(-1)
      .join('');
  }
  return message;
}
