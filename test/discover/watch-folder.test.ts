import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { findRoots } from '../../src/discover/discover.js';
import { watchFolder } from '../../src/discover/watch-folder.js';
import type { WatchEnd } from '../../src/discover/watch-patience.js';
import type { Input } from '../../src/job.js';
import { makeScratchFolder, type Scope } from '../support/scratch-folder.js';

const STEADY_MS = 300;

interface Options {
  readonly leaveOut?: readonly string[];
  /** How each input ends, at once; null: only when it is told. */
  readonly endOf?: (input: Input) => WatchEnd | null;
}

/** Watches a folder until the test ends. */
async function watch(
  scope: Scope,
  folder: string,
  { leaveOut = [], endOf = () => 'posted' }: Options = {},
) {
  const ending = new AbortController();
  const warnings: string[] = [];
  const holds: number[] = [];
  const found: Input[] = [];
  let idles = 0;
  const watched = watchFolder(await findRoots([folder]), leaveOut, {
    ...{ steadyMs: STEADY_MS, signal: ending.signal },
    onWarning: (message) => warnings.push(message),
    onHold: (waitMs) => holds.push(waitMs),
    onIdle: () => idles++,
  });
  const over = (async () => {
    for await (const input of watched) {
      found.push(input);
      const end = endOf(input);
      if (end !== null) watched.end(input, end);
    }
  })();
  scope.onTestFinished(async () => {
    ending.abort();
    await over;
  });
  const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 20 });
  return {
    ...{ warnings, holds, until, end: watched.end },
    found: () => found,
    names: () => found.map(({ relativePath }) => relativePath),
    sizes: () => found.map(({ bytes }) => bytes),
    idles: () => idles,
    /** From then on, what comes has appeared. */
    untilIdle: () => until(() => expect(idles).toBeGreaterThan(0)),
  };
}

/** Longer than it takes to find what could be found. */
const aWhile = () => sleep(STEADY_MS + 900);

