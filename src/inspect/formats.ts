/**
 * What turns a still picture into one that sharp reads: plain data that a plan carries. HEIF is
 * sharp's until its header says that there is HEVC in it.
 */
export type StillDecoder =
  | { readonly type: 'sharp' }
  | { readonly type: 'libheif' }
  | { readonly type: 'librsvg' }
  /** The demuxer is forced, and so is the codec where no demuxer is made for it. */
  | { readonly type: 'ffmpeg'; readonly demuxer: string; readonly codec: string | null };

/**
 * What is done with each format that file-type can tell, keyed by its `ext`. The demuxer is forced
 * on ffprobe and ffmpeg: a playlist dressed up as MP4 finds no demuxer that would open other files.
 */
export type Format =
  /** A picture, as long as it is still; its frames, if there are more, may need another reader. */
  | {
      readonly reader: 'still';
      readonly label: string;
      readonly decoder: StillDecoder;
      readonly moving: MovingReader | null;
    }
  /** Read by ffmpeg, with one of these demuxers and no other. */
  | { readonly reader: 'ffmpeg'; readonly label: string; readonly demuxers: string }
  /** Media that cannot be used, and what to do instead. */
  | { readonly reader: 'none'; readonly label: string; readonly advice: string };

/** The demuxer for the frames of a picture that moves; no ffmpeg has one for WebP: sharp does it. */
export type MovingReader = 'gif' | 'apng' | 'mov' | 'sharp';

const EXPORT_JPEG = 'export it as JPEG';

const still = (
  label: string,
  decoder: StillDecoder,
  moving: MovingReader | null = null,
): Format => ({ reader: 'still', label, decoder, moving });
const sharp = (label: string, moving: MovingReader | null = null): Format =>
  still(label, { type: 'sharp' }, moving);
const byFfmpeg = (label: string, demuxer: string, codec: string | null = null): Format =>
  still(label, { type: 'ffmpeg', demuxer, codec });
const ffmpeg = (label: string, demuxers: string): Format => ({ reader: 'ffmpeg', label, demuxers });
const none = (label: string, advice: string): Format => ({ reader: 'none', label, advice });

