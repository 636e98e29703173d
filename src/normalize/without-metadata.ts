/** No tags of the source and none of the muxer's own. */
export const WITHOUT_METADATA: readonly string[] = [
  ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1'],
  ...['-fflags', '+bitexact'],
];
