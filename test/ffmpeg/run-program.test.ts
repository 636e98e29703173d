import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { StatuscastError } from '../../src/errors.js';
import { runProgram, type ProgramRun } from '../../src/ffmpeg/run-program.js';
import { isAlive } from '../support/is-alive.js';

const TIMEOUT_MS = 20_000;

/** Runs a line of JavaScript as a program of its own. */
function runNode(script: string, more: Partial<ProgramRun> = {}): Promise<string> {
  const argv = [process.execPath, '-e', script];
  return runProgram({ program: 'node', argv, timeoutMs: TIMEOUT_MS, ...more });
}

/** How a run failed, with the milliseconds that it took. */
async function failureOf(run: Promise<unknown>) {
  const begun = performance.now();
  const thrown = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof StatuscastError)) throw new Error('no StatuscastError');
  return { facts: thrown.facts, message: thrown.message, ms: performance.now() - begun };
}

describe('a program that runs to its end', () => {
  it('gives what it printed', async () => {
    await expect(runNode(`process.stdout.write('один\\ntwo')`)).resolves.toBe('один\ntwo');
  });

  it('gives its lines as they come, whole, where they are asked for', async () => {
    const lines: string[] = [];
    const script = `process.stdout.write('a=1\\nb');setTimeout(()=>console.log('=2'),200)`;
    await expect(runNode(script, { onLine: (line) => lines.push(line) })).resolves.toBe('');
    expect(lines).toEqual(['a=1', 'b=2']);
  });

  it('gets its arguments as they are: no shell reads them', async () => {
    const odd = ['$(id)', '`id`', 'a b', '"', "'", '*', '\n', '-x', '%03d'];
    const argv = [process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...odd];
    const stdout = await runProgram({ program: 'node', argv, timeoutMs: TIMEOUT_MS });
    expect(JSON.parse(stdout)).toEqual(odd);
  });
});

describe('a program that fails', () => {
  it('is an error, not a hang, where it does not exist', async () => {
    const { facts, ms } = await failureOf(
      runProgram({ program: 'ffmpeg', argv: ['/nowhere/ffmpeg'], timeoutMs: TIMEOUT_MS }),
    );
    expect(facts).toMatchObject({ code: 'program-failed', program: 'ffmpeg' });
    expect(JSON.stringify(facts)).toContain('ENOENT');
    expect(ms).toBeLessThan(2000);
  });

  it('is an error where its file cannot be run, or nothing is named', async () => {
    for (const argv of [[import.meta.filename], ['\0'], []]) {
      const { facts } = await failureOf(runProgram({ program: 'x', argv, timeoutMs: TIMEOUT_MS }));
      expect(facts.code).toBe('program-failed');
    }
  });

  it('is told of with the end of what it complained, not with all of it', async () => {
    const script = `for(let i=0;i<9999;i++)console.error('line '+i);console.error('the reason');process.exitCode=7`;
    const { facts, message } = await failureOf(runNode(script));
    expect(facts.code).toBe('program-failed');
    expect(message).toMatch(/the reason$/);
    expect(message).not.toContain('line 1\n');
    expect(message.length).toBeLessThan(10_000);
  });

  it('is told of with its exit code, or its signal, where it said nothing', async () => {
    expect((await failureOf(runNode('process.exit(7)'))).message).toContain('code 7');
    const killed = await failureOf(runNode(`process.kill(process.pid,'SIGSEGV')`));
    expect(killed.message).toContain('SIGSEGV');
  });

  it('that prints without end is stopped before memory is full', async () => {
    const script = `const b=Buffer.alloc(1<<20,97);(function f(){process.stdout.write(b,f)})()`;
    const { facts, message } = await failureOf(runNode(script));
    expect(facts.code).toBe('program-failed');
    expect(message).toContain('32 MB');
  });
});

const PRINT_PID = `console.log(process.pid);`;
const IGNORE_TERM = `process.on('SIGTERM',()=>{});`;
const FOREVER = `setInterval(()=>{},1e3);`;

/** A program that never ends, stopped from outside: its pid, and how the run failed. */
async function stopped(script: string, more: Partial<ProgramRun>, onStart = () => {}) {
  const pids: number[] = [];
  const onLine = (line: string) => {
    pids.push(Number(line));
    onStart();
  };
  const failure = await failureOf(runNode(script + PRINT_PID + FOREVER, { ...more, onLine }));
  expect(pids).toHaveLength(1);
  return { ...failure, pid: pids[0] ?? Number.NaN };
}

