/**
 * The codecs that are decoded: what phones, cameras, chats, editors and archives make. ffmpeg holds
 * some 450 decoders, many for the files of one game, and the flaws are in those that nobody runs
 * (MagicYUV: a heap overflow, CVE-2026-8461, mended in 7.1.5). What is not here is named and refused.
 *
 * A row is a family that one and the same stream may be told as: ffprobe is newer than the bundled
 * ffmpeg, and the container's word is corrected only while the stream is read (MP3 and MP2).
 */
const FAMILIES: readonly (readonly string[])[] = [
  // Phones, chats, the web.
  ['h264'],
  ['hevc'],
  ['vvc'],
  ['av1'],
  ['vp8'],
  ['vp9'],
  ['mpeg4', 'msmpeg4v1', 'msmpeg4v2', 'msmpeg4v3', 'h263', 'h263p', 'h263i', 'flv1'],
  ['mpeg1video', 'mpeg2video'],
  ['gif'],
  ['webp'],
  ['png', 'apng'],
  ['aac', 'aac_latm'],
  ['mp1', 'mp2', 'mp3', 'mp3adu', 'mp3on4'],
  ['opus'],
  ['vorbis'],
  ['flac'],
  ['alac'],
  ['amr_nb', 'amr_wb'],
  ['evrc', 'qcelp'],

  // Cameras, recorders, dictating machines.
  ['mjpeg', 'mjpegb', 'sp5x', 'amv'],
  ['dvvideo', 'dvaudio'],
  ['cfhd'],
  ['aic'],
  ['jpeg2000'],
  ['dss_sp'],
  ['g723_1', 'g729', 'ilbc'],
  ['gsm', 'gsm_ms'],
  ['speex'],
  ['dsd_lsbf', 'dsd_lsbf_planar', 'dsd_msbf', 'dsd_msbf_planar', 'dst'],

  // Films and broadcasts.
  ['ac3', 'eac3'],
  ['dts'],
  ['truehd', 'mlp'],
  ['ac4'],
  ['mpegh_3d_audio'],
  ['vc1', 'vc1image', 'wmv1', 'wmv2', 'wmv3', 'wmv3image'],
  ['wmav1', 'wmav2', 'wmapro', 'wmalossless', 'wmavoice'],
  ['cavs', 'avs2', 'avs3'],
  ['h261'],
  ['s302m'],
  ['mp4als'],

  // Editors.
  ['prores'],
  ['dnxhd'],
  ['qtrle', '8bps'],
  ['ffv1'],
  ['huffyuv', 'ffvhuff'],
  ['utvideo'],
  ['lagarith'],
  ['cllc', 'hq_hqa', 'hqx'],
  ['avrn', 'avrp', 'avui', 'mpeg2video'],
  ['hap'],
  ['pixlet'],
  ['speedhq', 'notchlc'],
  ['v210', 'v210x', 'v308', 'v408', 'v410', 'ayuv', 'yuv4', 'y41p', '012v', 'r10k', 'r210'],
  ['rawvideo', 'ayuv'],
  ['wavpack'],

  // Recordings of a screen that people have kept.
  ['fraps'],
  ['cscd', 'tscc', 'zmbv'],
  ['msrle', 'msvideo1'],

  // Archives: what the web and the desk played before.
  ['theora', 'vp3', 'vp4'],
  ['vp5', 'vp6', 'vp6a', 'vp6f', 'vp7'],
  ['dirac', 'snow'],
  ['rv10', 'rv20', 'rv30', 'rv40'],
  ['svq1', 'svq3'],
  ['cinepak', 'rpza', 'smc'],
  ['indeo2', 'indeo3', 'indeo4', 'indeo5'],
  ['cook', 'sipr', 'ralf', 'ra_144', 'ra_288', 'atrac3', 'atrac3al', 'atrac3p', 'atrac3pal'],
  ['atrac1', 'atrac9'],
  ['qdm2', 'qdmc', 'mace3', 'mace6'],
  ['nellymoser'],
  ['imc', 'iac', 'truespeech', 'msnsiren', 'metasound', 'twinvq'],
  ['ape'],
  ['tta'],
  ['tak'],
  ['shorten'],
  ['musepack7', 'musepack8'],

  // Samples as they are, and in steps of four bits.
  [
    ...['pcm_alaw', 'pcm_mulaw', 'pcm_bluray', 'pcm_dvd', 'pcm_lxf', 'pcm_s24daud'],
    ...['pcm_f16le', 'pcm_f24le', 'pcm_f32be', 'pcm_f32le', 'pcm_f64be', 'pcm_f64le'],
    ...['pcm_s8', 'pcm_s8_planar', 'pcm_s16be', 'pcm_s16be_planar', 'pcm_s16le'],
    ...['pcm_s16le_planar', 'pcm_s24be', 'pcm_s24le', 'pcm_s24le_planar', 'pcm_s32be'],
    ...['pcm_s32le', 'pcm_s32le_planar', 'pcm_s64be', 'pcm_s64le', 'pcm_u8', 'pcm_u16be'],
    ...['pcm_u16le', 'pcm_u24be', 'pcm_u24le', 'pcm_u32be', 'pcm_u32le'],
  ],
  ['adpcm_g722', 'adpcm_g726', 'adpcm_g726le'],
  ['adpcm_ms', 'adpcm_ima_wav', 'adpcm_ima_qt', 'adpcm_ima_amv', 'adpcm_ima_ws'],
  ['adpcm_ima_dk3', 'adpcm_ima_dk4', 'adpcm_ima_oki', 'adpcm_ima_smjpeg'],
  ['adpcm_swf', 'adpcm_yamaha', 'adpcm_ct', 'adpcm_sbpro_2', 'adpcm_sbpro_3', 'adpcm_sbpro_4'],

  // Still pictures that sharp does not read.
  ['bmp'],
  ['psd'],
  ['tiff'],
  ['targa'],
  ['jpegls'],
  ['pcx'],
  ['dds'],
  ['sgi'],
  ['sunrast'],
  ['jpegxl'],
  ['pam', 'pbm', 'pgm', 'pgmyuv', 'ppm'],
];

/** Whether a codec, by the name that ffprobe uses, is one of those that are decoded at all. */
export function isListedCodec(codec: string): boolean {
  return FAMILIES.some((family) => family.includes(codec));
}

/** A codec with all that its stream may be told as by another version or another container. */
export function familyOf(codec: string): readonly string[] {
  return [...new Set(FAMILIES.filter((family) => family.includes(codec)).flat())];
}

/** ffmpeg's decoders by the codec that they decode. */
export type Decoders = ReadonlyMap<string, readonly string[]>;

/**
 * Reads what `-codecs` prints: `D` where it decodes, and the decoders' own names where they are not
 * the codec's, such as `mp3float`.
 */
export function readDecoders(printed: string): Decoders {
  const lines = printed.matchAll(/^ D\S{5} (\S+)(.*)$/gm);
  return new Map(
    [...lines].map(([, codec = '', rest = '']) => {
      const names = /\(decoders: ([^)]*)\)/.exec(rest)?.[1] ?? codec;
      return [codec, names.trim().split(' ')];
    }),
  );
}

/** All decoders, as the option `-codec_whitelist` takes them. */
export function namesOf(decoders: Decoders): string {
  return [...decoders.values()].flat().join(',');
}

/** The decoders of the codecs that are listed, and no other. */
export function listedOf(decoders: Decoders): Decoders {
  return new Map([...decoders].filter(([codec]) => isListedCodec(codec)));
}
