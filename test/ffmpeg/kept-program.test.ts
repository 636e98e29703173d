import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { runKept, type KeptRun } from '../../src/ffmpeg/kept-program.js';
import { failureOf } from '../support/failure.js';
import { isAlive } from '../support/is-alive.js';
import { tempFolder } from '../support/temp-folder.js';

/** Writes down which process it is, and then does what the job says. */
const SCRIPT = `
  let jobs = 0;
  process.on('message', ({ note, act }) => {
    fs.appendFileSync(note, process.pid + '\\n');
    jobs += 1;
    if (act === 'hang') for (;;);
    if (act === 'die') process.kill(process.pid, 'SIGKILL');
    const fault = act === 'fail' || (act === 'fail later' && jobs > 1) ? 'it is odd' : null;
    process.send({ fault, isLast: act === 'do the last' });
  });`;

type Act = 'do' | 'do the last' | 'fail' | 'fail later' | 'die' | 'hang';

let note: string;
let argv: readonly string[];

beforeEach(async () => {
  note = path.join(await tempFolder(), 'processes');
  // What was started for another test is not used again.
  argv = [process.execPath, '-e', SCRIPT, note];
});

function run(act: Act, more: Partial<KeptRun> = {}): Promise<void> {
  return runKept({ program: 'odd', argv, job: { note, act }, timeoutMs: 20_000, ...more });
}

/** The process that did each job, as a number from 0 on. */
async function doers(): Promise<readonly number[]> {
  const pids = await processes();
  const different = [...new Set(pids)];
  return pids.map((pid) => different.indexOf(pid));
}

async function processes(): Promise<readonly number[]> {
  return (await readFile(note, 'utf8')).trim().split('\n').map(Number);
}

it('does one job after the other in one process, and two at once in two', async () => {
  await run('do');
  await run('do');
  expect(await doers()).toEqual([0, 0]);
  await Promise.all([run('do'), run('do')]);
  expect(new Set((await doers()).slice(2))).toEqual(new Set([0, 1]));
});

it('ends a process that has been idle for a while, and one that takes no further job', async () => {
  await run('do');
  await run('do the last');
  await run('do');
  expect(await doers()).toEqual([0, 0, 1]);
  const pids = await processes();
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
});

it('tells the fault of a job, and does the next one in a new process', async () => {
  const { facts } = await failureOf(run('fail'));
  expect(facts).toEqual({ code: 'program-failed', program: 'odd', why: 'it is odd' });
  await run('do');
  expect(await doers()).toEqual([0, 1]);
});

it('tries what fails in a process that was used before in a new one', async () => {
  await run('do');
  await run('fail later');
  expect(await doers()).toEqual([0, 0, 1]);
  const [used = Number.NaN] = await processes();
  await expect.poll(() => isAlive(used), { timeout: 10_000 }).toBe(false);
});

it('says how a process ended that gave no answer', async () => {
  expect((await failureOf(run('die'))).message).toContain('it ended with SIGKILL');
  const absent = { argv: ['/nowhere/odd'] };
  expect((await failureOf(run('do', absent))).message).toContain('ENOENT');
});

it.each([
  ['takes too long', () => ({ timeoutMs: 1000 }), 'program-timeout'],
  ['is interrupted', () => ({ signal: AbortSignal.timeout(1000) }), 'interrupted'],
] as const)('kills a process whose job %s, and tries it no second time', async (_, end, code) => {
  await run('do');
  expect((await failureOf(run('hang', end()))).code).toBe(code);
  expect(await doers()).toEqual([0, 0]);
  const [pid = Number.NaN] = await processes();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

it('neither starts nor tells a process of a job that is interrupted already', async () => {
  expect((await failureOf(run('do', { signal: AbortSignal.abort() }))).code).toBe('interrupted');
  await run('do');
  expect((await failureOf(run('do', { signal: AbortSignal.abort() }))).code).toBe('interrupted');
  await sleep(200);
  expect(await doers()).toEqual([0]);
});

it('does not keep this process from ending, and ends with it', async () => {
  const module = new URL('../../src/ffmpeg/kept-program.ts', import.meta.url).href;
  const begun = performance.now();
  const parent = spawn(process.execPath, [
    ...['--import', import.meta.resolve('tsx'), '--input-type=module', '-e'],
    `const { runKept } = await import(${JSON.stringify(module)});
     await runKept(${JSON.stringify({ program: 'odd', argv, job: { note, act: 'do' }, timeoutMs: 20_000 })});
     console.log(performance.now());`,
  ]);
  let stdout = '';
  parent.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = await once(parent, 'close');
  expect(code).toBe(0);
  // It had done its work so long after its start; an idle process would hold it for 10 s more.
  expect(performance.now() - begun - Number(stdout)).toBeLessThan(1500);
  const [pid = Number.NaN] = await processes();
  expect(isAlive(pid)).toBe(false);
});
