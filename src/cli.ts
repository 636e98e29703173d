#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Command, CommanderError, Option } from 'commander';
import { z } from 'zod';
import { EXIT } from './commands/exit-codes.js';
import { messageOf, StatuscastError, toStatuscastError } from './errors.js';
import {
  listSettings,
  resolveSettings,
  settingsFromVariables,
  type Setting,
} from './resolve-settings.js';
import type { Settings } from './settings.js';

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
    .option('--sandbox', 'Post to a GREEN-API of our own on this machine; needs no account')
    .action((_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { send } = await import('./commands/send.js');
        return send({ ...readRun(command), sandbox: isOn(command, 'sandbox') }, streams);
      }),
    );
  addRun(program, 'prepare', 'Make the outputs only: no network, nothing is sent.')
    .addHelpText('after', '\nExample:\n  statuscast prepare ./holiday --out ./out')
    .action((_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { prepare } = await import('./commands/prepare.js');
        return prepare(readRun(command), streams);
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

function addRun(program: Command, name: string, description: string): Command {
  const command = program
    .command(name)
    .argument('<paths...>', 'files and folders; a folder is walked with its sub-folders')
    .description(description)
    // Unknown flags are told of together with bad values.
    .allowUnknownOption()
    .option('--json', 'Print one JSON object a line on standard output and nothing else');
  for (const setting of listSettings()) {
    if (name === 'send' || setting.scope === 'prepare') command.addOption(optionOf(setting));
  }
  return command;
}

function optionOf(setting: Setting): Option {
  const flags = setting.type === 'boolean' ? setting.flag : `${setting.flag} <${setting.unit}>`;
  const shown = String(setting.default);
  const fallback = shown === '' || setting.type === 'boolean' ? '' : ` (default: ${shown})`;
  const about = setting.default === true ? `Turn off: ${setting.about}` : setting.about;
  return new Option(flags, `${about}${fallback}`);
}

function readRun(command: Command) {
  const flags: Record<string, unknown> = { ...command.opts() };
  const { json, sandbox: _sandbox, ...values } = flags;
  return {
    paths: command.args,
    settings: readSettings(command, values),
    json: json === true,
    env,
    signal: interruption.signal,
  };
}

/** Variables, then flags; every fault of both, and every unknown flag, at once. */
function readSettings(command: Command, values: Readonly<Record<string, unknown>>): Settings {
  const faults = unknownFlags(command).map((flag) => `there is no option ${flag}`);
  try {
    // A switch that is on by default is `true` in the options unless it is turned off.
    const given = Object.fromEntries(
      Object.entries(values).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
    );
    const settings = resolveSettings(settingsFromVariables(env), { naming: 'flag', values: given });
    if (faults.length === 0) return settings;
  } catch (thrown) {
    const { facts } = toStatuscastError(thrown);
    if (facts.code !== 'bad-settings') throw thrown;
    faults.push(...facts.faults);
  }
  throw new StatuscastError({ code: 'bad-settings', faults });
}

/** What looks like a flag and was none; behind `--` everything is a path. */
function unknownFlags(command: Command): readonly string[] {
  const words = process.argv.slice(2);
  const end = words.indexOf('--');
  const before = new Set(end === -1 ? words : words.slice(0, end));
  return command.args.filter((word) => /^-./.test(word) && before.has(word));
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
