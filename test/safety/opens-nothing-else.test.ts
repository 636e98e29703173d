import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { makeMedia, words } from '../support/make-media.js';
import { bundledFfmpeg } from '../support/programs.js';
import { resultsOf, ROOT, runCli, start, type Result } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';
import { decoysOf, movieWithMediaElsewhere, referenceMovie } from './decoy-files.js';

const STRACE = '/usr/bin/strace';
const hasStrace = existsSync(STRACE);
if (!hasStrace) console.log('skipped: which files are opened is seen by strace, which is not here');

/** Counts who connects to a port of its own on loopback. */
async function startCanary() {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: `127.0.0.1:${address.port}`, connections: () => connections };
}

/** Decoys that name a real clip beside them, by its path and by its name, and a server. */
async function makeDecoys() {
  const root = await tempFolder();
  const inputs = path.join(root, 'inputs');
  // Hidden, so that it is no input itself.
  const canary = path.join(inputs, '.canary.mp4');
  const server = await startCanary();
  await mkdir(inputs);
  await copyFile(fixture('moov-last.mp4'), canary);
  const targets = {
    path: canary,
    url: `file:${canary}`,
    name: '.canary.mp4',
    http: `http://${server.address}/.canary.mp4`,
    tcp: `tcp://${server.address}`,
    nested: `concat:${canary}|${canary}`,
  };
  const files = new Map<string, Buffer>();
  for (const [by, target] of Object.entries(targets)) {
    for (const [name, bytes] of decoysOf(target)) files.set(`${by}-${name}`, bytes);
    files.set(`${by}-reference.mov`, referenceMovie(target));
  }
  files.set('elsewhere.mov', await movieWithMediaElsewhere(canary));
  await Promise.all([...files].map(([name, bytes]) => writeFile(path.join(inputs, name), bytes)));
  const attached = path.join(root, 'list.m3u8');
  await writeFile(attached, decoysOf(canary).get('hls.mp4') ?? '');
  await makeMedia(path.join(inputs, 'attached.mkv'), [
    ...['-i', fixture('conforming.mp4'), '-c', 'copy', '-attach', attached],
    ...words('-metadata:s:t mimetype=application/vnd.apple.mpegurl'),
  ]);
  return { root, inputs, canary, server, names: [...files.keys(), 'attached.mkv'] };
}

/** Drawings are drawn without what they name. */
const USABLE = /^elsewhere\.mov$|^attached\.mkv$|-svg\.mp4$/;

function expectRefused(results: readonly Result[], names: readonly string[]): void {
  const told = new Map(results.map((result) => [path.basename(result.input), result]));
  expect([...told.keys()].toSorted()).toEqual(names.toSorted());
  for (const [name, { outcome, error, detail }] of told) {
    if (USABLE.test(name)) continue;
    expect(['failed', 'skipped'], `${name}: ${error?.message ?? detail}`).toContain(outcome);
    expect(error?.code, error?.message).not.toBe('internal');
  }
}

test('a file that names others is refused, whatever it is called, and nobody is connected to', async () => {
  const { root, inputs, server, names } = await makeDecoys();
  const args = ['prepare', inputs, '--out', 'out', '--json'];
  const { stdout } = await runCli(args, { cwd: root });
  expectRefused(resultsOf(stdout), names);
  expect(server.connections()).toBe(0);
  // And it is said what it is.
  const details = resultsOf(stdout).map(({ detail }) => detail ?? '');
  for (const name of ['M3U8', 'DASH', 'concat', 'SMIL', 'ASX', 'PLS', 'XSPF', 'SDP', 'IMF']) {
    expect(details, name).toContainEqual(expect.stringContaining(`(${name}), which only names`));
  }
});

test.skipIf(!hasStrace)(
  'of the files around it a run opens its inputs and its outputs, and no socket',
  async () => {
    const { root, inputs, canary, names } = await makeDecoys();
    const seen = await trace(root, [
      ...[process.execPath, path.join(ROOT, 'dist/cli.js')],
      ...['prepare', inputs, '--out', 'out', '--json'],
    ]);
    expectRefused(resultsOf(seen.stdout), names);
    const opened = seen.calls.flatMap(
      (call) => /open(?:at)?\([^"]*"([^"]*)"/.exec(call)?.[1] ?? [],
    );
    const below = opened
      .map((file) => path.resolve(root, file))
      .filter((file) => file.startsWith(root));
    const allowed = [root, inputs, ...names.map((name) => path.join(inputs, name))];
    const ours = ['out', '.statuscast', '.env'].map((name) => path.join(root, name));
    const others = below.filter(
      (file) => !allowed.includes(file) && !ours.some((own) => file.startsWith(own)),
    );
    expect(others).toEqual([]);
    expect(below).toContain(path.join(inputs, 'elsewhere.mov'));
    expect(opened.filter((file) => file.includes('canary'))).toEqual([]);
    expect(seen.calls.filter((call) => /AF_INET|sin6?_/.test(call))).toEqual([]);
    // The decoy is good: asked to follow references, the same program opens the other file.
    const follow = words('-enable_drefs 1 -use_absolute_path 1 -f mov');
    const control = await trace(root, [
      ...[bundledFfmpeg, '-v', 'error', '-nostdin', ...follow],
      ...['-i', path.join(inputs, 'elsewhere.mov'), '-f', 'null', '-'],
    ]);
    expect(control.calls.filter((call) => call.includes(canary))).not.toEqual([]);
  },
);

/** Runs a program with all its children, and every call that opens a file or a socket. */
async function trace(cwd: string, argv: readonly string[]) {
  const log = path.join(cwd, 'out.strace');
  const watch = ['-f', '-qq', '-s', '4096', '-e', 'trace=open,openat,connect,socket', '-o', log];
  const { stdout } = await start(STRACE, [...watch, ...argv], { cwd }).finished;
  return { stdout, calls: (await readFile(log, 'utf8')).split('\n') };
}