export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['jpg', sharp('JPEG')],
  ['png', sharp('PNG')],
  ['apng', sharp('animated PNG', 'apng')],
  ['webp', sharp('WebP', 'sharp')],
  ['avif', sharp('AVIF', 'mov')],
  ['tif', sharp('TIFF')],
  ['gif', sharp('GIF', 'gif')],
  ['heic', sharp('HEIC', 'mov')],
  ['svg', still('SVG', { type: 'librsvg' })],
  ['bmp', byFfmpeg('BMP', 'bmp_pipe')],
  ['ico', byFfmpeg('ICO', 'ico')],
  ['cur', byFfmpeg('CUR', 'ico')],
  ['jp2', byFfmpeg('JPEG 2000', 'j2k_pipe')],
  ['jpx', byFfmpeg('JPEG 2000', 'j2k_pipe')],
  ['j2c', byFfmpeg('JPEG 2000', 'j2k_pipe')],
  ['jls', byFfmpeg('JPEG-LS', 'jpegls_pipe')],
  ['psd', byFfmpeg('PSD', 'psd_pipe')],
  ['tga', byFfmpeg('TGA', 'image2', 'targa')],
  ['pcx', byFfmpeg('PCX', 'pcx_pipe')],
  ['dds', byFfmpeg('DDS', 'dds_pipe')],
  ['pbm', byFfmpeg('PBM', 'pbm_pipe')],
  ['pgm', byFfmpeg('PGM', 'pgm_pipe')],
  ['ppm', byFfmpeg('PPM', 'ppm_pipe')],
  ['pam', byFfmpeg('PAM', 'pam_pipe')],
  ['sgi', byFfmpeg('SGI', 'sgi_pipe')],
  ['ras', byFfmpeg('Sun Raster', 'sunrast_pipe')],

  ['mp4', ffmpeg('MP4', 'mov')],
  ['m4v', ffmpeg('M4V', 'mov')],
  ['m4a', ffmpeg('M4A', 'mov')],
  ['m4b', ffmpeg('M4B', 'mov')],
  ['m4p', ffmpeg('M4P', 'mov')],
  ['f4v', ffmpeg('F4V', 'mov')],
  ['f4a', ffmpeg('F4A', 'mov')],
  ['mov', ffmpeg('QuickTime', 'mov')],
  ['3gp', ffmpeg('3GP', 'mov')],
  ['3g2', ffmpeg('3G2', 'mov')],
  ['mj2', ffmpeg('Motion JPEG 2000', 'mov')],
  ['mkv', ffmpeg('Matroska', 'matroska')],
  ['webm', ffmpeg('WebM', 'matroska')],
  ['avi', ffmpeg('AVI', 'avi')],
  ['flv', ffmpeg('FLV', 'flv')],
  ['asf', ffmpeg('ASF', 'asf')],
  ['mts', ffmpeg('MPEG-TS', 'mpegts')],
  ['mpg', ffmpeg('MPEG', 'mpeg,mpegvideo')],
  ['mxf', ffmpeg('MXF', 'mxf')],
  ['rm', ffmpeg('RealMedia', 'rm')],
  ['ogv', ffmpeg('Ogg', 'ogg')],
  ['ogm', ffmpeg('Ogg', 'ogg')],
  ['ogx', ffmpeg('Ogg', 'ogg')],
  ['ogg', ffmpeg('Ogg', 'ogg')],
  ['oga', ffmpeg('Ogg', 'ogg')],
  ['opus', ffmpeg('Ogg Opus', 'ogg')],
  ['spx', ffmpeg('Ogg Speex', 'ogg')],
  ['mp3', ffmpeg('MP3', 'mp3')],
  ['mp2', ffmpeg('MP2', 'mp3')],
  ['mp1', ffmpeg('MP1', 'mp3')],
  ['mpc', ffmpeg('Musepack', 'mpc,mpc8')],
  ['rm', ffmpeg('RealMedia', 'rm')],
  ['aac', ffmpeg('AAC', 'aac')],
  ['wav', ffmpeg('WAV', 'wav')],
  ['flac', ffmpeg('FLAC', 'flac')],
  ['amr', ffmpeg('AMR', 'amr')],
  ['aif', ffmpeg('AIFF', 'aiff')],
  ['ac3', ffmpeg('AC-3', 'ac3,eac3')],
  ['ape', ffmpeg("Monkey's Audio", 'ape')],
  ['wv', ffmpeg('WavPack', 'wv')],
  ['voc', ffmpeg('VOC', 'voc')],
  ['qcp', ffmpeg('QCP', 'qcp')],
  ['dsf', ffmpeg('DSF', 'dsf')],
  ['gsm', ffmpeg('GSM', 'gsm')],

  ['icns', none('an icon (ICNS)', EXPORT_JPEG)],
  ['jpm', none('JPEG 2000 of several layers (JPM)', EXPORT_JPEG)],
  ['jxl', none('JPEG XL', EXPORT_JPEG)],
  ['jxr', none('JPEG XR', EXPORT_JPEG)],
  ['bpg', none('BPG', EXPORT_JPEG)],
  ['flif', none('FLIF', EXPORT_JPEG)],
  ['psb', none('a large Photoshop document (PSB)', EXPORT_JPEG)],
  ['xcf', none('a GIMP document', EXPORT_JPEG)],
  ['indd', none('an InDesign document', EXPORT_JPEG)],
  ['cr2', none('a Canon RAW photograph', EXPORT_JPEG)],
  ['cr3', none('a Canon RAW photograph', EXPORT_JPEG)],
  ['nef', none('a Nikon RAW photograph', EXPORT_JPEG)],
  ['arw', none('a Sony RAW photograph', EXPORT_JPEG)],
  ['orf', none('an Olympus RAW photograph', EXPORT_JPEG)],
  ['rw2', none('a Panasonic RAW photograph', EXPORT_JPEG)],
  ['raf', none('a Fujifilm RAW photograph', EXPORT_JPEG)],
  ['dng', none('a RAW photograph (DNG)', EXPORT_JPEG)],
  ['raw', none('a RAW photograph', EXPORT_JPEG)],
  ['pef', none('a Pentax RAW photograph', EXPORT_JPEG)],
  ['srw', none('a Samsung RAW photograph', EXPORT_JPEG)],
  ['crw', none('a Canon RAW photograph', EXPORT_JPEG)],
  ['mrw', none('a Minolta RAW photograph', EXPORT_JPEG)],
  ['x3f', none('a Sigma RAW photograph', EXPORT_JPEG)],
  ['3fr', none('a Hasselblad RAW photograph', EXPORT_JPEG)],
  ['iiq', none('a Phase One RAW photograph', EXPORT_JPEG)],
  ['dcr', none('a Kodak RAW photograph', EXPORT_JPEG)],
  ['exr', none('OpenEXR', EXPORT_JPEG)],
  ['hdr', none('Radiance HDR', EXPORT_JPEG)],
  ['dpx', none('DPX', EXPORT_JPEG)],
  ['fits', none('FITS', EXPORT_JPEG)],
  ['qoi', none('QOI', EXPORT_JPEG)],
  ['djvu', none('DjVu', EXPORT_JPEG)],
  ['eps', none('an EPS drawing', EXPORT_JPEG)],
  ['ktx', none('a texture (KTX)', EXPORT_JPEG)],
  ['wmf', none('a Windows metafile (WMF)', EXPORT_JPEG)],
  ['emf', none('a Windows metafile (EMF)', EXPORT_JPEG)],
  ['mid', none('MIDI', 'it holds notes, no sound: export it as MP3')],
  ['swf', none('Flash', 'export it as a video')],
]);

/**
 * What ffprobe may try on bytes that file-type does not know: it misses 18 of 140 real MP3 files,
 * RF64, CAF and AU among others. None of these opens another file.
 */
export const SAFE_DEMUXERS =
  'mp3,aac,ac3,eac3,dts,dtshd,truehd,mlp,wav,w64,caf,au,aiff,amr,flac,ogg,tta,tak,wv,ape,voc,' +
  'mpc,mpc8,qcp,dsf,iff,sox,ircam,loas,adx,rso,wtv,oma,xwma,aea,vqf,wve,nistsphere,avr,pvf,ast,' +
  'mov,matroska,avi,flv,asf,mpegts,mpeg,rm,dv,nut,ivf,mxf,' +
  'yuv4mpegpipe,h264,hevc,m4v,mpegvideo';

/**
 * Those of them that have nothing but a few bits to know their frames by, which other bytes hold as
 * well: what they find has to be decoded before it is believed. MP3 has a reading of its own.
 */
export const GUESSING_DEMUXERS: ReadonlySet<string> = new Set([
  ...['aac', 'ac3', 'eac3', 'dts', 'truehd', 'mlp', 'loas', 'adx', 'aea', 'mpegts', 'mpeg', 'dv'],
  ...['h264', 'hevc', 'm4v', 'mpegvideo'],
]);
