import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { writeReadme } from '../scripts/readme.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { ROOT, start, type Finished } from './support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from './support/state.js';

const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');

function blocksOf(language: string): readonly string[] {
  const fences = readme.matchAll(/^ *```(\w+)\n([^]*?)^ *```$/gm);
  return [...fences].flatMap(([, name, body = '']) => (name === language ? [body] : []));
}

test('the README begins with its two command lines, exactly so', () => {
  expect(
    readme.startsWith('# statuscast\n\n```sh\nnpm ci && npm run demo\nnpm ci && npm test\n```\n'),
  ).toBe(true);
});

test('its examples of the library type-check against what is built', async () => {
  // Inside the project, so that it finds itself under its own name, as a user's project would.
  const folder = path.join(ROOT, 'test/.readme-examples');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  const examples = blocksOf('ts');
  expect(examples.length).toBeGreaterThanOrEqual(2);
  const files = await Promise.all(
    examples.map(async (example, index) => {
      const file = path.join(folder, `example-${index}.ts`);
      await writeFile(file, example);
      return file;
    }),
  );
  const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  );
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(faults).toEqual([]);
});

test('its tables of commands and options are what `npm run readme` writes', async () => {
  expect(readme).toBe(await writeReadme());
});

test('it names every variable of the account', () => {
  for (const name of ['URL', 'MEDIA_URL', 'ID_INSTANCE', 'TOKEN']) {
    expect(readme).toContain(`GREEN_API_${name}=`);
  }
});

/** Every command line, in the order of the page: lines of blocks, and whole calls in the text. */
const commands = [...readme.matchAll(/^ *```sh\n([^]*?)^ *```$|`(npx statuscast [a-z][^`]*)`/gm)]
  .flatMap(([, block, inline = '']) => (block === undefined ? [inline] : block.split('\n')))
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

/** What is not run here, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': '.ci/run runs it',
  'npm ci && npm test': '.ci/run runs it',
  'npm pack': 'test/package.test.ts does it',
  'npm install ../statuscast/statuscast-0.1.0.tgz': 'test/package.test.ts does it',
};

/** A watch has no other end. */
const INTERRUPTED = 130;

/** What is to be seen afterwards, beside the exit code. */
const EFFECTS: Readonly<
  Record<string, (seen: { readonly stdout: string; readonly sandbox: Sandbox }) => void>
> = {
  'npx statuscast plan ./fixtures/album': ({ stdout }) =>
    expect(stdout).toMatch(/^\d+ of \d+ files would become \d+ statuses, 0 skipped, 0 refused$/m),
  'npx statuscast send ./fixtures/album --sandbox': ({ stdout, sandbox }) => {
    expect(stdout).toMatch(/^4 sent, 0 skipped, 0 failed, 0 uncertain in /m);
    expect(sandbox.requests()).toEqual([]);
  },
  'npx statuscast history': ({ stdout }) => expect(stdout).toMatch(/ sent +image .*album\/lake/),
  'npx statuscast undo --sandbox': ({ stdout }) => expect(stdout).toMatch(/ undone .*album\/lake/),
  'npx statuscast doctor': ({ stdout }) => expect(stdout).toMatch(/, 0 problems in /),
  'npx statuscast send ./folder': ({ sandbox }) => expect(sandbox.statuses()).toHaveLength(3),
  'npx statuscast confirm': ({ stdout }) => expect(stdout).toMatch(/ sent .*folder\/cover/),
  'npx statuscast config': ({ stdout }) => expect(stdout).toContain('GREEN_API_ID_INSTANCE'),
  'npm run normalize -- ./folder --out ./out': ({ stdout }) =>
    expect(stdout).toContain('3 prepared, 0 skipped, 0 failed'),
  'npx statuscast undo --forget': ({ sandbox }) =>
    expect(sandbox.statuses().every(({ state }) => state === 'deleted')).toBe(true),
};

test('each of its commands works as it stands there', async () => {
  const cwd = await makeClone();
  const sandbox = await openTestSandbox({ sendDelayMs: 20, limitRates: false });
  const env = { ...variablesOf(sandbox), STATUSCAST_SENDS_PER_SECOND: '0' };
  const done = new Set<string>();
  for (const command of commands) {
    if (ELSEWHERE[command] !== undefined)
      console.log(`not here: ${command}: ${ELSEWHERE[command]}`);
    if (done.has(command) || ELSEWHERE[command] !== undefined) continue;
    done.add(command);
    const { code, signal, stdout, stderr } = await runAsTyped(command, { cwd, env });
    // npx ends by the signal itself where what it ran says that it was interrupted.
    const ended = signal === 'SIGINT' ? INTERRUPTED : code;
    const expected = / watch\b/.test(command) ? INTERRUPTED : 0;
    expect.soft({ command, ended, stderr }).toEqual({ command, ended: expected, stderr: '' });
    EFFECTS[command]?.({ stdout, sandbox });
  }
  expect(
    [...Object.keys(EFFECTS), ...Object.keys(ELSEWHERE)].filter((one) => !commands.includes(one)),
  ).toEqual([]);
  expect(done.size).toBeGreaterThanOrEqual(12);
}, 300_000);

/** A clone as the README means it, with fewer files, and not built anew: others are reading `dist`. */
async function makeClone(): Promise<string> {
  const album = ['lake.webp', 'forest.avif', 'memo.m4a', 'wave.gif'].map((name) => `album/${name}`);
  const { cwd } = await makeAlbum({
    ...Object.fromEntries(album.map((file) => [`../fixtures/${file}`, file])),
    ...{ '../folder/cover.mp3': 'cover.mp3', '../folder/a.jpg': 'landscape.jpg' },
    ...{ '../folder/b.mp4': 'conforming.mp4' },
  });
  for (const name of ['dist', 'node_modules', 'scripts', 'config.schema.json']) {
    await symlink(path.join(ROOT, name), path.join(cwd, name));
  }
  const own = await readFile(path.join(ROOT, 'package.json'), 'utf8');
  const unbuilt = own.replace(/"build": "[^"]*"/, '"build": "true"');
  expect(unbuilt).not.toBe(own);
  await writeFile(path.join(cwd, 'package.json'), unbuilt);
  return cwd;
}

/** Whoever has no terminal cannot answer; what runs until Ctrl-C gets it once it has said something. */
async function runAsTyped(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Finished> {
  const line = / undo\b/.test(command) ? `${command} --yes` : command;
  const running = start('bash', ['-c', line], options);
  if (/^npx statuscast (sandbox|watch)\b/.test(command)) {
    running.child.stdout?.once('data', () => {
      if (running.child.pid !== undefined) process.kill(-running.child.pid, 'SIGINT');
    });
  }
  return running.finished;
}

test('its config files are read', async () => {
  const examples = [...blocksOf('yaml'), ...blocksOf('ts')].filter((block) =>
    /statuscast\.config|defineConfig/.test(block),
  );
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    const cwd = await makeClone();
    const file = example.includes('defineConfig')
      ? 'statuscast.config.ts'
      : 'statuscast.config.yaml';
    await writeFile(path.join(cwd, file), example);
    const { code, stdout, stderr } = await runAsTyped('npx statuscast config --json', {
      cwd,
      env: {},
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(file);
  }
});
