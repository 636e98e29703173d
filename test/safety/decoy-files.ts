import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fixture } from '../support/fixtures.js';

/** Files that would have a program open `target`, a path or an address, by the name they go by. */
export function decoysOf(target: string): ReadonlyMap<string, Buffer> {
  const hls = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`;
  const concat = `ffconcat version 1.0\nfile '${target}'\n`;
  const dash =
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">` +
    `<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">` +
    `<BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`;
  const texts: Readonly<Record<string, string>> = {
    hls,
    'hls-bom': `\uFEFF${hls}`,
    'hls-blank': `\r\n\r\n  \t\n${hls}`,
    'hls-map': hls.replace('#EXTINF', `#EXT-X-MAP:URI="${target}"\n#EXTINF`),
    'hls-key': hls.replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${target}"\n#EXTINF`),
    concat,
    'concat-unnamed': `file '${target}'\n`,
    dash,
    smil: `<smil><body><video src="${target}"/></body></smil>`,
    asx: `<asx version="3.0"><entry><ref href="${target}"/></entry></asx>`,
    'asx-old': `[Reference]\nRef1=${target}\n`,
    pls: `[playlist]\nFile1=${target}\nNumberOfEntries=1\n`,
    m3u: `${target}\n`,
    xspf: `<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>${target}</location></track></trackList></playlist>`,
    sdp: `v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n`,
    avs: `DirectShowSource("${target}")\n`,
    imf: `<CompositionPlaylist><Path>${target}</Path></CompositionPlaylist>`,
    smooth: `<SmoothStreamingMedia><StreamIndex Url="${target}"/></SmoothStreamingMedia>`,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="16"><image width="9" height="16" xlink:href="${target}"/></svg>`,
    sequence: `${target}%03d\n`,
  };
  const files = new Map<string, Buffer>();
  for (const [name, text] of Object.entries(texts)) files.set(`${name}.mp4`, Buffer.from(text));
  for (const [name, ahead] of Object.entries(SIGNATURES)) {
    for (const [list, text] of Object.entries({ hls, concat, dash })) {
      files.set(`${list}-behind.${name}`, Buffer.concat([ahead, Buffer.from(text)]));
    }
  }
  for (const extension of ['mkv', 'jpg', 'mp3', 'm3u8', 'ts', '%03d.jpg']) {
    files.set(`list.${extension}`, Buffer.from(hls));
  }
  files.set('packed.mp4', gzipSync(hls));
  files.set('wide.mp4', Buffer.from(`\uFEFF${hls}`, 'utf16le'));
  return files;
}

/** What a sniffer takes for media, with a playlist right behind it. */
const SIGNATURES: Readonly<Record<string, Buffer>> = {
  mp4: Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1'),
  mkv: Buffer.from('1a45dfa39342868101f7810142f2810442f381084282886d6174726f736b61', 'hex'),
  jpg: Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  mp3: Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'),
  ts: Buffer.from([0x47, ...Array.from<number>({ length: 187 }).fill(0xff)]),
  avi: Buffer.from('RIFF\xff\0\0\0AVI LIST', 'latin1'),
  bin: Buffer.from([0, 1, 2, 3]),
};

/** A QuickTime movie without media of its own, which refers to another by its address. */
export function referenceMovie(target: string): Buffer {
  const url = Buffer.from(`${target}\0`);
  const reference = Buffer.concat([Buffer.from('\0\0\0\0url ', 'latin1'), uint32(url.length), url]);
  return Buffer.concat([
    box('ftyp', Buffer.from('qt  \0\0\x02\0qt  ', 'latin1')),
    box('moov', box('rmra', box('rmda', box('rdrf', reference)))),
  ]);
}

/** A real clip whose samples are said to lie in the file at `path`, as a Macintosh alias says it. */
export async function movieWithMediaElsewhere(path: string): Promise<Buffer> {
  const bytes = await readFile(fixture('moov-last.mp4'));
  const name = Buffer.from(path.length % 2 === 0 ? path : `${path}\0`);
  const alias = Buffer.concat([
    Buffer.alloc(4),
    Buffer.alloc(150),
    Buffer.from([0, 2, name.length >> 8, name.length & 0xff]),
    name,
    Buffer.from([0xff, 0xff, 0, 0]),
  ]);
  const dref = box('dref', Buffer.concat([uint32(0), uint32(1), box('alis', alias)]));
  return replaceBoxes(bytes, 'dref', dref);
}

const CONTAINERS: readonly string[] = ['moov', 'trak', 'mdia', 'minf', 'dinf'];

function replaceBoxes(bytes: Buffer, type: string, by: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + bytes.readUInt32BE(at);
    const found = bytes.toString('latin1', at + 4, at + 8);
    const inside = bytes.subarray(at + 8, end);
    if (found === type) parts.push(by);
    else if (CONTAINERS.includes(found)) parts.push(box(found, replaceBoxes(inside, type, by)));
    else parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function box(type: string, body: Buffer): Buffer {
  return Buffer.concat([uint32(8 + body.length), Buffer.from(type, 'latin1'), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
