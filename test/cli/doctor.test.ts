import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { parseLines, ROOT, runCli, start, type CliOptions } from '../support/run-cli.js';
import { openTestSandbox, variablesOf } from '../support/state.js';
import { tempFolder } from '../support/temp-folder.js';

const findingSchema = z.strictObject({
  type: z.literal('check'),
  name: z.string(),
  state: z.enum(['ok', 'warning', 'problem']),
  message: z.string().min(1),
  advice: z.string().min(1).nullable(),
});
const summarySchema = z.strictObject({
  type: z.literal('summary'),
  counts: z.strictObject({ ok: z.number(), warning: z.number(), problem: z.number() }),
  seconds: z.number(),
});

async function examine(options: CliOptions, args: readonly string[] = []) {
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...args], options);
  const lines = parseLines(stdout);
  const findings = lines.slice(0, -1).map((line) => findingSchema.parse(line));
  const { counts } = summarySchema.parse(lines.at(-1));
  // Every finding is there for people as well, and the exit code goes by them.
  for (const { message } of findings) expect(stderr).toContain(message);
  expect(counts.problem).toBe(findings.filter(({ state }) => state === 'problem').length);
  expect(code).toBe(counts.problem > 0 ? 1 : 0);
  const bad = findings.filter(({ state }) => state !== 'ok');
  return { code, stdout, stderr, findings, bad };
}

test('on a fresh machine only the account is missing, with what to do, and nothing is made', async () => {
  const cwd = await tempFolder();
  const { code, bad, findings } = await examine({ cwd });
  expect(code).toBe(1);
  expect(bad).toMatchObject([{ name: 'account', state: 'problem' }]);
  for (const word of ['URL', 'MEDIA_URL', 'ID_INSTANCE', 'TOKEN']) {
    expect(bad[0]?.message).toContain(`GREEN_API_${word}`);
  }
  expect(bad[0]?.advice).toMatch(/\.env.*--sandbox/);
  expect(findings.map(({ name }) => name)).toEqual([
    ...['node', 'ffmpeg', 'ffprobe', 'bounds', 'sharp', 'heic', 'disk', 'state', 'ledger'],
    ...['settings', 'account'],
  ]);
  expect(await readdir(cwd)).toEqual([]);
});

test('all is well with --sandbox, and nothing is made there either', async () => {
  const cwd = await tempFolder();
  const { code, bad, findings } = await examine({ cwd }, ['--sandbox']);
  expect(code).toBe(0);
  expect(bad).toEqual([]);
  expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(['api-host', 'clock']));
  expect(await readdir(cwd)).toEqual([]);
});

test('it tells where settings come from, and looks at the folder that outputs are kept in', async () => {
  const cwd = await tempFolder();
  const values = JSON.stringify({ fit: 'blur', out: 'taken/kept' });
  await writeFile(path.join(cwd, 'statuscast.config.json'), values);
  await writeFile(path.join(cwd, 'taken'), 'a file');
  const { bad, findings } = await examine({ cwd, env: { STATUSCAST_GAP: '2' } }, ['--sandbox']);
  expect(findings.find(({ name }) => name === 'settings')?.message).toBe(
    'set in statuscast.config.json: out, fit; set by variable: STATUSCAST_GAP',
  );
  expect(bad).toMatchObject([{ name: 'out', state: 'problem' }]);
  expect(bad[0]?.message).toContain(`${path.join(cwd, 'taken')} is a file`);
  expect(bad[0]?.advice).toContain('--out');
});

test('an account that is refused is told once, hides nothing else, and shows no secret', async () => {
  const methods = ['getStateInstance', 'getSettings', 'getOutgoingStatuses'] as const;
  const sandbox = await openTestSandbox({
    faults: methods.map((method) => ({ name: 'unauthorized', method })),
  });
  const env = variablesOf(sandbox);
  const { bad, findings, stdout, stderr } = await examine({ cwd: await tempFolder(), env });
  expect(bad).toMatchObject([{ name: 'instance', state: 'problem' }]);
  expect(bad[0]?.message).toMatch(/401.*GREEN_API_TOKEN/);
  expect(findings.at(-1)).toMatchObject({ name: 'clock', state: 'ok' });
  const { apiTokenInstance, idInstance } = sandbox.credentials;
  expect(stdout + stderr).not.toContain(apiTokenInstance);
  expect(stdout + stderr).not.toContain(idInstance);
});

test('hosts that are not there, and one that takes connections and says nothing, are told by step', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const env = {
    GREEN_API_URL: 'http://127.0.0.1:9',
    GREEN_API_MEDIA_URL: `http://127.0.0.1:${address.port}`,
  };
  const { bad } = await examine({ cwd: await tempFolder(), env });
  silent.close();
  const of = (name: string) => bad.find((finding) => finding.name === name)?.message;
  expect(of('api-host')).toMatch(/127\.0\.0\.1:9 cannot be reached: TCP failed/);
  expect(of('media-host')).toMatch(/HTTP failed \(nothing came within 8 s\)/);
  // What is missing is told all the same.
  expect(of('account')).toMatch(/GREEN_API_ID_INSTANCE, GREEN_API_TOKEN are not set/);
});

test('variables that cannot be right are told all at once, without the token', async () => {
  const token = 'd75b3a66374942c5b3c019c698abc2067e151558acbd412345';
  const env = {
    GREEN_API_URL: `http://127.0.0.1:9/waInstance1101000001/getSettings/${token}`,
    GREEN_API_MEDIA_URL: 'media.green-api.com/',
    GREEN_API_ID_INSTANCE: 'abc',
    GREEN_API_TOKEN: `${token}!`,
    GREEN_API_INSTANCE: '1',
    STATUSCAST_FIT: 'wide',
    STATUSCAST_CONCURENCY: '2',
  };
  const { bad, stdout, stderr } = await examine({ cwd: await tempFolder(), env });
  const told = bad.map(({ message }) => message).join('\n');
  for (const name of Object.keys(env)) expect(told).toContain(name);
  expect(told).toContain('does not begin with https://');
  expect(stdout + stderr).not.toContain(token);
});

test('a state directory that cannot be written to is a problem', async (scope) => {
  const cwd = await tempFolder();
  await chmod(cwd, 0o755);
  await mkdir(path.join(cwd, 'state'), { mode: 0o555 });
  const args = [path.join(ROOT, 'dist/cli.js'), 'doctor', '--json', '--state', 'state'];
  // To root, every folder is writable.
  const isRoot = process.getuid?.() === 0;
  scope.skip(isRoot && process.platform !== 'linux', 'no setpriv here');
  const other = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
  const { finished } = isRoot
    ? start('setpriv', [...other, process.execPath, ...args], { cwd, env: { HOME: '/tmp' } })
    : start(process.execPath, args, { cwd });
  const { code, stdout } = await finished;
  expect(code).toBe(1);
  const states = parseLines(stdout).filter(({ name }) => name === 'state');
  expect(states).toMatchObject([{ state: 'problem' }]);
  expect(JSON.stringify(states)).toContain('cannot be written to (no permission)');
});
