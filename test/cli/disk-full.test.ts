import path from 'node:path';
import { expect, test } from 'vitest';
import { paintAlbum } from '../support/paint-album.js';
import { resultsOf, ROOT, runCli, start, summaryOf } from '../support/run-cli.js';
import { openTestSandbox, variablesOf } from '../support/state.js';

const FILES = 16;
const SEND = ['send', 'album', '--json'];
/** In blocks of 512 or 1024 bytes: more than the ledger begins with, less than the run writes. */
const LARGEST_FILE_BLOCKS = 660;

test('a disk that is full in the middle of a run ends it; the next one sends the rest, once', async (scope) => {
  scope.skip(process.platform === 'win32', 'no limit can be set on files here');
  const cwd = await paintAlbum(FILES);
  const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
  const env = {
    ...variablesOf(sandbox),
    STATUSCAST_MAX_IN_FLIGHT: '4',
    STATUSCAST_JOURNAL_WAIT_MS: '3000',
    STATUSCAST_SEND_TIMEOUT_MS: '2000',
  };
  // Files cannot grow beyond a size; without a listener, the signal that says so would end the run.
  const listen = `data:text/javascript,process.on('SIGXFSZ',()=>{})`;
  const node = ['--import', listen, path.join(ROOT, 'dist/cli.js'), ...SEND];
  const script = `ulimit -f ${LARGEST_FILE_BLOCKS} && exec "$0" "$@"`;
  const full = await start('sh', ['-c', script, process.execPath, ...node], { cwd, env }).finished;
  expect(full.code).toBe(1);
  const { stopped, counts } = summaryOf(full.stdout);
  expect(stopped).toMatchObject({ code: 'ledger-unusable' });
  expect(stopped?.message).toMatch(/ledger\.db: .*look at its disk|the disk is full/);
  expect(counts.sent).toBeGreaterThan(0);
  expect(counts.failed).toBeGreaterThan(0);
  expect(sandbox.statuses().length).toBeLessThan(FILES);
  expect(counts.sent + counts.uncertain).toBe(sandbox.statuses().length);

  const again = await runCli(SEND, { cwd, env });
  expect(again.code).toBe(0);
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(posted).toHaveLength(FILES);
  expect(new Set(posted).size).toBe(FILES);
  const outcomes = new Set(resultsOf(again.stdout).map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['sent', 'skipped']));
});
