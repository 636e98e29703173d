import { ffmpeg, words } from './ffmpeg.js';

export interface HeifOptions {
  /** A colour profile to put in, as it is. */
  readonly icc?: Buffer | undefined;
  /** Quarter turns anticlockwise when shown (`irot`). */
  readonly turns?: number;
}

/** Pixels of the picture that is given, which both have to be even. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A picture as HEIC, as phones write it: one HEVC frame in a file of boxes (ISO/IEC 23008-12). No
 * program that every machine has writes these; ffmpeg encodes the frame, and the boxes are few.
 */
export async function makeHeic(
  png: Buffer,
  { width, height }: Size,
  { icc, turns = 0 }: HeifOptions = {},
): Promise<Buffer> {
  const { config, frame } = await encodeFrame(png);
  const properties = [
    config,
    fullBox('ispe', uint32(width), uint32(height)),
    ...(icc === undefined ? [] : [box('colr', Buffer.from('prof'), icc)]),
    ...(turns === 0 ? [] : [box('irot', uint8(turns))]),
  ];
  const head = box('ftyp', Buffer.from('heic'), uint32(0), Buffer.from('mif1heic'));
  const metaAt = (place: number) =>
    fullBox(
      'meta',
      fullBox('hdlr', uint32(0), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(1)),
      itemLocation(place, frame.length),
      fullBox('iinf', uint16(1), itemInfo()),
      box('iprp', box('ipco', ...properties), associations(properties.length)),
    );
  const place = head.length + metaAt(0).length + 8;
  return Buffer.concat([head, metaAt(place), box('mdat', frame)]);
}

/** The frame, and the box that says how to decode it, out of an MP4. */
async function encodeFrame(png: Buffer) {
  const codec = '-c:v libx265 -tag:v hvc1 -pix_fmt yuvj420p -crf 12 -x265-params';
  const params = 'log-level=error:pools=1:frame-threads=1:info=0:range=full:colormatrix=smpte170m';
  const mp4 = await ffmpeg(
    'mp4',
    [
      ...words('-i in.png -frames:v 1 -vf scale=out_range=full:out_color_matrix=bt601'),
      ...words(codec),
      params,
    ],
    { 'in.png': png },
  );
  return { config: boxIn(mp4, 'hvcC'), frame: boxIn(mp4, 'mdat').subarray(8) };
}

function boxIn(file: Buffer, type: string): Buffer {
  const start = file.indexOf(type) - 4;
  if (start < 0) throw new Error(`The MP4 has no ${type}.`);
  return file.subarray(start, start + file.readUInt32BE(start));
}

/** One item in one piece: numbers of four bytes for its place and its length. */
function itemLocation(place: number, length: number): Buffer {
  const item = [uint16(1), uint16(0), uint16(1), uint32(place), uint32(length)];
  return fullBox('iloc', uint8(0x44), uint8(0), uint16(1), ...item);
}

function itemInfo(): Buffer {
  const version = uint32(2 << 24);
  return box('infe', version, uint16(1), uint16(0), Buffer.from('hvc1\0'));
}

/** Every property belongs to the item; the reader has to understand each. */
function associations(count: number): Buffer {
  const essential = Array.from({ length: count }, (_, index) => uint8(0x80 | (index + 1)));
  return fullBox('ipma', uint32(1), uint16(1), uint8(count), ...essential);
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

/** A box with version and flags, all 0. */
function fullBox(type: string, ...parts: readonly Buffer[]): Buffer {
  return box(type, uint32(0), ...parts);
}

function uint8(value: number): Buffer {
  return Buffer.from([value]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
