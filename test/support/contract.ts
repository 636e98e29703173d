import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect } from 'vitest';
import { ffprobe, longestSeconds, type Ffprobe, type FfprobeStream } from './ffprobe.js';
import { topBoxes } from './mp4-boxes.js';

// What a status may be made of, measured without any of the code that is under test.

/** A JPEG of exactly 9:16 in plain sRGB with nothing beside the picture. */
export async function expectImageContract(path: string): Promise<void> {
  const bytes = await readFile(path);
  const seen = await sharp(bytes).metadata();
  const units = seen.width / 9;
  expect(seen).toMatchObject({ format: 'jpeg', space: 'srgb', channels: 3, depth: 'uchar' });
  expect(Number.isInteger(units), `${seen.width} is 9k`).toBe(true);
  expect(seen.height).toBe(units * 16);
  expect(units).toBeGreaterThanOrEqual(40);
  expect(units).toBeLessThanOrEqual(120);
  expect(seen.hasAlpha).toBe(false);
  const { exif, icc, xmp, iptc, orientation, comments } = seen;
  expect({ exif, icc, xmp, iptc, orientation, comments }).toEqual({});
  expect(bytes.length).toBeLessThanOrEqual(5_000_000);
  expect(bytes.subarray(-2).toString('hex'), 'nothing behind the end marker').toBe('ffd9');
  // A header proves nothing: every line has to decode.
  await sharp(bytes, { failOn: 'warning' }).stats();
}

/** One MP3 stream, no longer than a status, with no tags but the two that people see. */
export async function expectAudioContract(path: string): Promise<Ffprobe> {
  const probe = await ffprobe(path);
  const [sound, ...further] = probe.streams;
  expect(further, 'one stream').toEqual([]);
  expect(probe.format.format_name).toBe('mp3');
  expect(sound).toMatchObject({ codec_type: 'audio', codec_name: 'mp3' });
  expectSoundShape(sound);
  expect(longestSeconds(probe)).toBeLessThanOrEqual(60);
  expect(probe.format.size).toBeLessThanOrEqual(16_000_000);
  expect(probe.chapters).toEqual([]);
  expectOnlyTags(probe, ['title', 'artist', 'encoder']);
  return probe;
}

/**
 * H.264 that Android shows and one AAC track in an MP4 with its index first.
 * @param picture a copied one may lack its colour tags
 */
export async function expectVideoContract(
  path: string,
  picture: 'copied' | 'encoded',
): Promise<Ffprobe> {
  const probe = await ffprobe(path);
  expect(probe.streams.map(({ codec_type }) => codec_type).sort()).toEqual(['audio', 'video']);
  const video = probe.streams.find(({ codec_type }) => codec_type === 'video');
  const audio = probe.streams.find(({ codec_type }) => codec_type === 'audio');
  expectPicture(video, picture);
  expectFrames(probe, video, picture);
  expect(audio).toMatchObject({ codec_name: 'aac', profile: 'LC' });
  expectSoundShape(audio);
  expect(longestSeconds(probe)).toBeLessThanOrEqual(60);
  expect(probe.format.size).toBeLessThanOrEqual(16_000_000);
  expect(probe.chapters).toEqual([]);
  expect(probe.format.tags['major_brand']).toMatch(/^(isom|iso\d|mp4\d|avc1|M4V )$/);
  const ofMp4 = ['major_brand', 'minor_version', 'compatible_brands'];
  expectOnlyTags(probe, [...ofMp4, 'encoder', 'handler_name', 'language', 'vendor_id']);
  const boxes = await topBoxes(path);
  expect(boxes.filter((type) => type === 'moov' || type === 'mdat')).toEqual(['moov', 'mdat']);
  expect(boxes).not.toContain('moof');
  return probe;
}

function expectPicture(video: FfprobeStream | undefined, picture: 'copied' | 'encoded'): void {
  const { width = 0, height = 0, level = Infinity } = video ?? {};
  expect(video).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', has_b_frames: 0 });
  expect(['Main', 'Baseline', 'Constrained Baseline']).toContain(video?.profile);
  expect(level).toBeLessThanOrEqual(31);
  expect([width % 2, height % 2], `${width}×${height} is even`).toEqual([0, 0]);
  expect(width * height).toBeGreaterThan(0);
  expect(Math.max(width, height)).toBeLessThanOrEqual(1280);
  expect(Math.min(width, height)).toBeLessThanOrEqual(720);
  expect(['1:1', undefined]).toContain(video?.sample_aspect_ratio);
  expect(['progressive', 'unknown', undefined]).toContain(video?.field_order);
  expect(video?.side_data_list, 'no display matrix').toEqual([]);
  expect(video?.tags['rotate']).toBeUndefined();
  const untagged = picture === 'copied' ? [undefined] : [];
  expect(['tv', ...untagged]).toContain(video?.color_range);
  expect(['bt709', ...untagged]).toContain(video?.color_space);
  expect(['bt709', ...untagged]).toContain(video?.color_transfer);
  expect(['bt709', ...untagged]).toContain(video?.color_primaries);
}

/**
 * Frames in order at a constant rate of at most 30 a second. A container that counts milliseconds
 * stamps every frame within one of its time, and so does a copy of it.
 */
function expectFrames(
  { packets }: Ffprobe,
  video: FfprobeStream | undefined,
  picture: 'copied' | 'encoded',
): void {
  const [base, average] = [rateOf(video?.r_frame_rate), rateOf(video?.avg_frame_rate)];
  expect(base).toBeLessThanOrEqual(30.001);
  expect(Math.abs(base / average - 1)).toBeLessThanOrEqual(picture === 'copied' ? 0.01 : 0);
  const frames = packets.filter(({ codec_type }) => codec_type === 'video');
  const shownAt = frames.map(({ pts_time }) => pts_time);
  expect(frames.map(({ dts_time }) => dts_time)).toEqual(shownAt);
  const steps = shownAt.slice(1).map((time, i) => time - (shownAt[i] ?? time));
  const tolerance = picture === 'copied' ? 0.0021 : 0.0001;
  expect(steps.filter((step) => step <= 0)).toEqual([]);
  expect(steps.filter((step) => Math.abs(step - 1 / base) > tolerance)).toEqual([]);
}

function expectSoundShape(sound: FfprobeStream | undefined): void {
  expect(['44100', '48000']).toContain(sound?.sample_rate);
  expect([1, 2]).toContain(sound?.channels);
}

function expectOnlyTags({ format, streams }: Ffprobe, allowed: readonly string[]): void {
  const names = [format, ...streams].flatMap(({ tags }) => Object.keys(tags));
  expect(names.filter((name) => !allowed.includes(name.toLowerCase()))).toEqual([]);
}

function rateOf(fraction: string | undefined): number {
  const [over, under] = fraction?.split('/') ?? [];
  return Number(over) / Number(under);
}
