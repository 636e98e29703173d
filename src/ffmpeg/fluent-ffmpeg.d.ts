// Only a module can augment another.
// oxlint-disable-next-line unicorn/require-module-specifiers
export {};

// Not in run-ffmpeg.ts: a published declaration would ask users for the builder's types.
declare module 'fluent-ffmpeg' {
  interface FfmpegCommand {
    /** The argv that the builder has come to; what its own `run()` would spawn. */
    _getArguments(): string[];
  }
}