describe('a program that takes too long', () => {
  it('is asked to end at its deadline, and is gone when the run settles', async () => {
    const { facts, ms, pid } = await stopped('', { timeoutMs: 1500 });
    expect(facts).toEqual({ code: 'program-timeout', program: 'node', timeoutMs: 1500 });
    expect(ms).toBeLessThan(3300);
    expect(isAlive(pid)).toBe(false);
  });

  it('is killed where it does not listen', async () => {
    const { facts, ms, pid } = await stopped(IGNORE_TERM, { timeoutMs: 1500 });
    expect(facts.code).toBe('program-timeout');
    expect(ms).toBeGreaterThan(3400);
    expect(ms).toBeLessThan(8000);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('a run that is aborted', () => {
  it('never starts where the signal had fired before', async () => {
    const lines: string[] = [];
    const { facts } = await failureOf(
      runNode(PRINT_PID, { signal: AbortSignal.abort(), onLine: (line) => lines.push(line) }),
    );
    expect(facts.code).toBe('interrupted');
    expect(lines).toEqual([]);
  });

  it('ends where the signal fires right after the start', async () => {
    const abort = new AbortController();
    const run = failureOf(runNode(FOREVER, { signal: abort.signal }));
    abort.abort();
    const { facts, ms } = await run;
    expect(facts.code).toBe('interrupted');
    expect(ms).toBeLessThan(2500);
  });

  it('ends while it runs, and its program is gone when it settles', async () => {
    const abort = new AbortController();
    const { facts, ms, pid } = await stopped('', { signal: abort.signal }, () => abort.abort());
    expect(facts.code).toBe('interrupted');
    expect(ms).toBeLessThan(2500);
    expect(isAlive(pid)).toBe(false);
  });

  it('ends by force where the program does not listen', async () => {
    const abort = new AbortController();
    const { facts, pid } = await stopped(IGNORE_TERM, { signal: abort.signal }, () =>
      abort.abort(),
    );
    expect(facts.code).toBe('interrupted');
    expect(isAlive(pid)).toBe(false);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const abort = new AbortController();
    await runNode('0', { signal: abort.signal });
    abort.abort();
    await sleep(50);
    await expect(runNode('0')).resolves.toBe('');
  });
});

describe('a program that is given its input', () => {
  const COUNT = `let n=0;process.stdin.on('data',(b)=>n+=b.length).on('end',()=>console.log(n))`;
  const MEGABYTE = Buffer.alloc(1_000_000);

  async function* endless() {
    for (;;) {
      yield MEGABYTE;
      await sleep(0);
    }
  }

  it('reads all of it', async () => {
    async function* input() {
      for (let i = 0; i < 20; i++) yield MEGABYTE;
      await sleep(0);
    }
    await expect(runNode(COUNT, { input: input() })).resolves.toBe('20000000\n');
  });

  it('is given no more than it reads', async () => {
    let given = 0;
    async function* input() {
      for (; given < 200; given++) yield MEGABYTE;
      await sleep(0);
    }
    const slow = 'setTimeout(()=>process.exit(0),1000)';
    await runNode(slow, { input: input() });
    expect(given).toBeLessThan(10);
  });

  it('that it does not read to its end may end well, or fail in its own words', async () => {
    await expect(runNode('process.exit(0)', { input: endless() })).resolves.toBe('');
    const script = `console.error('enough');process.exit(3)`;
    const { facts } = await failureOf(runNode(script, { input: endless() }));
    expect(facts).toMatchObject({ code: 'program-failed', why: 'enough' });
  });

  it('is stopped at the deadline, and when it is aborted, while it reads', async () => {
    const late = await failureOf(runNode(COUNT, { input: endless(), timeoutMs: 500 }));
    expect(late.facts.code).toBe('program-timeout');
    const aborted = await failureOf(
      runNode(COUNT, { input: endless(), signal: AbortSignal.timeout(500) }),
    );
    expect(aborted.facts.code).toBe('interrupted');
    expect(late.ms + aborted.ms).toBeLessThan(8000);
  });

  it('is stopped where the input breaks off, and the reason is what broke it', async () => {
    async function* broken() {
      yield MEGABYTE;
      await sleep(50);
      throw new Error('no third frame');
    }
    await expect(runNode(COUNT, { input: broken() })).rejects.toThrow('no third frame');
  });

  it('is not waited for where the input never comes', async () => {
    async function* stuck() {
      yield MEGABYTE;
      await sleep(60_000, undefined, { ref: false });
    }
    const { facts, ms } = await failureOf(runNode(COUNT, { input: stuck(), timeoutMs: 300 }));
    expect(facts.code).toBe('program-timeout');
    expect(ms).toBeLessThan(4000);
  });
});
