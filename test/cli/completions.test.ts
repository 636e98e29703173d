import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { tempFolder } from '../support/temp-folder.js';

const run = promisify(execFile);

/** Asks the shell itself what it would offer behind these words; the last is what is typed so far. */
const ASK = {
  bash: (script: string, words: readonly string[]) => [
    ...['--norc', '-c'],
    `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _statuscast; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ...['bash', ...words],
  ],
  // Completion runs in an interactive zsh alone: one is typed into, and says what it would insert.
  zsh: (script: string, words: readonly string[]) => [
    ...['-f', '-c'],
    `zmodload zsh/zpty; zpty shell zsh -f -i
     zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source ${script}; stty rows 200 columns 100; LISTMAX=999; list() { zle list-choices; zle -R; print DO""NE }; zle -N list; bindkey "^I" list; zstyle ":completion:*" format ""; print REA""DY'
     zpty -r shell line '*READY*'
     zpty -n -w shell "$*"$'\\t'
     zpty -r shell line '*DONE*'; print -rn -- $line; zpty -d shell`,
    ...['zsh', ...words],
  ],
  fish: (script: string, words: readonly string[]) => [
    ...['--no-config', '-c'],
    `source ${script}; complete -C "${words.join(' ')}"`,
  ],
} as const;

describe.each(['bash', 'zsh', 'fish'] as const)('in %s', async (shell) => {
  const isHere = await run(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  );
  if (!isHere) console.log(`skipped: there is no ${shell} to complete words in`);

  /** What is offered behind `statuscast` and these words. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const cwd = await tempFolder();
    const { stdout: script, code } = await runCli(['completions', shell], { cwd });
    expect(code).toBe(0);
    await writeFile(path.join(cwd, 'script'), script);
    await writeFile(path.join(cwd, 'holiday.jpg'), '');
    const asked = ASK[shell](path.join(cwd, 'script'), ['statuscast', ...words]);
    const env = { ...process.env, TERM: 'dumb', HOME: cwd };
    const { stdout } = await run(shell, asked, { cwd, env });
    return stdout.split(/\s+/);
  }

  test.runIf(isHere)('commands', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['send', 'prepare', 'config']));
    expect(await offered('un')).toContain('undo');
  });

  test.runIf(isHere)('the options of a command, and of no other', async () => {
    const words = await offered('prepare', '--');
    expect(words).toEqual(expect.arrayContaining(['--fit', '--no-silent-track', '--json']));
    expect(words).not.toContain('--gap');
  });

  test.runIf(isHere)('the values of an option', async () => {
    const words = await offered('send', 'other.jpg', '--fit', '');
    expect(words).toEqual(expect.arrayContaining(['crop', 'blur', 'pad', 'auto']));
    expect(words).not.toContain('holiday.jpg');
  });

  test.runIf(isHere)('the shells of completions', async () => {
    expect(await offered('completions', '')).toEqual(
      expect.arrayContaining(['bash', 'zsh', 'fish']),
    );
  });

  // Bash's files are offered by bash itself where the function finds nothing.
  test.runIf(isHere && shell !== 'bash')('files', async () => {
    expect(await offered('send', 'hol')).toContain('holiday.jpg');
  });
});

test('bash takes --flag=value apart, and leaves files to itself', async () => {
  const cwd = await tempFolder();
  const { stdout: script } = await runCli(['completions', 'bash'], { cwd });
  await writeFile(path.join(cwd, 'script'), script);
  const ask = async (...words: readonly string[]) =>
    (await run('bash', ASK.bash(path.join(cwd, 'script'), ['statuscast', ...words]))).stdout.trim();
  expect(await ask('send', '--fit', '=', 'b')).toBe('blur');
  expect(await ask('send', 'hol')).toBe('');
  expect(script).toContain('complete -o bashdefault -o default -F _statuscast statuscast');
});

test('another shell is refused by name', async () => {
  const { code, stderr } = await runCli(['completions', 'tcsh'], { cwd: await tempFolder() });
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish, not "tcsh"');
});

test('behind `--` and in `help` a command has all of its flags as well', async () => {
  const cwd = await tempFolder();
  const [whole, behind, plain, help] = await Promise.all(
    [
      ...[
        ['completions', 'bash'],
        ['--', 'completions', 'bash'],
      ],
      ...[
        ['send', '--help'],
        ['help', 'send'],
      ],
    ].map((words) => runCli(words, { cwd })),
  );
  expect(whole?.stdout).toContain('--concurrency');
  expect(behind?.stdout).toBe(whole?.stdout);
  expect(plain?.stdout).toContain('--concurrency');
  expect(help?.stdout).toBe(plain?.stdout);
});
