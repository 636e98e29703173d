import { Help, type Argument, type Command } from 'commander';

/** Beside terms of at most this width; longer ones have a line of their own. */
const TERM_WIDTH = 22;

/** How every command's help is laid out. */
export const helpLayout: Partial<Help> = {
  showGlobalOptions: true,
  padWidth: () => TERM_WIDTH,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
  formatItem: (term, width, description, helper) => {
    const format = (shown: string) =>
      Help.prototype.formatItem.call(helper, shown, width, description, helper);
    return term.length <= width ? format(term) : `  ${term}\n${format('')}`;
  },
};

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

const ACCOUNT = `The account comes from GREEN_API_URL, GREEN_API_MEDIA_URL,
GREEN_API_ID_INSTANCE and GREEN_API_TOKEN, from the environment or a .env file
here; never from options or a config file.`;

const SETTINGS = `Every setting can also stand in statuscast.config.{ts,js,json,yaml} here
(--max-in-flight is maxInFlight there), in .env and in the environment
(STATUSCAST_MAX_IN_FLIGHT). The config file is weakest, then .env, then the
environment; options win: --no-confirm takes a --confirm back, --report a
--no-report. \`statuscast config\` shows what comes of it.`;

const EXIT_CODES = `Exit codes:
  0    all done
  1    some files failed or are uncertain
  2    something is wrong with the call
  3    the instance cannot send: stopped, nothing lost
  130  interrupted, nothing lost`;

/** What follows a command's options: paragraphs, then calls of it with what they do. */
const AFTER: Readonly<Record<string, readonly (string | Examples)[]>> = {
  statuscast: [
    {
      'Try it without an account': 'statuscast send ./holiday --sandbox',
      'See what would become of the files': 'statuscast plan ./holiday',
      'Post them': 'statuscast send ./holiday --caption "Greetings"',
      'All options of a command': 'statuscast send --help',
    },
    SETTINGS,
    EXIT_CODES,
  ],
  send: [
    {
      'Post a folder, in the order of its names': 'statuscast send ./holiday --caption "Greetings"',
      'Try it without an account': 'statuscast send ./holiday --sandbox',
      'Only for an audience of the config file and one more':
        'statuscast send ./holiday --participants family,"+49 170 1234567"',
      'A caption made of each name and the day it was taken':
        'statuscast send ./holiday --caption-template "{name} — {date}"',
      'Whole pictures, small files': 'statuscast send ./holiday --fit blur --profile small',
      'For a program': 'statuscast send ./holiday --json',
    },
    ACCOUNT,
    SETTINGS,
    EXIT_CODES,
  ],
  watch: [
    {
      'Post what is put into a folder': 'statuscast watch ./outbox',
      'At most one every ten minutes, by day': 'statuscast watch ./outbox --gap 600 --hours 9-21',
      'Try it without an account': 'statuscast watch ./outbox --sandbox',
    },
    `What is there at the start is posted first; what was posted before is not
posted again. A file is taken once it has not changed for --steady-seconds and,
on Linux, no program has it open for writing. Ctrl-C ends it (130).`,
    ACCOUNT,
    SETTINGS,
    EXIT_CODES,
  ],
  prepare: [
    {
      'Make the outputs and keep them': 'statuscast prepare ./holiday --out ./out',
      'Parts of at most 30 s': 'statuscast prepare film.mkv --long split --max-duration-seconds 30',
    },
    SETTINGS,
    EXIT_CODES,
  ],
  plan: [
    {
      'See what would become of the files': 'statuscast plan ./holiday',
      'Only the names of those that would be refused':
        'statuscast plan ./holiday --json | jq -r \'select(.outcome == "failed").input\'',
    },
    `Needs no account; where GREEN_API_ID_INSTANCE is set, it says what was posted
already. Ends with 1 if a file would be refused.`,
    SETTINGS,
  ],
  init: [
    {
      'Say something of each file': 'statuscast init ./holiday',
      'The same as YAML': 'statuscast init ./holiday --yaml',
    },
    `Fill it in with a spreadsheet or an editor; what is left empty is as for all
files. Columns: caption, participants (or all), fit, crop, start, end (seconds
or 1:05), skip (yes). Every run over the folder reads it. A text beside a file
(beach.txt beside beach.jpg) is its caption as well.`,
  ],
  doctor: [
    {
      'Before the first send': 'statuscast doctor',
      'Without an account': 'statuscast doctor --sandbox',
    },
    `Looks only: nothing is sent, uploaded or set. Takes seconds; ends with 1 if
there is a problem.`,
    ACCOUNT,
  ],
  history: [
    {
      'All that was posted from here': 'statuscast history',
      'One file': 'statuscast history ./holiday/beach.jpg',
    },
  ],
  confirm: [
    { 'The last run': 'statuscast confirm', 'One file': 'statuscast confirm beach.jpg' },
    ACCOUNT,
  ],
  reconcile: [{ 'Look into all lost answers': 'statuscast reconcile' }, ACCOUNT],
  undo: [
    {
      'Delete what the last run posted, after showing it': 'statuscast undo',
      'Delete one, and let it be sent again': 'statuscast undo beach.jpg --forget',
    },
    ACCOUNT,
  ],
  sandbox: [
    {
      'Run it, and paste the variables that it prints into another terminal': 'statuscast sandbox',
      'Lose the answer to the first send': 'statuscast sandbox --fault answer-lost:sendMediaStatus',
    },
    'A NAME of a fault that does not exist is answered with those that do.',
  ],
  config: [
    {
      'What holds here': 'statuscast config',
      'What would hold with a profile': 'statuscast config --profile small',
      'For a program': 'statuscast config --json',
    },
    SETTINGS,
  ],
  completions: [
    {
      'bash, in ~/.bashrc': 'source <(statuscast completions bash)',
      'zsh, in ~/.zshrc after compinit': 'source <(statuscast completions zsh)',
      fish: 'statuscast completions fish > ~/.config/fish/completions/statuscast.fish',
    },
  ],
};

type Examples = Readonly<Record<string, string>>;

/** Adds to each command what there is to say beside its options. */
export function addExplanations(program: Command): Command {
  for (const command of [program, ...program.commands]) {
    const parts = (AFTER[command.name()] ?? []).map((part) =>
      typeof part === 'string' ? part : showExamples(part),
    );
    if (parts.length > 0) command.addHelpText('after', `\n${parts.join('\n\n')}`);
  }
  return program;
}

function showExamples(examples: Examples): string {
  const shown = Object.entries(examples).map(([about, call]) => `  # ${about}\n  ${call}`);
  return ['Examples:', ...shown].join('\n');
}
