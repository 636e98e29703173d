import type { Command, Option } from 'commander';
import { StatuscastError } from '../errors.js';
import type { Streams } from '../report/write-events.js';
import { EXIT } from './exit-codes.js';

/**
 * `statuscast completions`: a script for a shell, made of the command's own tree. It is complete in
 * itself: a shell that asked the command at each key would wait for it.
 * @throws StatuscastError `bad-settings` for a shell that is not known
 */
export function printCompletions(program: Command, shell: string, { stdout }: Streams): number {
  const script = new Map(Object.entries(SCRIPTS)).get(shell);
  if (script === undefined) {
    const faults = [`there are completions for ${Object.keys(SCRIPTS).join(', ')}, not "${shell}"`];
    throw new StatuscastError({ code: 'bad-settings', faults });
  }
  stdout.write(script(program.commands.map(describeCommand)));
  return EXIT.done;
}

interface Completed {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments may be; empty for files. */
  readonly words: readonly string[];
}

interface CompletedOption {
  readonly flag: string;
  readonly about: string;
  /** What its value is; null for a switch. */
  readonly value: string | null;
  /** Its values, where they are known. */
  readonly choices: readonly string[];
}

function describeCommand(command: Command): Completed {
  const options = [...command.createHelp().visibleOptions(command)].map(describeOption);
  const words = command.name() === 'completions' ? Object.keys(SCRIPTS) : [];
  return { name: command.name(), about: command.description(), options, words };
}

function describeOption({ long, flags, description }: Option): CompletedOption {
  const value = /<(.+)>/.exec(flags)?.[1] ?? null;
  const choices = value?.includes('|') === true ? value.split('|') : [];
  return { flag: long ?? flags, about: description, value, choices };
}

const SCRIPTS = { bash: writeBash, zsh: writeZsh, fish: writeFish };

function writeBash(commands: readonly Completed[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flag, choices, value }) => {
      if (value === null) return [];
      // What is no list is a file, or anything else: bash's own completion.
      const words = choices.length === 0 ? '' : `words="${choices.join(' ')}"; `;
      return [`    ${name}${flag}) ${words}isValue=1 ;;`];
    }),
  );
  const words = commands.map(({ name, options, words: own }) => {
    const flags = options.map(({ flag }) => flag).join(' ');
    return `    ${name}) flags="${flags}"; words="${own.join(' ')}" ;;`;
  });
  return `_statuscast() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= flags= words= isValue= word
  # Bash makes three words of --flag=value.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  COMPREPLY=()
  case $command$previous in
${values.join('\n')}
  esac
  if [[ ! $isValue ]]; then
    case $command in
    '') words="${commands.map(({ name }) => name).join(' ')} help"; flags="--help --version" ;;
    help) words="${commands.map(({ name }) => name).join(' ')}" ;;
${words.join('\n')}
    esac
    [[ $current == -* ]] && words=$flags
  fi
  [[ $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _statuscast statuscast
`;
}

function writeZsh(commands: readonly Completed[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const escape = (text: string) => text.replaceAll(/[\\[\]:]/g, '\\$&');
  const cases = commands.map(({ name, options, words }) => {
    const specs = options.map(({ flag, about, value, choices }) => {
      const list = choices.length === 0 ? '_files' : `(${choices.join(' ')})`;
      const taken = value === null ? '' : `:${escape(choices.length === 0 ? value : flag)}:${list}`;
      return quote(`${flag}[${escape(about)}]${taken}`);
    });
    const own = words.length === 0 ? '_files' : `(${words.join(' ')})`;
    return `    ${name}) _arguments ${[...specs, quote(`*:argument:${own}`)].join(' \\\n      ')} ;;`;
  });
  const names = commands.map(({ name, about }) => quote(`${escape(name)}:${about}`));
  return `#compdef statuscast
_statuscast() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '--help[Show help]' '--version[Show the version]' '1:command:->command' '*::argument:->argument'
  case $state in
  command)
    local -a commands=(${names.join(' \\\n      ')})
    _describe command commands ;;
  argument)
    case $line[1] in
${cases.join('\n')}
    esac ;;
  esac
}
if [[ $funcstack[1] == _statuscast ]]; then _statuscast "$@"; else compdef _statuscast statuscast; fi
`;
}

function writeFish(commands: readonly Completed[]): string {
  const quote = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
  const lines = commands.flatMap(({ name, about, options, words }) => {
    const after = `complete -c statuscast -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c statuscast -n __fish_use_subcommand -f -a ${name} -d ${quote(about)}`,
      ...(words.length === 0 ? [] : [`${after} -f -a ${quote(words.join(' '))}`]),
      ...options.map(({ flag, about: help, value, choices }) => {
        const list = choices.length === 0 ? '' : ` -f -a ${quote(choices.join(' '))}`;
        return `${after} -l ${flag.slice(2)}${value === null ? '' : ` -r${list}`} -d ${quote(help)}`;
      }),
    ];
  });
  return `${[
    'complete -c statuscast -n __fish_use_subcommand -f -l help -d "Show help"',
    'complete -c statuscast -n __fish_use_subcommand -f -l version -d "Show the version"',
    ...lines,
  ].join('\n')}\n`;
}
