import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'dist/cli.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed on standard output so far. */
  readonly stdout: () => string;
  readonly finished: Promise<Finished>;
}

export interface CliOptions {
  readonly cwd: string;
  /** Added to an environment without any variable of ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** Interrupts it, as Ctrl-C does. */
  readonly signal?: AbortSignal;
}

/** Starts the built command as a user would; it is the leader of a process group of its own. */
export function startCli(args: readonly string[], options: CliOptions): Running {
  return start(process.execPath, [CLI, ...args], options);
}

export function runCli(args: readonly string[], options: CliOptions): Promise<Finished> {
  return startCli(args, options).finished;
}

export function start(command: string, args: readonly string[], options: CliOptions): Running {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(GREEN_API|STATUSCAST)_/.test(name),
  );
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...Object.fromEntries(clean), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  options.signal?.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, stdout: () => stdout, finished };
}

/** Kills a process and everything it started. */
export function killGroup({ child }: Running, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

const jobError = z.strictObject({ code: z.string(), message: z.string() });
const outcome = z.enum(['sent', 'prepared', 'planned', 'skipped', 'failed', 'uncertain']);
const skipReason = z
  .enum(['already-sent', 'duplicate', 'not-media', 'left-out', 'removed'])
  .nullable();

const estimateSchema = z.strictObject({ bytes: z.number(), seconds: z.number() }).nullable();

const outputSchema = z
  .strictObject({
    path: z.string(),
    bytes: z.number().positive(),
    mime: z.enum(['image/jpeg', 'audio/mpeg', 'video/mp4']),
    width: z.number().nullable(),
    height: z.number().nullable(),
    durationSeconds: z.number().nullable(),
  })
  .nullable();

const postingSchema = z
  .strictObject({
    caption: z.string(),
    contacts: z.number().int(),
    linkExpiresAt: z.iso.datetime().nullable(),
    postedAt: z.iso.datetime().nullable(),
  })
  .nullable();

const partSchema = z.strictObject({
  number: z.number().int().positive(),
  of: z.number().int().min(2),
  startSeconds: z.number(),
  outcome,
  output: outputSchema,
  urlFile: z.string().nullable(),
  idMessage: z.string().nullable(),
  posting: postingSchema,
  reason: skipReason,
  error: jobError.nullable(),
});

/** A result as DESIGN says it, with nothing missing. */
export const resultSchema = z.strictObject({
  type: z.literal('result'),
  input: z.string(),
  kind: z.enum(['image', 'audio', 'video']).nullable(),
  source: z.string().nullable(),
  outcome,
  plan: z
    .strictObject({
      action: z.enum(['keep', 'remux', 'encode', 'refuse']),
      reasons: z.array(z.string().min(1)),
      fit: z.enum(['crop', 'blur', 'pad']).nullable(),
      crop: z
        .strictObject({
          left: z.number(),
          top: z.number(),
          width: z.number(),
          height: z.number(),
        })
        .nullable(),
    })
    .nullable(),
  estimate: estimateSchema,
  output: outputSchema,
  urlFile: z.string().nullable(),
  idMessage: z.string().nullable(),
  posting: postingSchema,
  reason: skipReason,
  detail: z.string().nullable(),
  error: jobError.nullable(),
  parts: z.array(partSchema).nullable(),
});
export type Result = z.output<typeof resultSchema>;

export const summarySchema = z.strictObject({
  type: z.literal('summary'),
  counts: z.strictObject({
    sent: z.number(),
    prepared: z.number(),
    planned: z.number(),
    skipped: z.number(),
    failed: z.number(),
    uncertain: z.number(),
  }),
  estimate: estimateSchema,
  seconds: z.number(),
  stopped: jobError.nullable(),
});

/** Every line of `--json` output as an object; a line that is none throws. */
export function parseLines(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

export function resultsOf(stdout: string): readonly Result[] {
  return parseLines(stdout)
    .filter((line) => line['type'] === 'result')
    .map((line) => resultSchema.parse(line));
}

export function summaryOf(stdout: string) {
  return summarySchema.parse(parseLines(stdout).at(-1));
}
