/** What the rules want of every picture that is encoded. */
export const H264_RULES: readonly string[] = [
  ...['-profile:v', 'main', '-level:v', '3.1', '-bf', '0'],
  // The bundled ffmpeg writes no colour tags of its own accord.
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
  ...['-colorspace', 'bt709', '-color_range', 'tv'],
];
