import { runProgram } from './run-program.js';

/** What is put before a program so that the system holds it to its bounds. */
export interface Launchers {
  /** Ends it when we die, however we die; empty where the system cannot. */
  readonly launcher: readonly string[];
  /** Before the launcher; null where the system cannot. */
  readonly memoryLimiter: MemoryLimiter | null;
}

/** Bounds a program's address space. Not for Node.js, which reserves far more than it uses. */
export interface MemoryLimiter {
  readonly argv: readonly string[];
  readonly maxBytes: number;
}

/**
 * Address space of one ffmpeg or ffprobe. The most that honest files were measured to take: HEVC of
 * 7680×4320 in 10 bits, tone-mapped by the bundled build, 2.0 GB with one thread and 3.7 GB with 16;
 * scaled only, by 5.1, 1.1 and 2.8 GB; a PNG of 100 megapixels in 16 bits, by 5.1 with 16 threads,
 * 1.2 GB; as BMP in 8 bits, by the bundled build, 0.7 GB; ffprobe 0.1 GB.
 */
const MEMORY_MAX_BYTES = 6 * 1024 ** 3;

const SETPRIV: readonly string[] = ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'];

const ASK_TIMEOUT_MS = 20_000;

export function limitMemory(maxBytes: number): MemoryLimiter {
  return { argv: ['/usr/bin/prlimit', `--as=${maxBytes}`, '--'], maxBytes };
}

/** `setpriv` and `prlimit` of util-linux, where they are and may do what they are for. */
export async function findLaunchers(): Promise<Launchers> {
  if (process.platform !== 'linux') return { launcher: [], memoryLimiter: null };
  const limiter = limitMemory(MEMORY_MAX_BYTES);
  const works = (...argv: readonly string[]) =>
    runProgram({
      program: 'launcher',
      argv: [...argv, '/bin/true'],
      timeoutMs: ASK_TIMEOUT_MS,
    }).then(
      () => true,
      () => false,
    );
  // Nearly always it is both.
  const both = { launcher: SETPRIV, memoryLimiter: limiter };
  if (await works(...limiter.argv, ...SETPRIV)) return both;
  const [canEnd, canLimit] = await Promise.all([works(...SETPRIV), works(...limiter.argv)]);
  return { launcher: canEnd ? SETPRIV : [], memoryLimiter: canLimit ? limiter : null };
}
