/**
 * Writes the tables of README.md anew: commands and options as `--help` and the schema have them,
 * figures as the benches have left them in docs/.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { createSettings } from '../src/resolve-settings.js';
import { listSettings, type Setting } from '../src/setting-names.js';
import { curveTable, type Curve } from './bench/curve-table.js';
import { readBench, speedTable } from './bench/speed-table.js';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** The text of README.md with its tables as they should be. */
export async function writeReadme(): Promise<string> {
  const before = await readFile(README, 'utf8');
  const commands = itemsIn(helpOf(), 'Commands').filter(({ term }) => !/^help\b/.test(term));
  const text = Object.entries({
    commands: tableOf(
      ['command', 'what it does'],
      commands.map(({ term, about }) => [code(`statuscast ${term}`), about.replace(/\.$/, '')]),
    ),
    speed: await speed(),
    quality: curveTable(await readCurve(), createSettings()),
    options: [...settingGroups(), ownOptions(commands.map(({ term }) => term))].join('\n\n'),
  }).reduce((readme, [name, tables]) => replaceBlock(readme, name, tables), before);
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

async function speed(): Promise<string> {
  const bench = await readBench(docsFile('bench.json'));
  if (bench === null) throw new Error('docs/bench.json is not there: npm run bench makes it');
  return speedTable(bench);
}

async function readCurve(): Promise<Curve> {
  const curve: Curve = JSON.parse(await readFile(docsFile('curve.json'), 'utf8'));
  return curve;
}

function docsFile(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

interface Item {
  readonly term: string;
  readonly about: string;
}

function helpOf(...command: readonly string[]): string {
  return execFileSync(process.execPath, [CLI, ...command, '--help'], { encoding: 'utf8' });
}

/** What stands under a heading of a help; what goes on below a line belongs to it. */
function itemsIn(help: string, heading: string): readonly Item[] {
  const block = help.split('\n\n').find((part) => part.startsWith(`${heading}:\n`)) ?? '';
  const lines = block
    .replaceAll(/\n {3,}/g, '  ')
    .split('\n')
    .slice(1);
  return lines.map((line) => {
    const [term = '', ...about] = line.trim().split(/ {2,}/);
    return { term, about: about.join(' ') };
  });
}

function settingGroups(): readonly string[] {
  const titles = [...new Set(listSettings().map(({ group }) => group))];
  return titles.map((title) => {
    const settings = listSettings().filter(({ group }) => group === title);
    const rows = settings.map((setting) => {
      const { flag, name, expects, about } = setting;
      return [code(flag), code(name), expects, defaultOf(setting), about];
    });
    const head = ['option', 'in a config file', 'takes', 'by default', 'what it does'];
    return fold(
      title,
      settings.map(({ flag }) => flag),
      tableOf(head, rows),
    );
  });
}

function defaultOf({ name, type, default: value }: Setting): string {
  if (name === 'concurrency') return 'as many as there are cores';
  if (type === 'boolean') return value === true ? 'on; the option turns it off' : 'off';
  const text = String(value);
  return text === '' ? 'none' : code(text);
}

/** Options that are no settings: the same one of several commands once. */
function ownOptions(commands: readonly string[]): string {
  const all = commands.flatMap((term) => {
    const command = term.replace(/ .*/, '');
    const items = itemsIn(helpOf(command), 'Options');
    return items
      .filter((item) => !item.term.startsWith('-h'))
      .map((item) => ({ ...item, command }));
  });
  const isAlike = (one: Item) => (other: Item) =>
    one.term === other.term && one.about === other.about;
  const rows = all
    .filter((one, at) => all.findIndex(isAlike(one)) === at)
    .map((one) => {
      const of = all.filter(isAlike(one)).map(({ command }) => command);
      return [code(one.term), of.join(', '), one.about];
    });
  const flags = new Set(all.map(({ term }) => term.replace(/ .*/, '')));
  return fold('Of single commands', [...flags], tableOf(['option', 'of', 'what it does'], rows));
}

function fold(title: string, flags: readonly string[], content: string): string {
  const named = flags.map((flag) => `<code>${flag}</code>`).join(' ');
  return `<details>\n<summary><b>${title}</b>: ${named}</summary>\n\n${content}\n\n</details>`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function replaceBlock(readme: string, name: string, content: string): string {
  const begin = `<!-- ${name}: npm run readme -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = splitAt(readme, begin);
  const [, after] = splitAt(rest, end);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

function splitAt(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`README.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

if (process.argv[1]?.endsWith('readme.ts') === true) await writeFile(README, await writeReadme());
