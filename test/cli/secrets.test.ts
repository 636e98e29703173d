import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';
import type { Fault } from '../../src/sandbox/sandbox.js';

const TOKEN = 'c0ffee5ecret7oken0f7he7es70nly';

const FAULTS: readonly Fault[] = [
  ...(['uploadFile', 'sendMediaStatus', 'getStateInstance'] as const).flatMap((method) =>
    (
      ['reset', 'answer-lost', 'bad-gateway', 'unauthorized', 'forbidden', 'quota', 'html'] as const
    ).map((name) => ({ name, method, times: Infinity })),
  ),
  { name: 'download-link', method: 'uploadFile', times: Infinity },
  { name: 'code-in-200', method: 'sendMediaStatus', times: Infinity },
];

test('the word of the token is nowhere: not in any output, event, file or database', async () => {
  await Promise.all(
    [null, ...FAULTS].map(async (fault) => {
      const { cwd } = await makeAlbum(['grey.png', 'refused/truncated.jpg']);
      const sandbox = await openTestSandbox({
        apiTokenInstance: TOKEN,
        ...(fault === null ? {} : { faults: [fault] }),
      });
      const env = {
        ...variablesOf(sandbox),
        ...{ STATUSCAST_RETRIES: '0', STATUSCAST_JOURNAL_WAIT_MS: '0', NODE_DEBUG: '' },
      };
      const { stdout, stderr, code } = await runCli(['send', 'album', '--json'], { cwd, env });
      const label = `${fault?.name} on ${fault?.method}`;
      expect(code, label).not.toBe(2);
      expect(stdout + stderr, label).not.toContain(TOKEN);
      const names = await readdir(cwd, { recursive: true, withFileTypes: true });
      for (const entry of names.filter((one) => one.isFile())) {
        const bytes = await readFile(path.join(entry.parentPath, entry.name));
        expect(bytes.includes(TOKEN), `${label}: ${entry.name}`).toBe(false);
      }
    }),
  );
});

test('a token that is no token is refused without being shown', async () => {
  const { cwd } = await makeAlbum(['grey.png']);
  const sandbox = await openTestSandbox();
  const env = { ...variablesOf(sandbox), GREEN_API_TOKEN: 'with/slash-5ecret' };
  const { code, stderr, stdout } = await runCli(['send', 'album'], { cwd, env });
  expect(code).toBe(2);
  expect(stderr).toContain('GREEN_API_TOKEN');
  expect(stdout + stderr).not.toContain('5ecret');
});
