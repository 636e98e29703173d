import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createNumbers } from '../../src/sandbox/fault-book.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { killGroup, runCli, startCli, summaryOf, type CliOptions } from '../support/run-cli.js';
import { makeAlbum, openTestSandbox, variablesOf } from '../support/state.js';

const ALBUM = ['grey.png', 'landscape.jpg', 'still.gif'];
const SEND = ['send', 'album', '--json'];
const HOOK = new URL('../support/kill-at-write.js', import.meta.url);

async function openRun() {
  const { cwd } = await makeAlbum(ALBUM);
  const sandbox = await openTestSandbox({ sendDelayMs: 50, limitRates: false });
  const env = {
    ...variablesOf(sandbox),
    STATUSCAST_SENDS_PER_SECOND: '0',
    STATUSCAST_JOURNAL_WAIT_MS: '700',
    STATUSCAST_SEND_TIMEOUT_MS: '300',
  };
  return { sandbox, options: { cwd, env } };
}

/** A hundred runs, on a machine that may be busy. */
const TIMEOUT_MS = 900_000;

/** Runs it again, as a user would, and looks at what the server got. */
async function expectOnceAfter(sandbox: Sandbox, options: CliOptions): Promise<void> {
  const again = await runCli(SEND, options);
  expect(summaryOf(again.stdout).counts).toMatchObject({ failed: 0, uncertain: 0 });
  expect(again.code).toBe(0);
  const posted = sandbox.statuses().map(({ file }) => file?.sha256);
  expect(posted).toHaveLength(ALBUM.length);
  expect(new Set(posted).size).toBe(ALBUM.length);
}

function withHook(at: number, when: string, { cwd, env }: CliOptions): CliOptions {
  const hook = { NODE_OPTIONS: `--import=${HOOK.href}`, KILL_AT: String(at), KILL_WHEN: when };
  return { cwd, env: { ...env, ...hook } };
}

test(
  'killed with -9 before and after each write of the ledger, each file is posted once',
  { timeout: TIMEOUT_MS },
  async () => {
    const counted = await openRun();
    const { stderr, code } = await runCli(SEND, withHook(0, 'never', counted.options));
    expect(code).toBe(0);
    const writes = Number(/writes: (\d+)/.exec(stderr)?.[1]);
    // Normalized, uploaded, sending, sent.
    expect(writes).toBeGreaterThanOrEqual(4 * ALBUM.length);

    for (let at = 1; at <= writes; at++) {
      await Promise.all(
        ['before', 'after'].map(async (when) => {
          const { sandbox, options } = await openRun();
          const killed = await runCli(SEND, withHook(at, when, options));
          expect(killed.signal, `${when} write ${at}`).toBe('SIGKILL');
          await expectOnceAfter(sandbox, options);
        }),
      );
    }
  },
);

const MOMENTS = 50;
const SEED = 4;

test(
  `killed with -9 at ${MOMENTS} moments, each file is posted once`,
  { timeout: TIMEOUT_MS },
  async () => {
    const whole = await openRun();
    const begunMs = performance.now();
    await runCli(SEND, whole.options);
    const wholeMs = performance.now() - begunMs;

    const next = createNumbers(SEED);
    let killed = 0;
    for (let moment = 0; moment < MOMENTS; moment += 2) {
      await Promise.all(
        [next(), next()].map(async (share) => {
          const { sandbox, options } = await openRun();
          const running = startCli(SEND, options);
          await Promise.race([sleep(share * wholeMs), running.finished]);
          try {
            killGroup(running, 'SIGKILL');
          } catch {
            // It had ended before.
          }
          if ((await running.finished).signal === 'SIGKILL') killed++;
          await expectOnceAfter(sandbox, options);
        }),
      );
    }
    expect(killed).toBeGreaterThan(MOMENTS / 2);
  },
);
