import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One run of a program from its start to its end. */
export interface Run {
  readonly wallSeconds: number;
  /** Processor time of it and of all programs that it ran and waited for: not of HEIC decoders. */
  readonly processorSeconds: number;
  /** Resident memory of the program itself at its highest, without those that it ran. */
  readonly peakMegabytes: number;
}

const NOTE_PEAK = fileURLToPath(new URL('note-peak.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program and measures it.
 * @throws Error where its exit code is not among those that are expected
 */
export async function measure(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'statuscast-measure-'));
  const notes = { peak: path.join(scratch, 'peak'), times: path.join(scratch, 'times') };
  try {
    const [program = '', ...args] = argv;
    const isNode = program === process.execPath;
    const whole = isNode ? [program, '--import', NOTE_PEAK, ...args] : argv;
    const timed = ['-c', `TIMEFORMAT='%R %U %S'; { time "$@" 2>&3; } 3>&2 2>"$TIMES"`, 'bash'];
    const child = spawn('bash', [...timed, ...whole], {
      cwd: ROOT,
      env: { ...process.env, ...env, TIMES: notes.times, NOTE_PEAK: notes.peak },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`);
    const [wall = 0, user = 0, system = 0] = (await readFile(notes.times, 'utf8'))
      .split(' ')
      .map(Number);
    const peak = isNode ? Number(await readFile(notes.peak, 'utf8')) : 0;
    return {
      ...{ wallSeconds: wall, processorSeconds: user + system },
      ...{ peakMegabytes: peak / 1000 },
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
