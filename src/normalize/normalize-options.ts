/** What a run of `normalize` may be told from outside. */
export interface NormalizeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time for one run of a program, or one try at a picture: a file may take several. */
  readonly timeoutMs: number;
  /** Threads for one encoder. Default 1: as many jobs as cores beat one job with all threads. */
  readonly threads?: number;
  /** Seconds of output made so far. */
  readonly onProgress?: (seconds: number) => void;
  /**
   * Folder where pictures that sharp does not read are decoded to, or are already. Default: one of
   * its own, removed at the end.
   */
  readonly scratch?: string | undefined;
  /** Where small frames of a clip are left, for showing it. Default: nowhere. */
  readonly sinks?: FrameSinks | undefined;
}

/**
 * Where the run that makes a clip leaves frames of it, which it decodes anyway. Nothing is left where
 * the picture is not encoded, of an animation, and of a clip that gets silence.
 */
export interface FrameSinks {
  /** For what is made: frames from its start on, at equal distances. */
  readonly made: FrameSink;
  /** For the first frame of the source, upright. */
  readonly source: FrameSink;
}

/** A file for raw RGB frames of 8 bits, one after the other. */
export interface FrameSink {
  /** Absolute path; what is there is written over. */
  readonly path: string;
  /** Pixels of each frame. */
  readonly width: number;
  readonly height: number;
  /** No more of them; fewer where the clip is shorter than it says. */
  readonly count: number;
}
