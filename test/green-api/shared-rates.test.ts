import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../../src/green-api/rates.js';
import { mostWithin } from '../support/most-within.js';
import { until } from '../support/sandbox-client.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';
import { openServer } from '../support/scripted-server.js';

const CHILD = fileURLToPath(new URL('../support/rates-child.ts', import.meta.url));
const INSTANCE = 'https://example.com 7105223344';
const BUSY_MS = 60_000;

/**
 * Less than a second, since a busy machine may stop a process between its turn and its call. Without
 * the file of the rates twice as many calls leave at once.
 */
const WINDOW_MS = 900;

/** A server that notes of each call that arrives when it left. */
async function openLog(scope: Scope) {
  const leftMs: number[] = [];
  const { url } = await openServer(scope, (request, response) => {
    leftMs.push(Number(request.url.slice(1)));
    response.end();
  });
  return { url, leftMs };
}

interface Calls {
  readonly folder: string;
  readonly url: string;
  readonly count: number;
  readonly gapMs?: number;
}

/** A process that is about to make its calls. */
async function startChild(scope: Scope, { folder, url, count, gapMs = 0 }: Calls) {
  const argv = ['--import', 'tsx', CHILD, folder, INSTANCE, url, String(count), String(gapMs)];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  scope.onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { child, ended, go: () => child.stdin.write('go') };
}

describe('the rate of an instance', () => {
  test.for([2, 4])('is kept by %i processes together', { timeout: BUSY_MS }, async (n, scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const { url, leftMs } = await openLog(scope);
    const each = { folder, url, count: 24 / n };
    const children = await Promise.all(Array.from({ length: n }, () => startChild(scope, each)));
    children.forEach(({ go }) => go());
    await Promise.all(children.map(({ ended }) => ended));
    expect(leftMs).toHaveLength(24);
    expect(mostWithin(WINDOW_MS, leftMs)).toBe(5);
  });

  test('is kept by a process that comes in the place of one that was killed', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const { url, leftMs } = await openLog(scope);
    const calls = { folder, url, count: 5 };
    const first = await startChild(scope, calls);
    const second = await startChild(scope, calls);
    first.go();
    await until(() => leftMs.length === 5);
    first.child.kill('SIGKILL');
    second.go();
    await Promise.all([first.ended, second.ended]);
    expect(leftMs).toHaveLength(10);
    expect(mostWithin(WINDOW_MS, leftMs)).toBe(5);
  });

  test('keeps the gap between sends, whichever process sends', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const { url, leftMs } = await openLog(scope);
    const calls = { folder, url, count: 3, gapMs: 500 };
    const children = await Promise.all([startChild(scope, calls), startChild(scope, calls)]);
    children.forEach(({ go }) => go());
    await Promise.all(children.map(({ ended }) => ended));
    expect(leftMs).toHaveLength(6);
    expect(mostWithin(400, leftMs)).toBe(1);
  });
});

/** How long a second call of a method takes to begin that may begin once a second. */
async function measureSecond(folder: string, second: { instance: string }): Promise<number> {
  const call = async () => performance.now();
  const begunMs = await createRateLimiter({}, { folder, instance: 'a' })('getSettings', call);
  return (await createRateLimiter({}, { folder, ...second })('getSettings', call)) - begunMs;
}

describe.concurrent('the file of the rates', () => {
  test('is for its user alone, and names no instance', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const instance = 'https://example.com 7105223344';
    await createRateLimiter({}, { folder, instance })('getSettings', async () => undefined);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(String(await readFile(path.join(folder, 'rates.db')))).not.toContain('7105223344');
  });

  test('holds up the same instance, and no other', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    expect(await measureSecond(folder, { instance: 'a' })).toBeGreaterThanOrEqual(1000);
    expect(await measureSecond(folder, { instance: 'b' })).toBeLessThan(900);
  });

  test('is not used in a folder that others may use', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    await mkdir(folder);
    await chmod(folder, 0o755);
    const limitRate = createRateLimiter({}, { folder, instance: 'a' });
    const begunMs = performance.now();
    for (let calls = 0; calls < 2; calls++) await limitRate('getSettings', async () => undefined);
    // Its own rate is kept all the same.
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(1000);
    await expect(stat(path.join(folder, 'rates.db'))).rejects.toThrow('ENOENT');
  });

  test('that is broken is made anew', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path.join(folder, 'rates.db'), 'no database '.repeat(1000));
    expect(await measureSecond(folder, { instance: 'a' })).toBeGreaterThanOrEqual(1000);
    expect((await readFile(path.join(folder, 'rates.db'))).subarray(0, 6).toString()).toBe(
      'SQLite',
    );
  });

  test('forgets what is from before the machine was started anew', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const limitRate = createRateLimiter({}, { folder, instance: 'a' });
    await limitRate('getSettings', async () => undefined);
    const db = new Database(path.join(folder, 'rates.db'));
    db.exec('UPDATE starts SET at_ms = at_ms + 600000');
    db.close();
    const begunMs = performance.now();
    await limitRate('getSettings', async () => undefined);
    expect(performance.now() - begunMs).toBeLessThan(900);
  });

  test('holds no more than tells when the next call may begin', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'rates');
    const limitRate = createRateLimiter({ quick: 5 }, { folder, instance: 'a' });
    const calls = Array.from({ length: 12 }, () => limitRate('quick', async () => undefined));
    await Promise.all(calls);
    const db = new Database(path.join(folder, 'rates.db'));
    scope.onTestFinished(() => void db.close());
    expect(db.prepare('SELECT 1 FROM starts').all().length).toBeLessThanOrEqual(6);
  });
});
