/** What a run of `normalize` may be told from outside. */
export interface NormalizeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time for one file. */
  readonly timeoutMs: number;
  /** Threads for one encoder. Default 1: as many jobs as cores beat one job with all threads. */
  readonly threads?: number;
  /** Seconds of output made so far. */
  readonly onProgress?: (seconds: number) => void;
}
