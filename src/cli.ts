#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError, Option } from 'commander';
import { conclude, listenForEnd } from './commands/conclude.js';
import { EXIT } from './commands/exit-codes.js';
import { addExplanations, helpLayout } from './commands/help.js';
import { kindsOfCommand } from './commands/kinds-of-command.js';
import type { Setting } from './setting-names.js';

/** Fires when whoever called wants it to end. */
const interruption = listenForEnd();

/**
 * V8 lets garbage pile up to several times of what lives before it looks at what is old. What takes
 * long is to stay small; what is soon over ends sooner without: 10,000 posted files by a tenth.
 */
const SHORT_MS = 5000;
setTimeout(() => setFlagsFromString('--optimize-for-size'), SHORT_MS).unref();

const streams = { stdout: process.stdout, stderr: process.stderr };

/** What is asked of no one command is answered at once: settings are loaded for commands alone. */
const [first, ...more] = process.argv.slice(2);
const isAboutAll =
  first === undefined ||
  (more.length === 0 && ['--help', '-h', 'help', '--version', '-V'].includes(first));
const flags = isAboutAll ? null : await import('./commands/flags.js');

/** The command whose flags are made; null: of all, which takes 10 ms more. */
const named = process.argv.slice(2).find((word) => word !== '--');
const asked = named === 'help' || named === 'completions' ? null : named;

