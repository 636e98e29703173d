/** What a run of `normalize` may be told from outside. */
export interface NormalizeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time for one file. */
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
}
