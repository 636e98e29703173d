#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Command, CommanderError, Option } from 'commander';
import { z } from 'zod';
import { EXIT } from './commands/exit-codes.js';
import { addSettings, readSettings } from './commands/flags.js';
import { messageOf, StatuscastError, toStatuscastError } from './errors.js';
import type { SettingName } from './settings.js';

const streams = { stdout: process.stdout, stderr: process.stderr };

/** A .env beside the call counts as environment; what is set outside wins. */
function readEnvironment(): NodeJS.ProcessEnv {
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env };
  } catch {
    return process.env;
  }
}

const env = readEnvironment();
const interruption = new AbortController();

function buildProgram(): Command {
  const program = new Command('statuscast')
    .description('Turns a folder of any media into WhatsApp statuses through GREEN-API.')
    .version(readVersion())
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nEvery option can be set in the environment as well, as STATUSCAST_ and its name: ' +
        'STATUSCAST_MAX_IN_FLIGHT.\nExit codes: 0 all done, 1 some inputs failed or are uncertain, ' +
        '2 usage, 3 the instance cannot send, 130 interrupted.',
    );
  addRun(program, 'send', 'Normalize files and folders, upload them and post them as statuses.')
    .addHelpText(
      'after',
      '\nThe account comes from GREEN_API_URL, GREEN_API_MEDIA_URL, GREEN_API_ID_INSTANCE and ' +
        'GREEN_API_TOKEN,\nfrom the environment or a .env file here.\n\nExamples:\n' +
        '  statuscast send ./holiday --caption "Greetings"\n' +
        '  statuscast send ./holiday --sandbox',
    )
    .addOption(new Option('--sandbox', 'Post to a GREEN-API of our own here; needs no account'))
    .option('--yes', 'Go on without asking; off a terminal nothing is asked')
    .action((_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { send } = await import('./commands/send.js');
        const choices = { yes: isOn(command, 'yes'), plain: isOn(command, 'plain') };
        return send({ ...readCall(command), ...choices, paths: command.args }, streams);
      }),
    );
  addRun(program, 'prepare', 'Make the outputs only: no network, nothing is sent.')
    .addHelpText('after', '\nExample:\n  statuscast prepare ./holiday --out ./out')
    .action((_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { prepare } = await import('./commands/prepare.js');
        const plain = isOn(command, 'plain');
        return prepare({ ...readCall(command), plain, paths: command.args }, streams);
      }),
    );
  addAfter(program, 'history', 'List what was posted from here, and what became of it.')
    .argument('[names...]', 'files or message ids; all where none is named')
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { history } = await import('./commands/history.js');
        return history({ ...readCall(command), names: command.args }, streams);
      }),
    );
  const asking = ['retries', 'apiTimeoutMs'] as const;
  const about = 'Find out what became of sends whose answer was lost.';
  addAfter(program, 'reconcile', about, ...asking, 'sendTimeoutMs', 'journalWaitMs')
    .addOption(ofSandbox())
    .action((_options: unknown, command: Command) =>
      conclude(async () => {
        const { reconcileOpen } = await import('./commands/reconcile.js');
        return reconcileOpen(readCall(command), streams);
      }),
    );
  addAfter(program, 'confirm', SEEN, ...asking, 'confirmWaitMs')
    .argument('[names...]', 'files or message ids; what the last run sent where none is named')
    .addOption(ofSandbox())
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { confirm } = await import('./commands/confirm.js');
        return confirm({ ...readCall(command), names: command.args }, streams);
      }),
    );
  addAfter(program, 'undo', 'Delete statuses that were posted, after showing them.', ...asking)
    .argument('[names...]', 'files or message ids; what the last run sent where none is named')
    .option('--yes', 'Go on without asking')
    .option('--forget', 'Let a later run send the same files again')
    .addOption(ofSandbox())
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { undoSent } = await import('./commands/undo.js');
        const choices = { yes: isOn(command, 'yes'), forget: isOn(command, 'forget') };
        return undoSent({ ...readCall(command), ...choices, names: command.args }, streams);
      }),
    );
  program
    .command('sandbox')
    .description('Run a GREEN-API of our own on this machine, to try things on.')
    .option('--port <PORT>', 'Port on 127.0.0.1; 0 for any that is free', '0')
    .option('--directory <DIR>', 'Keep what it gets here across restarts')
    .option('--fault <FAULT...>', 'Go wrong on purpose: NAME[:METHOD][@FROM][xTIMES]')
    .option('--json', 'Print the variables as one JSON object')
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => conclude(() => startSandbox(command)));
  return program;
}

const SEEN = 'Say whether what was posted has appeared, and how many have seen it.';

function ofSandbox(): Option {
  return new Option('--sandbox', 'Of what `send --sandbox` posted');
}

/** A call of any command, with what its flags and variables say. */
function readCall(command: Command) {
  return {
    settings: readSettings(command, env),
    json: isOn(command, 'json'),
    sandbox: isOn(command, 'sandbox'),
    env,
    signal: interruption.signal,
  };
}

/** A command that runs files: every setting that it has a use for. */
function addRun(program: Command, name: 'send' | 'prepare', description: string): Command {
  const command = program
    .command(name)
    .argument('<paths...>', 'files and folders; a folder is walked with its sub-folders')
    .description(description)
    .option('--plain', 'Print a line for each file, also on a terminal');
  return addSettings(command, ({ scope }) => name === 'send' || scope === 'prepare');
}

/** A command about what was posted before. */
function addAfter(
  program: Command,
  name: string,
  description: string,
  ...settings: readonly SettingName[]
): Command {
  const command = program.command(name).description(description);
  const names = new Set<SettingName>(['state', ...settings]);
  return addSettings(command, (setting) => names.has(setting.name));
}

async function startSandbox(command: Command): Promise<number> {
  const [{ runSandbox }, { parseFault }] = await Promise.all([
    import('./commands/sandbox.js'),
    import('./sandbox/sandbox.js'),
  ]);
  const { port, directory, fault, json } = z
    .object({
      port: z.string(),
      directory: z.string().nullable().default(null),
      fault: z.array(z.string()).default([]),
      json: z.boolean().default(false),
    })
    .parse(command.opts());
  const faults: string[] = command.args.map((word) => `${word} is not expected here`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    faults.push(`--port must be a whole number from 0 to 65535, not "${port}"`);
  }
  const parsed = fault.flatMap((text) => {
    try {
      return [parseFault(text)];
    } catch (thrown) {
      faults.push(messageOf(thrown));
      return [];
    }
  });
  if (faults.length > 0) throw new StatuscastError({ code: 'bad-settings', faults });
  const { signal } = interruption;
  return runSandbox({ port: Number(port), directory, faults: parsed, json, signal }, streams);
}

function isOn(command: Command, name: string): boolean {
  return command.opts()[name] === true;
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function conclude(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (thrown) {
    const isSystem = thrown instanceof Error && 'syscall' in thrown;
    const error = isSystem
      ? new StatuscastError({ code: 'bad-settings', faults: [thrown.message] }, { cause: thrown })
      : toStatuscastError(thrown);
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.code === 'internal' ? EXIT.someFailed : EXIT.usage;
  }
}

// The first signal ends the run in order, a second one at once: the ledger is safe either way.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  });
}

// Whoever read our output has gone: there is nobody left to tell.
process.stdout.on('error', () => interruption.abort());

try {
  await buildProgram().parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  process.exitCode = thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
}
