import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';
import isUnicodeSupported from 'is-unicode-supported';
import type { Outcome } from '../job.js';

/** What a terminal can show. */
export interface Style {
  readonly hasColours: boolean;
  readonly hasUnicode: boolean;
}

export const PLAIN: Style = { hasColours: false, hasUnicode: true };

/** Node's own reading of NO_COLOR, FORCE_COLOR and TERM, and the locale. */
export function styleOf(terminal: WriteStream, env: NodeJS.ProcessEnv): Style {
  return { hasColours: terminal.hasColors(16, env), hasUnicode: hasUnicode(env) };
}

function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  if (!isUnicodeSupported()) return false;
  if (process.platform === 'win32') return true;
  // In the order in which the system itself asks them.
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(Boolean) ?? 'C';
  return /utf-?8/i.test(locale);
}

/** What people type to call us: npx and npm scripts find what the shell does not. */
export function commandOf(env: NodeJS.ProcessEnv): string {
  return env['npm_command'] === undefined ? 'statuscast' : 'npx statuscast';
}

export type Ink = Parameters<typeof styleText>[0];

export function ink({ hasColours }: Style, format: Ink, text: string): string {
  return hasColours ? styleText(format, text, { validateStream: false }) : text;
}

/** The marks of this style. */
export function marksOf({ hasUnicode: isRich }: Style) {
  return isRich ? UNICODE : ASCII;
}

interface Marks extends Readonly<Record<Outcome | 'warning', string>> {
  readonly full: string;
  readonly empty: string;
  readonly cut: string;
}

const UNICODE: Marks = {
  ...{
    sent: '✓',
    prepared: '✓',
    planned: '✓',
    skipped: '·',
    failed: '✗',
    uncertain: '?',
    warning: '!',
  },
  ...{ full: '█', empty: '░', cut: '…' },
};

const ASCII: Marks = {
  ...{
    sent: '+',
    prepared: '+',
    planned: '+',
    skipped: '-',
    failed: 'x',
    uncertain: '?',
    warning: '!',
  },
  ...{ full: '#', empty: '.', cut: '~' },
};

export const OUTCOME_INKS: Readonly<Record<Outcome | 'warning', Ink>> = {
  ...{ sent: 'green', prepared: 'green', planned: 'green', skipped: 'dim' },
  ...{ failed: 'red', uncertain: 'yellow', warning: 'yellow' },
};

/** Our own words in what a terminal can show; names in other scripts are left as they are. */
export function spell({ hasUnicode: isRich }: Style, text: string): string {
  if (isRich) return text;
  return text.replaceAll(/[×→…–—−·“”]/g, (mark) => SPELLED.get(mark) ?? mark);
}

const SPELLED: ReadonlyMap<string, string> = new Map([
  ...([
    ['×', 'x'],
    ['→', '->'],
    ['…', '...'],
    ['·', '-'],
  ] as const),
  ...([
    ['–', '-'],
    ['—', '-'],
    ['−', '-'],
    ['“', '"'],
    ['”', '"'],
  ] as const),
]);

/** A bar of so many cells. */
export function bar(style: Style, fraction: number, cells: number): string {
  const { full, empty } = marksOf(style);
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * cells);
  const rest = ink(style, 'dim', empty.repeat(cells - filled));
  return `${ink(style, 'cyan', full.repeat(filled))}${rest}`;
}
