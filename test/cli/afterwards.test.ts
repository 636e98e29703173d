import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { SandboxOptions } from '../../src/sandbox/sandbox.js';
import { parseLines, resultsOf, ROOT, runCli, start } from '../support/run-cli.js';
import { openServer, replyWith } from '../support/scripted-server.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';

const FILES = ['grey.png', 'landscape.jpg'];

const statusSchema = z.strictObject({
  type: z.literal('status'),
  input: z.string(),
  kind: z.enum(['image', 'audio', 'video']),
  state: z.enum(['normalized', 'uploaded', 'sending', 'sent', 'uncertain', 'failed', 'undone']),
  idMessage: z.string().nullable(),
  caption: z.string().nullable(),
  participants: z.array(z.string()).nullable(),
  run: z.number().nullable(),
  changedAt: z.iso.datetime(),
  confirmation: z
    .strictObject({
      status: z.string(),
      delivered: z.number(),
      read: z.number(),
      at: z.iso.datetime(),
    })
    .nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

const statusesOf = (stdout: string) => parseLines(stdout).map((line) => statusSchema.parse(line));

/** Posts the files to a sandbox; `call` runs a further command about them. */
async function postAlbum(
  options: SandboxOptions = {},
  more: NodeJS.ProcessEnv = {},
  files: readonly string[] = FILES,
) {
  const { cwd, album } = await makeAlbum(files);
  const sandbox = await openTestSandbox({ sendDelayMs: 20, limitRates: false, ...options });
  const env = {
    ...variablesOf(sandbox),
    STATUSCAST_SENDS_PER_SECOND: '0',
    STATUSCAST_JOURNAL_WAIT_MS: '300',
    STATUSCAST_SEND_TIMEOUT_MS: '500',
    ...more,
  };
  const call = (...args: readonly string[]) => runCli([...args, '--json'], { cwd, env });
  const sent = await call('send', 'album');
  return { cwd, album, sandbox, env, call, sent };
}

test('history lists what was posted, for people and for programs', async () => {
  const { cwd, env, call, sandbox } = await postAlbum({}, { STATUSCAST_CAPTION: 'hello' });
  const listed = statusesOf((await call('history')).stdout);
  const ids = sandbox.statuses().map(({ idMessage }) => idMessage);
  expect(listed.map(({ idMessage }) => idMessage)).toEqual(ids);
  expect(listed[0]).toMatchObject({ input: 'album/grey.png', state: 'sent', caption: 'hello' });
  const named = await call('history', 'landscape.jpg');
  expect(statusesOf(named.stdout).map(({ input }) => input)).toEqual(['album/landscape.jpg']);
  const pasted = await call('history', './album/../album/landscape.jpg');
  expect(pasted.stdout).toBe(named.stdout);
  const people = await runCli(['history'], { cwd, env });
  expect(people.code).toBe(0);
  expect(people.stdout).toMatch(/sent +image +3EB0\w+ +album\/grey\.png\n/);
});

test('history where nothing was posted says so, and makes no state directory', async () => {
  const { cwd } = await makeAlbum(FILES);
  const { code, stderr } = await runCli(['history'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/there is none; name the state directory/);
  await expect(readFile(path.join(cwd, '.statuscast/ledger.db'))).rejects.toThrow('ENOENT');
});

test('history reads where nothing can be written', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can act as another user');
  const { cwd } = await postAlbum();
  const state = path.join(cwd, '.statuscast');
  const before = await readdir(state);
  for (const folder of [cwd, state]) await chmod(folder, 0o555);
  for (const file of before) await chmod(path.join(state, file), 0o444);
  const other = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
  const call = [process.execPath, path.join(ROOT, 'dist/cli.js'), 'history', '--json'];
  const env = { HOME: '/tmp' };
  const { code, stdout, stderr } = await start('setpriv', [...other, ...call], { cwd, env })
    .finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(statusesOf(stdout)).toHaveLength(FILES.length);
  expect(await readdir(state)).toEqual(before);
});

test('confirm says what the journal and the statistic say, and history keeps it', async () => {
  const { call } = await postAlbum();
  const confirmed = await call('confirm');
  expect(confirmed.code).toBe(0);
  const statuses = statusesOf(confirmed.stdout);
  expect(statuses).toHaveLength(FILES.length);
  for (const { confirmation } of statuses)
    expect(confirmation?.status).toMatch(/sent|delivered|read/);
  const listed = statusesOf((await call('history')).stdout);
  expect(listed.every(({ confirmation }) => confirmation !== null)).toBe(true);
});

test('confirm tells a status that does not appear in time, with exit code 1', async () => {
  const { call } = await postAlbum(
    { sendDelayMs: 600_000 },
    { STATUSCAST_CONFIRM_WAIT_MS: '0', STATUSCAST_GAP: '0' },
  );
  const { code, stdout } = await call('confirm');
  expect(code).toBe(1);
  expect(statusesOf(stdout).map(({ confirmation }) => confirmation?.status ?? 'none')).toEqual([
    ...['none', 'none'],
  ]);
});

test('confirm tells of the others where GREEN-API refuses to tell of one', async (scope) => {
  const { sandbox, cwd, env } = await postAlbum({ sendDelayMs: 0 });
  const { credentials } = sandbox;
  let isFirst = true;
  const server = await openServer(scope, (request, response) => {
    if (request.method === 'getStatusStatistic' && isFirst) {
      isFirst = false;
      replyWith(response, { message: 'Validation failed' }, 400);
      return;
    }
    const pass = async () => {
      const answer = await fetch(`${credentials.apiUrl}${request.url}`);
      replyWith(response, await answer.json(), answer.status);
    };
    void pass();
  });
  const asked = { cwd, env: { ...env, GREEN_API_URL: server.url } };
  const { code, stdout } = await runCli(['confirm', '--json', '--retries', '1'], asked);
  expect(code).toBe(1);
  const [refused, told] = statusesOf(stdout);
  expect(refused).toMatchObject({ confirmation: null, error: { code: 'api-refused' } });
  expect(told).toMatchObject({ confirmation: { read: 0 }, error: null });
});

test('an answer that makes no sense, or refuses the call, ends with 1 and is cleaned', async (scope) => {
  const { cwd, env } = await postAlbum();
  const answers = [
    [200, '<h1>\u001b[31mWelcome</h1>'],
    [400, JSON.stringify({ message: '\u001b[31mnot like this' })],
  ] as const;
  for (const [status, text] of answers) {
    const server = await openServer(scope, (_, response) => {
      response.writeHead(status).end(text);
    });
    const asked = { cwd, env: { ...env, GREEN_API_URL: server.url } };
    const { code, stdout } = await runCli(['confirm', '--retries', '0'], asked);
    expect(code).toBe(1);
    expect(stdout).toContain('getSettings');
    expect(stdout).not.toContain('\u001b');
  }
});

test('confirm says plainly that nothing can be confirmed without a journal', async () => {
  const { call } = await postAlbum({ outgoingWebhook: 'no' });
  const { code, stdout, stderr } = await call('confirm');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/Nothing can be confirmed.*outgoingWebhook to yes/);
});

test('send --confirm tells it after the results', async () => {
  const { sent } = await postAlbum({}, { STATUSCAST_CONFIRM: 'true' });
  expect(sent.code).toBe(0);
  const types = parseLines(sent.stdout).map(({ type }) => type);
  // One of the two may show later than the other.
  expect(types.filter((type) => type !== 'waiting').slice(-4)).toEqual([
    'confirmation',
    'confirmation',
    'report',
    'summary',
  ]);
  const told = parseLines(sent.stdout).filter(({ type }) => type === 'confirmation');
  for (const event of told) {
    expect(event).toMatchObject({ idMessage: expect.stringMatching(/^3EB0/), delivered: 0 });
  }
});

test('send --confirm does so too where the instance does not tell its settings', async () => {
  const faults = [{ name: 'forbidden', method: 'getSettings', times: Infinity }] as const;
  const { sent } = await postAlbum({ faults }, { STATUSCAST_CONFIRM: 'true' });
  const types = parseLines(sent.stdout).map(({ type }) => type);
  expect(types.filter((type) => type === 'confirmation')).toHaveLength(2);
});

test('undo deletes what the last run sent and nothing else, and it is not sent again', async () => {
  const { album, sandbox, call } = await postAlbum();
  await writeFile(
    path.join(album, 'third.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="16"/>',
  );
  await call('send', 'album');
  const undone = await call('undo', '--yes');
  expect(undone.code).toBe(0);
  expect(statusesOf(undone.stdout)).toMatchObject([{ input: 'album/third.svg', state: 'undone' }]);
  expect(sandbox.statuses().map(({ state }) => state === 'deleted')).toEqual([false, false, true]);
  const again = await call('send', 'album');
  expect(again.code).toBe(0);
  expect(resultsOf(again.stdout).map(({ outcome }) => outcome)).toEqual([
    'skipped',
    'skipped',
    'skipped',
  ]);
  expect(sandbox.statuses()).toHaveLength(3);
});

test('what was undone before is forgotten later, and a name that nothing is known of is told', async () => {
  const { sandbox, call } = await postAlbum();
  await call('undo', 'grey.png', '--yes');
  const unknown = await call('undo', 'landscape.jpg', 'nonesuch.jpg', '--yes', '--forget');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('nothing is known here of "nonesuch.jpg"');
  expect((await call('history', 'nonesuch.jpg')).code).toBe(2);
  expect(sandbox.statuses().filter(({ state }) => state === 'deleted')).toHaveLength(1);
  const forgotten = await call('undo', 'grey.png', '--yes', '--forget');
  expect(statusesOf(forgotten.stdout)).toMatchObject([{ input: 'album/grey.png' }]);
  await call('send', 'album');
  expect(sandbox.statuses()).toHaveLength(3);
});

test('undo of those that are named, forgotten as well, lets them be sent again', async () => {
  const { sandbox, call } = await postAlbum();
  const undone = await call('undo', 'grey.png', '--yes', '--forget');
  expect(statusesOf(undone.stdout)).toMatchObject([{ input: 'album/grey.png', state: 'undone' }]);
  const again = await call('send', 'album');
  expect(
    resultsOf(again.stdout)
      .map(({ outcome }) => outcome)
      .sort(),
  ).toEqual(['sent', 'skipped']);
  expect(sandbox.statuses()).toHaveLength(3);
});

test('undo asks; without a terminal it wants to be told', async () => {
  const { sandbox, call } = await postAlbum();
  const { code, stderr } = await call('undo');
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
  expect(sandbox.requests().some(({ method }) => method === 'deleteStatus')).toBe(false);
});

test('what cannot be deleted is told and stays as it is; the others go on', async () => {
  const { sandbox, call } = await postAlbum();
  sandbox.addFault({ name: 'server-error', method: 'deleteStatus', times: Infinity });
  const { code, stdout } = await call('undo', '--yes', '--retries', '0');
  expect(code).toBe(1);
  expect(statusesOf(stdout)).toMatchObject(
    FILES.map(() => ({ state: 'sent', error: { code: 'api-no-answer' } })),
  );
  expect(statusesOf((await call('history')).stdout).every(({ state }) => state === 'sent')).toBe(
    true,
  );
});

/** The answer to each send is lost, and the journal is off: nobody can tell. */
const UNCERTAIN = {
  outgoingWebhook: 'no',
  faults: [{ name: 'reset', method: 'sendMediaStatus', times: 2 }],
} as const;

test('what nobody can tell stays uncertain, also for the next run, unless it is told to resend', async () => {
  const { sandbox, call, sent } = await postAlbum(UNCERTAIN);
  expect(sent.code).toBe(1);
  expect(resultsOf(sent.stdout).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain']);
  const again = await call('send', 'album');
  expect(resultsOf(again.stdout).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain']);
  expect(sandbox.statuses()).toHaveLength(0);
  const resent = await call('send', 'album', '--on-uncertain', 'resend');
  expect(resent.code).toBe(0);
  expect(sandbox.statuses()).toHaveLength(2);
});

test('reconcile tells what is still uncertain with exit code 1', async () => {
  const { call } = await postAlbum(UNCERTAIN);
  const { code, stdout } = await call('reconcile');
  expect(code).toBe(1);
  expect(statusesOf(stdout).map(({ state }) => state)).toEqual(['uncertain', 'uncertain']);
});

test('reconcile finds what was sent, and what was not: the next run sends that', async () => {
  // Both answers are lost, and so are the first looks at the queue; one of the two was carried out.
  const { cwd, sandbox, call, sent } = await postAlbum(
    {
      faults: [
        { name: 'answer-lost', method: 'sendMediaStatus' },
        { name: 'reset', method: 'sendMediaStatus', from: 2 },
        { name: 'hang', method: 'showMessagesQueue', times: 2 },
      ],
    },
    { STATUSCAST_API_TIMEOUT_MS: '2000', STATUSCAST_RETRIES: '0' },
    // Of two that look the same it could not be told which was carried out.
    ['conforming.mp3', 'grey.png'],
  );
  expect(sent.code).toBe(1);
  expect(resultsOf(sent.stdout).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain']);
  const outputs = () => readdir(path.join(cwd, '.statuscast/outputs'));
  expect(await outputs()).toHaveLength(2);
  const { code, stdout, stderr } = await call('reconcile');
  expect(code, stdout + stderr).toBe(0);
  expect(await outputs()).toHaveLength(1);
  expect(
    statusesOf(stdout)
      .map(({ state }) => state)
      .sort(),
  ).toEqual(['sent', 'uploaded']);
  const again = await call('send', 'album');
  expect(again.code).toBe(0);
  expect(new Set(sandbox.statuses().map(({ file }) => file?.sha256)).size).toBe(2);
  expect(sandbox.statuses()).toHaveLength(2);
});
