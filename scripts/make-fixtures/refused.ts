import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { scene } from './drawing.js';
import { CONFORMING_PICTURE, CONFORMING_SOUND, makeClip, moving } from './clip.js';
import { failed, NOT_MEDIA, type Fixture } from './fixture.js';

export const refused: readonly Fixture[] = [
  {
    file: 'refused/photo.jpg',
    made: 'a line of text with the name of a picture',
    expected: NOT_MEDIA,
    make: async () => Buffer.from('This is not a photograph.\n'),
  },
  {
    file: 'refused/flyer.pdf',
    made: 'a PDF of one empty page',
    expected: NOT_MEDIA,
    make: async () =>
      Buffer.from(
        [
          '%PDF-1.4',
          '1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj',
          '2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj',
          '3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 360 640]>> endobj',
          'trailer <</Root 1 0 R>>',
          '%%EOF\n',
        ].join('\n'),
      ),
  },
  {
    file: 'refused/pictures.zip',
    made: 'a ZIP with one stored text file',
    expected: NOT_MEDIA,
    make: async () => zip('list.txt', Buffer.from('There are no pictures here.\n')),
  },
  {
    file: 'refused/empty.jpg',
    made: '0 bytes',
    expected: failed('file-empty'),
    make: async () => Buffer.alloc(0),
  },
  {
    file: 'refused/truncated.jpg',
    made: 'sharp: a 640×480 scene as baseline JPEG, the second half cut off',
    expected: failed('undecodable'),
    make: async () => firstHalf(await scene(640, 480, 210).jpeg().toBuffer()),
  },
  {
    file: 'refused/truncated.mp4',
    made: 'ffmpeg: like moov-last.mp4, the second half cut off, and so the moov',
    expected: failed('undecodable'),
    make: async () =>
      firstHalf(
        await makeClip({
          extension: 'mp4',
          picture: moving('black'),
          hertz: 700,
          seconds: 2,
          args: [...CONFORMING_PICTURE, ...CONFORMING_SOUND],
        }),
      ),
  },
  {
    file: 'refused/evil.mp4',
    made: 'an HLS playlist that names another file, with the name of a video',
    expected: NOT_MEDIA,
    make: async () =>
      Buffer.from(
        [
          '#EXTM3U',
          '#EXT-X-VERSION:3',
          '#EXT-X-TARGETDURATION:2',
          '#EXTINF:2.0,',
          '../conforming.mp4',
          '#EXT-X-ENDLIST\n',
        ].join('\n'),
      ),
  },
  {
    file: 'refused/picture.jxl',
    made: 'the signature and the type box of a JPEG XL file, and no picture',
    expected: failed('format-unsupported'),
    make: async () =>
      Buffer.concat([
        box('JXL ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a])),
        box('ftyp', Buffer.from('jxl \0\0\0\0jxl ', 'latin1')),
        box('jxlc', Buffer.from([0xff, 0x0a])),
      ]),
  },
  {
    file: 'refused/camera.raf',
    made: 'the header of a Fujifilm RAW file, and no picture',
    expected: failed('format-unsupported'),
    make: async () =>
      Buffer.from('FUJIFILMCCD-RAW 0201FF000000Fixture'.padEnd(160, '\0'), 'latin1'),
  },
  {
    file: 'refused/noise.mp3',
    made: '4096 bytes of hashes of a counter, with the name of a sound',
    expected: NOT_MEDIA,
    make: async () =>
      Buffer.concat(
        Array.from({ length: 128 }, (_, index) =>
          createHash('sha256').update(`noise ${index}`).digest(),
        ),
      ),
  },
];

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** A box as MP4, JPEG XL and their kin have them: length, four letters, content. */
function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8, type.padStart(8, '\0'), 'latin1');
  head.writeUInt32BE(head.length + content.length);
  return Buffer.concat([head, content]);
}

/** The smallest ZIP of one stored file, dated 1980-01-01. */
function zip(name: string, content: Buffer): Buffer {
  const nameBytes = Buffer.from(name);
  // Version, flags, method, time, date, CRC, two sizes, length of the name, no extra field.
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(10, 0);
  shared.writeUInt16LE(0x21, 8);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(nameBytes.length, 22);

  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, nameBytes, content]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x0a\x00'),
    shared,
    Buffer.alloc(14),
    nameBytes,
  ]);
  const end = Buffer.alloc(22, 'PK\x05\x06'.padEnd(22, '\0'));
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}
