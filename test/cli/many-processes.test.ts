import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { paintAlbum } from '../support/paint-album.js';
import {
  killGroup,
  parseLines,
  resultsOf,
  runCli,
  startCli,
  summaryOf,
} from '../support/run-cli.js';
import { openTestSandbox, variablesOf } from '../support/state.js';

const FILES = 24;
const SEND = ['send', 'album', '--json'];

function environment(sandbox: Sandbox): NodeJS.ProcessEnv {
  return {
    ...variablesOf(sandbox),
    STATUSCAST_SENDS_PER_SECOND: '0',
    STATUSCAST_JOURNAL_WAIT_MS: '3000',
    STATUSCAST_SEND_TIMEOUT_MS: '2000',
  };
}

function expectEachOnce(sandbox: Sandbox): void {
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(posted).toHaveLength(FILES);
  expect(new Set(posted).size).toBe(FILES);
}

test.each([2, 4])(
  '%i processes at once on one folder make and post each file once, between them',
  async (processes) => {
    const cwd = await paintAlbum(FILES);
    const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
    const env = environment(sandbox);
    const runs = await Promise.all(
      Array.from({ length: processes }, () => runCli(SEND, { cwd, env })),
    );
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
    expectEachOnce(sandbox);

    const results = runs.flatMap(({ stdout }) => resultsOf(stdout));
    expect(results).toHaveLength(processes * FILES);
    const sent = results.filter(({ outcome }) => outcome === 'sent').map(({ input }) => input);
    expect(sent).toHaveLength(FILES);
    expect(new Set(sent).size).toBe(FILES);
    const others = results.filter(({ outcome }) => outcome !== 'sent');
    expect(new Set(others.map(({ reason }) => reason))).toEqual(new Set(['already-sent']));

    const made = runs
      .flatMap(({ stdout }) => parseLines(stdout))
      .filter(({ type, stage }) => type === 'stage' && stage === 'normalize')
      .map(({ input }) => input);
    expect(made).toHaveLength(FILES);
    expect(new Set(made).size).toBe(FILES);
  },
);

test('what a process leaves that is killed with -9, the other one finishes', async () => {
  const cwd = await paintAlbum(FILES);
  const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
  // Slow enough for both to be in the middle of it.
  const env = { ...environment(sandbox), STATUSCAST_SENDS_PER_SECOND: '4' };
  const [killed, other] = [startCli(SEND, { cwd, env }), startCli(SEND, { cwd, env })];
  while (killed.stdout().split('"type":"result"').length <= 3) await sleep(2);
  killGroup(killed, 'SIGKILL');
  expect((await killed.finished).signal).toBe('SIGKILL');
  const { code, stdout } = await other.finished;
  expect(code).toBe(0);
  expectEachOnce(sandbox);
  const { counts } = summaryOf(stdout);
  expect(counts).toMatchObject({ failed: 0, uncertain: 0 });
  expect(counts.sent + counts.skipped).toBe(FILES);
});
