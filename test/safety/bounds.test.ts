import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describe as describeError, StatuscastError } from '../../src/errors.js';
import { limitMemory } from '../../src/ffmpeg/launchers.js';
import { runFfmpeg } from '../../src/ffmpeg/run-ffmpeg.js';
import { runProgram } from '../../src/ffmpeg/run-program.js';
import { inspect } from '../../src/inspect/inspect.js';
import { plan } from '../../src/plan/plan.js';
import { createSettings } from '../../src/resolve-settings.js';
import { expectVideoContract } from '../support/contract.js';
import { longestSeconds } from '../support/ffprobe.js';
import { fixture } from '../support/fixtures.js';
import { isAlive } from '../support/is-alive.js';
import { lavfi, makeMedia, words } from '../support/make-media.js';
import { ffmpeg, normalizeFile } from '../support/normalize-file.js';
import { tempFolder } from '../support/temp-folder.js';

/** How a file ends, in words: what it is refused with, or `prepared`. */
async function endOf(name: string, bytes: Uint8Array): Promise<string> {
  const folder = await tempFolder();
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  const media = await inspect(ffmpeg, file);
  if (media.type === 'not-media') return media.label;
  if (media.type === 'unusable') return describeError(media.error);
  const decided = plan(media, name, createSettings({}));
  if (decided.action === 'refuse') return describeError(decided.error);
  return normalizeFile(file, folder, { planned: { media, plan: decided } }).then(
    () => 'prepared',
    (thrown: unknown) => {
      if (thrown instanceof StatuscastError && thrown.code !== 'internal') return thrown.message;
      throw thrown;
    },
  );
}

describe('a picture that claims too much is refused with the figure', () => {
  it.each([
    ['a PNG of 50000×50000 in 3 kB', png(50_000, 50_000), /2500 megapixels are more than 100/],
    ['a GIF of 65535×65535', gif(65_535, 65_535, 1), /4294\.836 megapixels are more than 100/],
    ['a JPEG of 200 scans', scans(90, 160, 199), /200 scans, and more than 100 are not read/],
  ])('%s', async (_, bytes, reason) => {
    await expect(endOf('a.bin', bytes)).resolves.toMatch(reason);
  });

  it('a PNG with a text of 100 MB, packed, is read as if it had none', async () => {
    const text = Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(100_000_000, 65))]);
    await expect(endOf('a.png', png(360, 640, chunk('zTXt', text)))).resolves.toBe('prepared');
  });

  it('a JPEG of as many scans as encoders write is read', async () => {
    await expect(endOf('a.jpg', scans(360, 640, 19))).resolves.toBe('prepared');
  });
});

describe('a sound that claims too much ends, in words', () => {
  it.each([
    ['10^9 samples a second', wav({ rate: 1_000_000_000 })],
    ['4·10^9 samples a second', wav({ rate: 4_000_000_000 })],
    ['no samples a second', wav({ rate: 0 })],
    ['255 channels', wav({ channels: 255 })],
    ['65535 channels', wav({ channels: 65_535 })],
    ['no channel', wav({ channels: 0 })],
  ])('%s', async (_, bytes) => {
    await expect(endOf('a.wav', bytes)).resolves.toMatch(/^Cannot (decode|use) a\.wav/);
  });

  it('one sample a second for two days is cut to a minute', async () => {
    await expect(endOf('a.wav', wav({ rate: 1 }))).resolves.toBe('prepared');
  });

  it('300,000 chapters are more than can be told', async () => {
    const chapters = Array.from({ length: 300_000 }, (_, index) => {
      const body = Buffer.concat([Buffer.from(`c${index}\0`), uint32(index, index + 1, -1, -1)]);
      return Buffer.concat([Buffer.from('CHAP'), uint32(body.length), Buffer.alloc(2), body]);
    });
    const tag = Buffer.concat(chapters);
    const head = Buffer.from('ID3\x03\0\0', 'latin1');
    const size = [21, 14, 7, 0].map((shift) => (tag.length >> shift) & 0x7f);
    const sound = await readFile(fixture('conforming.mp3'));
    const bytes = Buffer.concat([head, Buffer.from(size), tag, sound]);
    await expect(endOf('a.mp3', bytes)).resolves.toMatch(/MP3, but it printed more than 32 MB/);
  });
});

describe('a clip whose header is absurd', () => {
  it('with 4,000 streams is refused with the figure', async () => {
    const bytes = await readFile(fixture('moov-last.mp4'));
    const moov = bytes.lastIndexOf('moov') - 4;
    const traks: Buffer[] = [];
    for (let at = moov + 8; at < bytes.length; at += bytes.readUInt32BE(at)) {
      if (bytes.toString('latin1', at + 4, at + 8) !== 'trak') continue;
      traks.push(bytes.subarray(at, at + bytes.readUInt32BE(at)));
    }
    const many = Buffer.concat(Array.from({ length: 2000 }, () => traks).flat());
    const size = uint32(bytes.length - moov + many.length);
    const whole = [bytes.subarray(0, moov), size, bytes.subarray(moov + 4), many];
    await expect(endOf('a.mp4', Buffer.concat(whole))).resolves.toMatch(/more than 1000 streams/);
  });

  it.each([0, 1, -1])(
    'with %i ticks a second is not kept: its frames are minutes apart',
    async (scale) => {
      const bytes = await readFile(fixture('conforming.mp4'));
      for (let at = bytes.indexOf('mdhd'); at !== -1; at = bytes.indexOf('mdhd', at + 1)) {
        uint32(scale).copy(bytes, at + 16);
      }
      const folder = await tempFolder();
      const file = path.join(folder, 'a.mp4');
      await writeFile(file, bytes);
      const made = await normalizeFile(file, folder).catch((thrown: unknown) => thrown);
      if (made instanceof StatuscastError) {
        expect(made.code).toMatch(/undecodable|contract-broken/);
        return;
      }
      const probe = await expectVideoContract(path.join(folder, 'out.mp4'), 'encoded');
      const times = probe.packets.map(({ pts_time }) => pts_time);
      expect(Math.max(...times)).toBeLessThanOrEqual(60);
      expect(longestSeconds(probe)).toBeLessThanOrEqual(60);
    },
  );

  it('that says it lasts for years is no longer than its frames', async () => {
    const bytes = await readFile(fixture('conforming.mp4'));
    uint32(1, -1).copy(bytes, bytes.indexOf('mvhd') + 16);
    await expect(endOf('a.mp4', bytes)).resolves.toBe('prepared');
  });
});

