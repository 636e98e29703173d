/**
 * What is done with each format that file-type can tell, keyed by its `ext`. The demuxer is forced
 * on ffprobe and ffmpeg: a playlist dressed up as MP4 finds no demuxer that would open other files.
 */
export type Format =
  /** Read by sharp. */
  | { readonly reader: 'sharp'; readonly label: string }
  /** Read by ffmpeg, with one of these demuxers and no other. */
  | { readonly reader: 'ffmpeg'; readonly label: string; readonly demuxers: string }
  /** Media that cannot be used, and what to do instead. */
  | { readonly reader: 'none'; readonly label: string; readonly advice: string };

const EXPORT_JPEG = 'export it as JPEG';

const sharp = (label: string): Format => ({ reader: 'sharp', label });
const ffmpeg = (label: string, demuxers: string): Format => ({ reader: 'ffmpeg', label, demuxers });
const none = (label: string, advice: string): Format => ({ reader: 'none', label, advice });

export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['jpg', sharp('JPEG')],
  ['png', sharp('PNG')],
  ['webp', sharp('WebP')],
  ['avif', sharp('AVIF')],
  ['tif', sharp('TIFF')],
  ['gif', sharp('GIF')],
  ['heic', sharp('HEIC')],

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

  ['apng', none('an animated PNG', 'export it as a video or as a still PNG')],
  ['bmp', none('BMP', EXPORT_JPEG)],
  ['ico', none('an icon (ICO)', EXPORT_JPEG)],
  ['icns', none('an icon (ICNS)', EXPORT_JPEG)],
  ['cur', none('a cursor (CUR)', EXPORT_JPEG)],
  ['jp2', none('JPEG 2000', EXPORT_JPEG)],
  ['jpm', none('JPEG 2000', EXPORT_JPEG)],
  ['jpx', none('JPEG 2000', EXPORT_JPEG)],
  ['jxl', none('JPEG XL', EXPORT_JPEG)],
  ['jxr', none('JPEG XR', EXPORT_JPEG)],
  ['jls', none('JPEG-LS', EXPORT_JPEG)],
  ['bpg', none('BPG', EXPORT_JPEG)],
  ['flif', none('FLIF', EXPORT_JPEG)],
  ['psd', none('a Photoshop document', EXPORT_JPEG)],
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
  ['svg', none('a drawing (SVG)', EXPORT_JPEG)],
  ['mid', none('MIDI', 'it holds notes, no sound: export it as MP3')],
  ['swf', none('Flash', 'export it as a video')],
]);

/**
 * What ffprobe may try on bytes that file-type does not know: it misses 18 of 140 real MP3 files,
 * RF64, CAF and AU among others. None of these opens another file.
 */
export const SAFE_DEMUXERS =
  'mp3,aac,loas,ac3,eac3,dts,dtshd,truehd,mlp,wav,w64,caf,au,aiff,amr,flac,ogg,tta,tak,wv,ape,voc,' +
  'mov,matroska,avi,flv,asf,mpegts,mpeg,rm,dv,nut,ivf,mxf';