/** Runs a shell script beside the test; what it has open is closed when it ends. */
function runBeside(scope: Scope, script: string) {
  const child = spawn('bash', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  scope.onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const begun = once(child.stdout, 'data');
  return {
    /** Settles when it says something. */
    begun: async () => {
      await begun;
    },
    finish: async () => {
      child.stdin.end('\n');
      child.stdout.resume();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}

test.concurrent(
  'what is there at the start comes first, in the order of names; then what appears',
  async (scope) => {
    const folder = await makeScratchFolder(scope);
    for (const name of ['10.jpg', '2.jpg', 'b/1.jpg', 'a.jpg']) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
      await writeFile(path.join(folder, name), name);
    }
    const { names, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    expect(names()).toEqual(['2.jpg', '10.jpg', 'a.jpg', 'b/1.jpg']);
    // At once: between two writes the first may be found already.
    const outside = await makeScratchFolder(scope);
    for (const name of ['20.jpg', '3.jpg']) await writeFile(path.join(outside, name), 'x');
    await rename(outside, path.join(folder, 'c'));
    await until(() => expect(names().slice(4)).toEqual(['c/3.jpg', 'c/20.jpg']));
  },
);

describe.concurrent('a file is whole', () => {
  test('once its writer has stopped, and not before', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const { names, sizes, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    const file = path.join(folder, 'clip.mp4');
    // Opened anew for each piece: its size alone says that it is not whole.
    const script = `for i in $(seq 12); do printf 0123456789 >> '${file}'; sleep 0.12; done`;
    const begunMs = performance.now();
    await runBeside(scope, script).finish();
    expect(performance.now() - begunMs).toBeGreaterThan(3 * STEADY_MS);
    await until(() => expect(sizes()).toEqual([120]));
    await aWhile();
    expect(names()).toEqual(['clip.mp4']);
  });

  test('not while a program that pauses has it open for writing, nor while it is locked', async (scope) => {
    scope.skip(process.platform !== 'linux', 'only Linux tells who has a file open');
    const folder = await makeScratchFolder(scope);
    const [clip, locked, read] = ['clip.mp4', 'locked.mp4', 'read.mp4'].map((name) =>
      path.join(folder, name),
    );
    for (const name of [locked, read]) await writeFile(name ?? '', '0123456789');
    const writer = runBeside(
      scope,
      `exec 3>> '${clip}'; printf 01234 >&3; echo; read; printf 56789 >&3`,
    );
    const locker = runBeside(scope, `exec 3< '${locked}'; flock -x 3; echo; read`);
    const reader = runBeside(scope, `exec 3< '${read}'; echo; read`);
    for (const { begun } of [writer, locker, reader]) await begun();
    const { names, sizes, until } = await watch(scope, folder);
    await until(() => expect(names()).toEqual(['read.mp4']));
    await aWhile();
    expect(names()).toEqual(['read.mp4']);
    await writer.finish();
    await until(() => expect(names()).toEqual(['read.mp4', 'clip.mp4']));
    await locker.finish();
    await until(() => expect(names()).toEqual(['read.mp4', 'clip.mp4', 'locked.mp4']));
    expect(sizes()).toEqual([10, 10, 10]);
    await reader.finish();
  });

  test('not while a lock file lies beside it', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const locks = ['a.mp4.lock', '.b.mp4.lock', 'c.mp4.aria2', '.~lock.d.mp4#'];
    for (const name of [...locks, 'a.mp4', 'b.mp4', 'c.mp4', 'd.mp4']) {
      await writeFile(path.join(folder, name), 'x');
    }
    const { names, until } = await watch(scope, folder);
    await aWhile();
    expect(names()).toEqual([]);
    for (const name of locks) await rm(path.join(folder, name));
    await until(() => expect(names()).toEqual(['a.mp4', 'b.mp4', 'c.mp4', 'd.mp4']));
  });

  test('not under the name of something unfinished, but once it is renamed', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const unfinished = [
      ...['a.mp4.part', 'a.mp4.crdownload', 'a.mp4.tmp', 'a.mp4.download', 'a.mp4.!qB'],
      ...['.syncthing.a.mp4.tmp', '.a.mp4.Xk3d9A', '~$a.mp4', '.hidden/a.mp4'],
    ];
    await mkdir(path.join(folder, '.hidden'));
    for (const name of unfinished) await writeFile(path.join(folder, name), name);
    const { names, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await aWhile();
    expect(names()).toEqual([]);
    for (const [at, name] of unfinished.entries()) {
      await rename(path.join(folder, name), path.join(folder, `${at}.mp4`));
    }
    await until(() => expect(names()).toEqual(unfinished.map((_, at) => `${at}.mp4`)));
  });

  test('not in the folder of a download, nor where its name is no UTF-8, of which it is told', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const { names, warnings, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    const unnamed = Buffer.concat([
      Buffer.from(`${folder}/`),
      Buffer.from('M\xfcller.jpg', 'latin1'),
    ]);
    await writeFile(unnamed, 'x');
    await mkdir(path.join(folder, 'song.mp3.download'));
    await writeFile(path.join(folder, 'song.mp3.download/song.mp3'), 'x');
    await writeFile(path.join(folder, 'z.jpg'), 'x');
    await until(() => expect(names()).toEqual(['z.jpg']));
    await aWhile();
    expect(names()).toEqual(['z.jpg']);
    expect(warnings).toEqual([expect.stringMatching(/ller\.jpg: its name is no UTF-8/)]);
  });

  test('not where a link has taken its place that leads out', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const secret = path.join(await makeScratchFolder(scope), 'secret.jpg');
    await writeFile(secret, 'secret');
    const { names, untilIdle } = await watch(scope, folder);
    await untilIdle();
    const file = path.join(folder, 'a.jpg');
    // Seen, and not whole yet.
    for (let piece = 0; piece < 12; piece++) {
      await appendFile(file, 'x');
      await sleep(STEADY_MS / 3);
    }
    await symlink(secret, path.join(folder, '.new'));
    await rename(path.join(folder, '.new'), file);
    await aWhile();
    expect(names()).toEqual([]);
  });

  test('not while it has no bytes', async (scope) => {
    const folder = await makeScratchFolder(scope);
    await writeFile(path.join(folder, 'a.jpg'), '');
    const { sizes, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await aWhile();
    expect(sizes()).toEqual([]);
    await appendFile(path.join(folder, 'a.jpg'), 'abc');
    await until(() => expect(sizes()).toEqual([3]));
  });
});

describe.concurrent('found are', () => {
  test('files and folders that are moved in, and what is put into new folders', async (scope) => {
    const outside = await makeScratchFolder(scope);
    await mkdir(path.join(outside, 'x/y'), { recursive: true });
    await writeFile(path.join(outside, 'x/y/1.jpg'), 'x');
    const folder = await makeScratchFolder(scope);
    const { names, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await rename(path.join(outside, 'x'), path.join(folder, 'x'));
    await until(() => expect(names()).toEqual(['x/y/1.jpg']));
    await writeFile(path.join(folder, 'x/y/2.jpg'), 'x');
    await until(() => expect(names().slice(1)).toEqual(['x/y/2.jpg']));
    await mkdir(path.join(folder, 'n/m'), { recursive: true });
    await writeFile(path.join(folder, 'n/m/3.jpg'), 'x');
    await until(() => expect(names().slice(2)).toEqual(['n/m/3.jpg']));
  });

  test('a file again that was replaced, and one that was touched', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const file = path.join(folder, 'a.jpg');
    await writeFile(file, 'first');
    const { names, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await aWhile();
    expect(names()).toEqual(['a.jpg']);
    // As long, and as old, as copies are that keep the times of their source.
    const old = new Date(2020, 1, 1);
    await utimes(file, old, old);
    await until(() => expect(names()).toHaveLength(2));
    await writeFile(path.join(folder, '.new'), 'other');
    await utimes(path.join(folder, '.new'), old, old);
    await rename(path.join(folder, '.new'), file);
    await until(() => expect(names()).toHaveLength(3));
  });

  test('nothing of what was removed before its turn', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const { names, warnings, idles, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await writeFile(path.join(folder, 'a.jpg'), 'x');
    await sleep(150);
    await rm(path.join(folder, 'a.jpg'));
    await writeFile(path.join(folder, 'b.jpg'), 'x');
    await until(() => expect(names()).toEqual(['b.jpg']));
    await until(() => expect(idles()).toBe(2));
    expect(warnings).toEqual([]);
  });

  test('no hidden files, none of ours, and none that links lead out to', async (scope) => {
    const outside = await makeScratchFolder(scope);
    await writeFile(path.join(outside, 'secret.jpg'), 'x');
    const folder = await makeScratchFolder(scope);
    await mkdir(path.join(folder, 'out'));
    const leaveOut = [path.join(folder, 'out')];
    const { names, until, untilIdle } = await watch(scope, folder, { leaveOut });
    await untilIdle();
    await symlink(path.join(outside, 'secret.jpg'), path.join(folder, 'link.jpg'));
    await writeFile(path.join(folder, '.hidden.jpg'), 'x');
    await writeFile(path.join(folder, 'out/a.jpg'), 'x');
    await writeFile(path.join(folder, 'z.jpg'), 'x');
    await until(() => expect(names()).toEqual(['z.jpg']));
    await aWhile();
    expect(names()).toEqual(['z.jpg']);
  });
});

test.concurrent(
  'a folder that goes away is waited for, with one warning, and watched again',
  async (scope) => {
    const above = await makeScratchFolder(scope);
    const folder = path.join(above, 'stick');
    await mkdir(folder);
    await writeFile(path.join(folder, '1.jpg'), 'x');
    const { names, warnings, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await rename(folder, path.join(above, 'gone'));
    await until(() => expect(warnings).toEqual([`${folder} is away: it is waited for.`]));
    await aWhile();
    await mkdir(folder);
    await writeFile(path.join(folder, '2.jpg'), 'x');
    await until(() => expect(names()).toEqual(['1.jpg', '2.jpg']));
    // It is this folder that is listened to now.
    await writeFile(path.join(folder, '3.jpg'), 'x');
    await until(() => expect(names()).toEqual(['1.jpg', '2.jpg', '3.jpg']));
    expect(warnings).toHaveLength(1);
  },
);

describe.concurrent('what has ended is found again', () => {
  test('also where its folder was moved and a link stands in its place', async (scope) => {
    const folder = path.join(await makeScratchFolder(scope), 'outbox');
    const elsewhere = path.join(await makeScratchFolder(scope), 'moved');
    await mkdir(folder);
    const { names, warnings, until, untilIdle } = await watch(scope, folder);
    await untilIdle();
    await rename(folder, elsewhere);
    await symlink(elsewhere, folder);
    await writeFile(path.join(elsewhere, 'a.jpg'), 'x');
    await until(() => expect(names()).toEqual(['a.jpg']));
    expect(warnings.filter((warning) => !/is away/.test(warning))).toEqual([]);
  });

  test('when its folder comes back that went away before its turn', async (scope) => {
    const above = await makeScratchFolder(scope);
    const folder = path.join(above, 'stick');
    await mkdir(folder);
    await writeFile(path.join(folder, '1.jpg'), 'x');
    const { found, end, warnings, until } = await watch(scope, folder, { endOf: () => null });
    await until(() => expect(found()).toHaveLength(1));
    await rename(folder, path.join(above, 'away'));
    for (const input of found()) end(input, 'again');
    await until(() => expect(warnings).toHaveLength(1));
    await aWhile();
    expect(found()).toHaveLength(1);
    await rename(path.join(above, 'away'), folder);
    await until(() => expect(found()).toHaveLength(2));
  });

  test('after a while where there was no answer, behind the others; never where it is unfit', async (scope) => {
    const folder = await makeScratchFolder(scope);
    for (const name of ['0', 'a', 'b', 'c']) await writeFile(path.join(folder, name), name);
    let isDown = true;
    const { names, holds, until } = await watch(scope, folder, {
      endOf: ({ relativePath }) => {
        if (relativePath === '0') return 'ended';
        return isDown ? 'no-answer' : 'posted';
      },
    });
    await until(() => expect(holds).toEqual([5000]));
    await aWhile();
    expect(names()).toEqual(['0', 'a']);
    isDown = false;
    await until(() => expect(names()).toEqual(['0', 'a', 'b', 'c', 'a']));
    expect(holds).toEqual([5000]);
  });

  test('once it has ended, where it changed while it was under way', async (scope) => {
    const folder = await makeScratchFolder(scope);
    const file = path.join(folder, 'a.jpg');
    await writeFile(file, 'x');
    const { found, sizes, until, end } = await watch(scope, folder, { endOf: () => null });
    await until(() => expect(sizes()).toEqual([1]));
    await appendFile(file, 'y');
    await aWhile();
    expect(sizes()).toEqual([1]);
    for (const input of found()) end(input, 'posted');
    await until(() => expect(sizes()).toEqual([1, 2]));
  });
});

// By itself: it measures this process.
test('an idle watch over 10,000 files costs next to nothing', async (scope) => {
  const folder = await makeScratchFolder(scope);
  const script = 'for d in {1..100}; do mkdir $d; for f in {1..100}; do echo x > $d/$f; done; done';
  execFileSync('bash', ['-c', script], { cwd: folder });
  const { names, until, untilIdle } = await watch(scope, folder);
  await untilIdle();
  expect(names()).toHaveLength(10_000);
  const before = process.cpuUsage();
  await sleep(5000);
  const { user, system } = process.cpuUsage(before);
  // A fiftieth of one core; it is far less where nothing else runs in this process.
  expect((user + system) / 1000).toBeLessThan(100);
  await writeFile(path.join(folder, '7/new.jpg'), 'x');
  await until(() => expect(names().at(-1)).toBe('7/new.jpg'));
});
