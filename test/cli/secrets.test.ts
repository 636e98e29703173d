import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { expect, test } from 'vitest';
import { faultsOn, type Fault, type FaultName } from '../../src/sandbox/faults.js';
import { runCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';

const TOKEN = 'c0ffee5ecret7oken0f7he7es70nly';
const ID_INSTANCE = '7105887766';
/** Those that the quota's error names. */
const PHONES = ['12345678901', '12345678910', '12345678911'];
const SECRETS = [TOKEN, ID_INSTANCE, ...PHONES];

/** They wait for minutes, and say nothing that the others do not say. */
const LONG: readonly FaultName[] = ['hang', 'slow', 'starting', 'creating'];

const METHODS = [
  'uploadFile',
  'sendMediaStatus',
  'getStateInstance',
  'getOutgoingStatuses',
] as const;

const FAULTS: readonly Fault[] = METHODS.flatMap((method) =>
  faultsOn(method)
    .filter((name) => !LONG.includes(name))
    .map((name) => ({ name, method, times: Infinity })),
);

test(
  'token, idInstance and phone numbers are nowhere: not in any output, event, file or database',
  { timeout: 900_000 },
  async () => {
    const running = new PQueue({ concurrency: 4 });
    await running.addAll(
      [null, ...FAULTS].map((fault) => async () => {
        const { cwd } = await makeAlbum(['grey.png', 'refused/truncated.jpg']);
        const sandbox = await openTestSandbox({
          ...{ apiTokenInstance: TOKEN, idInstance: ID_INSTANCE, limitRates: false },
          ...(fault === null ? {} : { faults: [fault] }),
        });
        const env = {
          ...variablesOf(sandbox),
          ...{ STATUSCAST_SENDS_PER_SECOND: '0', STATUSCAST_RETRIES: '0', NODE_DEBUG: '' },
          ...{ STATUSCAST_JOURNAL_WAIT_MS: '0', STATUSCAST_SEND_TIMEOUT_MS: '2000' },
        };
        // A lane that is told that it is too fast would wait for a quarter of an hour.
        const signal = AbortSignal.timeout(10_000);
        const { stdout, stderr, code } = await runCli(['send', 'album', '--json'], {
          cwd,
          env,
          signal,
        });
        const after = await runCli(['history', '--json'], { cwd, env });
        const label = `${fault?.name} on ${fault?.method}`;
        expect(code, label).not.toBe(2);
        const names = await readdir(cwd, { recursive: true, withFileTypes: true });
        const files = await Promise.all(
          names
            .filter((one) => one.isFile())
            .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')),
        );
        const seen = [stdout, stderr, after.stdout, after.stderr, ...files].join('\n');
        for (const secret of SECRETS)
          expect(seen.includes(secret), `${label}: ${secret}`).toBe(false);
      }),
    );
  },
);

test('a token that is no token is refused without being shown', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const env = { ...variablesOf(sandbox), GREEN_API_TOKEN: 'with/slash-5ecret' };
  const { code, stderr, stdout } = await runCli(['send', 'album'], { cwd, env });
  expect(code).toBe(2);
  expect(stderr).toContain('GREEN_API_TOKEN');
  expect(stdout + stderr).not.toContain('5ecret');
});