function buildProgram(): Command {
  const program = new Command('statuscast')
    .description('Turns a folder of any media into WhatsApp statuses through GREEN-API.')
    .version(readVersion(), '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .exitOverride()
    .configureHelp(helpLayout)
    .showHelpAfterError('See --help for what there is.');
  const { addRun, addAfter } = kindsOfCommand(program, addSettings);
  const addSend = (name: 'send' | 'watch', description: string) => {
    addRun(name, description)
      .addOption(new Option('--sandbox', 'Post to a GREEN-API of our own here; needs no account'))
      .option('--yes', 'Go on without asking; off a terminal nothing is asked')
      .action((_paths: unknown, _options: unknown, command: Command) =>
        conclude(async () => {
          const { send } = await import('./commands/send.js');
          return send({ ...(await readSend(command)), watch: name === 'watch' }, streams);
        }),
      );
  };
  addSend('send', 'Normalize files and folders, upload them and post them as statuses.');
  addSend('watch', 'Post what is in folders, then what appears there, until it is ended.');
  addRun('prepare', 'Make the outputs only: no network, nothing is sent.').action(
    (_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { prepare } = await import('./commands/prepare.js');
        const plain = isOn(command, 'plain');
        return prepare({ ...(await readCall(command)), plain, paths: command.args }, streams);
      }),
  );
  addRun('plan', 'Say what would be done with each file; nothing is made or sent.')
    .addOption(new Option('--sandbox', 'Count what `send --sandbox` posted as posted'))
    .action((_paths: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { plan } = await import('./commands/plan.js');
        return plan({ ...(await readCall(command)), paths: command.args }, streams);
      }),
    );
  addAfter('init', 'Write captions.csv into a folder: a line for each file, to fill in.')
    .argument('[folder]', 'where the files are; sub-folders are listed with it', '.')
    .option('--yaml', 'Write captions.yaml in its place')
    .action((folder: string, _options: unknown, command: Command) =>
      conclude(async () => {
        const { init } = await import('./commands/init.js');
        const paths = [folder, ...command.args.slice(1)];
        const how = { yaml: isOn(command, 'yaml'), json: isOn(command, 'json') };
        return init({ ...(await readCall(command)), ...how, paths }, streams);
      }),
    );
  addAfter('doctor', 'Look at everything that a send depends on, and say what to mend.')
    .addOption(new Option('--sandbox', 'Look at a GREEN-API of our own in place of the account'))
    .action((_options: unknown, command: Command) =>
      conclude(async () => {
        const { doctor } = await import('./commands/doctor.js');
        const call = { json: isOn(command, 'json'), sandbox: isOn(command, 'sandbox') };
        const read = () => readCall(command);
        return doctor({ ...call, read, signal: interruption }, streams);
      }),
    );
  addAfter('history', 'List what was posted from here, and what became of it.')
    .argument('[names...]', 'files or message ids; all where none is named')
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { history } = await import('./commands/history.js');
        return history({ ...(await readCall(command)), names: command.args }, streams);
      }),
    );
  const asking = ['retries', 'apiTimeoutMs'] as const;
  const about = 'Find out what became of sends whose answer was lost.';
  addAfter('reconcile', about, ...asking, 'sendTimeoutMs', 'journalWaitMs')
    .addOption(ofSandbox())
    .action((_options: unknown, command: Command) =>
      conclude(async () => {
        const { reconcileOpen } = await import('./commands/reconcile.js');
        return reconcileOpen(await readCall(command), streams);
      }),
    );
  addAfter('confirm', SEEN, ...asking, 'confirmWaitMs')
    .argument('[names...]', 'files or message ids; what the last run sent where none is named')
    .addOption(ofSandbox())
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { confirm } = await import('./commands/confirm.js');
        return confirm({ ...(await readCall(command)), names: command.args }, streams);
      }),
    );
  addAfter('undo', 'Delete statuses that were posted, after showing them.', ...asking)
    .argument('[names...]', 'files or message ids; what the last run sent where none is named')
    .option('--yes', 'Go on without asking')
    .option('--forget', 'Let a later run send the same files again')
    .addOption(ofSandbox())
    .action((_names: unknown, _options: unknown, command: Command) =>
      conclude(async () => {
        const { undoSent } = await import('./commands/undo.js');
        const choices = { yes: isOn(command, 'yes'), forget: isOn(command, 'forget') };
        return undoSent({ ...(await readCall(command)), ...choices, names: command.args }, streams);
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
    .action((_options: unknown, command: Command) =>
      conclude(async () => {
        const { startSandbox } = await import('./commands/sandbox.js');
        return startSandbox(command.opts(), command.args, interruption, streams);
      }),
    );
  const config = program
    .command('config')
    .description('Show every setting with its value and where it comes from, and the account.');
  addSettings(config, () => true).action((_options: unknown, command: Command) =>
    conclude(async () => {
      const { showConfig } = await import('./commands/config.js');
      return showConfig(await readCall(command), streams);
    }),
  );
  program
    .command('completions')
    .argument('<shell>', 'bash, zsh or fish')
    .description('Print what completes commands, options and files in a shell.')
    .action((shell: string) =>
      conclude(async () => {
        const { printCompletions } = await import('./commands/completions.js');
        return printCompletions(program, shell, streams);
      }),
    );
  return addExplanations(program);
}

const SEEN = 'Say whether what was posted has appeared, and how many have seen it.';

function ofSandbox(): Option {
  return new Option('--sandbox', 'Of what `send --sandbox` posted');
}

/** A call of any command, with what its flags, variables and the config file say. */
async function readCall(command: Command) {
  const { readCall: read } = await import('./commands/flags.js');
  return {
    ...(await read(command)),
    json: isOn(command, 'json'),
    sandbox: isOn(command, 'sandbox'),
    signal: interruption,
  };
}

async function readSend(command: Command) {
  const choices = { yes: isOn(command, 'yes'), plain: isOn(command, 'plain') };
  return { ...(await readCall(command)), ...choices, paths: command.args };
}

/** Its flags for settings, unless nobody asked for it: then it is there to be named, and no more. */
function addSettings(command: Command, isUsed: (setting: Setting) => boolean): Command {
  const isMeant = asked === null || asked === command.name();
  return flags === null || !isMeant ? command : flags.addSettings(command, isUsed);
}

function isOn(command: Command, name: string): boolean {
  return command.opts()[name] === true;
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? '';
}

try {
  await buildProgram().parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  process.exitCode = thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
}