it('a sound that begins 18 s and 10 MB into a transport stream is found all the same', async () => {
  const file = await makeMedia(path.join(await tempFolder(), 'a.ts'), [
    ...[...lavfi('testsrc2=s=640x360:d=22'), '-itsoffset', '18', ...lavfi('sine=d=4')],
    ...words('-c:v libx264 -preset ultrafast -b:v 5M -minrate 5M -maxrate 5M -bufsize 1M -c:a aac'),
  ]);
  const seen = await inspect(ffmpeg, file);
  expect(seen).toMatchObject({ type: 'video', sound: { codec: 'aac', sampleRateHz: 44_100 } });
});

describe('one run of a program', () => {
  it('that needs more memory than it may have ends, and says how much that is', async ({
    skip,
  }) => {
    const abilities = await ffmpeg.abilities();
    skip(abilities.memoryLimiter === null, 'this system has no prlimit');
    const recipe = {
      inputs: [{ source: 'color=s=4000x4000:r=1', demuxer: 'lavfi', options: [] }],
      maps: ['0:v'],
      video: { codec: 'libx264', filters: ['format=yuv420p', 'reverse'], options: [] },
      audio: null,
      options: [],
      format: 'mp4',
      outputPath: path.join(await tempFolder(), 'a.mp4'),
    } as const;
    const memoryLimiter = limitMemory(1024 ** 3);
    const limited = { ...ffmpeg, abilities: async () => ({ ...abilities, memoryLimiter }) };
    await expect(runFfmpeg(limited, recipe, { timeoutMs: 60_000 })).rejects.toMatchObject({
      message: expect.stringMatching(/it needs more than 1 GB of memory/),
    });
  });

  it('ends with what it has started, also where that does not listen', async ({ skip }) => {
    skip(process.platform === 'win32', 'there are no process groups');
    const pids: number[] = [];
    const grandchild = `process.on('SIGTERM',()=>{});console.log(process.pid);setInterval(()=>{},1e3)`;
    const script = `"${process.execPath}" -e "${grandchild}"; true`;
    const run = runProgram({
      program: 'sh',
      argv: ['/bin/sh', '-c', script],
      timeoutMs: 3000,
      onLine: (line) => pids.push(Number(line)),
    });
    await expect(run).rejects.toMatchObject({ code: 'program-timeout' });
    expect(pids).toHaveLength(1);
    for (let waited = 0; waited < 3000 && isAlive(pids[0] ?? 0); waited += 50) await sleep(50);
    expect(isAlive(pids[0] ?? 0)).toBe(false);
  });

  it('that closes its pipes and lives on is stopped at its deadline', async () => {
    const script = `require('fs').closeSync(1);require('fs').closeSync(2);setInterval(()=>{},1e3)`;
    const begun = performance.now();
    const argv = [process.execPath, '-e', script];
    await expect(runProgram({ program: 'node', argv, timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'program-timeout',
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** Black and white, a bit a pixel; a large one has only its first rows. */
function png(width: number, height: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * Math.min(height, 1000));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.concat([uint32(width, height), Buffer.from([1, 0, 0, 0, 0])])),
    more,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function gif(width: number, height: number, frames: number): Buffer {
  const size = Buffer.from([width & 0xff, width >> 8, height & 0xff, height >> 8]);
  const frame = Buffer.concat([
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    Buffer.from([0, 2, 2, 0x44, 1, 0]),
  ]);
  return Buffer.concat([
    Buffer.from('GIF89a'),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    ...Array.from({ length: frames }, () => frame),
    Buffer.from(';'),
  ]);
}

function wav({ rate = 48_000, channels = 1 }): Buffer {
  const samples = Buffer.alloc(200_000, 'some sound');
  const head = Buffer.alloc(44);
  head.write('RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0', 'latin1');
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE((rate * channels * 2) >>> 0, 28);
  head.writeUInt16LE((channels * 2) & 0xffff, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** A grey progressive JPEG: its mean, then scans that each refine one coefficient by nothing. */
function scans(width: number, height: number, refinements: number): Buffer {
  const segment = (marker: number, ...data: readonly number[]) =>
    Buffer.from([0xff, marker, 0, data.length + 2, ...data]);
  const code = [1, ...Array.from<number>({ length: 15 }).fill(0)];
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array.from<number>({ length: 64 }).fill(1)),
    segment(0xc2, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0),
    segment(0xc4, 0, ...code, 0),
    segment(0xc4, 0x10, ...code, 0xe0),
    segment(0xda, 1, 1, 0, 0, 0, 0),
    Buffer.alloc(Math.ceil(blocks / 8)),
  ];
  for (let index = 0; index < refinements; index++) {
    const low = 13 - Math.floor(index / 63);
    const at = 1 + (index % 63);
    parts.push(segment(0xda, 1, 1, 0, at, at, ((low === 13 ? 0 : low + 1) << 4) | low));
    parts.push(Buffer.from([0x7f, 0xff, 0])); // the end of this band for the next 32,767 blocks
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
}
