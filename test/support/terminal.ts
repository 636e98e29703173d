import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { ROOT } from './run-cli.js';

/** Why no test can have a terminal; null where it can. */
export const whyNoTerminal = ((): string | null => {
  try {
    execFileSync('tmux', ['-V']);
    return null;
  } catch {
    return 'tmux is not here: apt-get install tmux';
  }
})();

export interface Terminal {
  readonly type: (...keys: readonly string[]) => Promise<void>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** What it shows, a line each, without colours. */
  readonly screen: () => Promise<readonly string[]>;
  /** The same with what the shell has scrolled away, and all of it with its colours. */
  readonly everything: () => Promise<string>;
  /** Whether the cursor is to be seen, and whether the other screen is on. */
  readonly flags: () => Promise<{ readonly hasCursor: boolean; readonly isOther: boolean }>;
  /** Waits until it shows this, and gives the screen then. */
  readonly until: (pattern: RegExp, timeoutMs?: number) => Promise<readonly string[]>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
}

let opened = 0;

/** The command in a real terminal, which ends with the test; `rc=…` is shown once it has ended. */
export async function openTerminal(
  args: string,
  { cwd, columns = 80, rows = 24, env = {} }: TerminalOptions,
): Promise<Terminal> {
  const name = `statuscast-test-${process.pid}-${++opened}`;
  const tmux = async (...words: readonly string[]) => {
    const own = { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' };
    const { stdout } = await promisify(execFile)('tmux', ['-u', '-L', name, ...words], {
      env: own,
    });
    return stdout;
  };
  const unset = ['CI', 'NO_COLOR', 'FORCE_COLOR', 'LC_ALL', 'LC_CTYPE']
    .concat(Object.keys(process.env).filter((key) => /^(GREEN_API|STATUSCAST)_/.test(key)))
    .flatMap((key) => ['-u', key]);
  const set = Object.entries({ LANG: 'C.UTF-8', ...env }).map(([key, value]) => `${key}=${value}`);
  const command = ['env', ...unset, ...set, process.execPath, path.join(ROOT, 'dist/cli.js')];
  const line = `${command.map((word) => `'${word}'`).join(' ')} ${args}`;
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => undefined);
  });
  const size = ['-x', String(columns), '-y', String(rows)];
  const script = `echo before; ${line}; echo rc=$?; exec sleep 600`;
  await tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, script);
  const screen = async () => (await tmux('capture-pane', '-p')).split('\n').slice(0, -1);
  return {
    screen,
    everything: () => tmux('capture-pane', '-p', '-e', '-S', '-'),
    type: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    resize: async (width, height) => {
      await tmux('resize-window', '-x', String(width), '-y', String(height));
    },
    flags: async () => {
      const said = await tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}');
      const [cursor, other] = said.trim().split(' ');
      return { hasCursor: cursor === '1', isOther: other === '1' };
    },
    until: async (pattern, timeoutMs = 60_000) => {
      const endMs = Date.now() + timeoutMs;
      for (;;) {
        const lines = await screen();
        if (pattern.test(lines.join('\n'))) return lines;
        if (Date.now() > endMs) throw new Error(`not ${pattern} but\n${lines.join('\n')}`);
        await sleep(50);
      }
    },
  };
}
