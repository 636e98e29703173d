import path from 'node:path';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { clean } from './format.js';
import { marksOf, type Style } from './style.js';

/** A part of the view; its head counts what finds no room. */
export interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  /** Which rows stay where there is no room for all. */
  readonly keep: 'first' | 'last';
  /** Whether a blank line sets it off where there is room. */
  readonly isApart: boolean;
}

/** From so many lines on there is room for blank ones. */
const AIRY_HEIGHT = 16;

/** Shares the lines out among the sections, a row each in turn. */
export function layOut(
  top: readonly string[],
  sections: readonly Section[],
  height: number,
): readonly string[] {
  const isAiry = height >= AIRY_HEIGHT;
  const air = sections.filter(({ isApart }) => isAiry && isApart).length;
  let free = height - top.length - sections.length - air;
  const shares = sections.map(() => 0);
  for (let turn = 0; free > 0 && turn < height; turn++) {
    for (const [at, { rows }] of sections.entries()) {
      if (free === 0 || turn >= rows.length) continue;
      shares[at] = turn + 1;
      free--;
    }
  }
  const lines = sections.flatMap(({ head, rows, keep, isApart }, at) => {
    const share = shares[at] ?? 0;
    const shown = keep === 'first' ? rows.slice(0, share) : rows.slice(rows.length - share);
    return [...(isAiry && isApart ? [''] : []), head, ...shown];
  });
  return [...top, ...lines].slice(0, height);
}

/** A backslash is one on Windows alone. */
const SEPARATOR = path.sep === '/' ? '/' : /[\\/]/;

/** A line cut at its end where it is too wide. */
export function fitLine(style: Style, line: string, width: number): string {
  return cut(style, line, width, 'end');
}

/**
 * A path in just so many columns, whatever its script. Where it is too wide its folders go first;
 * a name is cut in the middle: both ends tell most.
 */
export function fitPath(style: Style, file: string, width: number): string {
  const { cut: mark } = marksOf(style);
  const names = clean(file).split(SEPARATOR);
  const folded = names.map((_, at) => [...(at === 0 ? [] : [mark]), ...names.slice(at)].join('/'));
  const whole = folded.find((shorter) => stringWidth(shorter) <= width) ?? names.at(-1) ?? '';
  const shown = cut(style, whole, width, 'middle');
  return shown + ' '.repeat(Math.max(0, width - stringWidth(shown)));
}

function cut(style: Style, text: string, width: number, position: 'middle' | 'end'): string {
  const options = { position, truncationCharacter: marksOf(style).cut };
  const shown = cliTruncate(text, width, options);
  // A wide character at the cut may stand over it.
  return stringWidth(shown) <= width ? shown : cliTruncate(text, width - 1, options);
}

/** Lines broken between words where they are too wide; what goes on below is set in. */
export function wrapLines(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => {
    if (stringWidth(line) <= width) return [line];
    const indent = /^ */.exec(line)?.[0] ?? '';
    const wrapped = wrapAnsi(line.slice(indent.length), Math.max(20, width - indent.length - 2));
    return wrapped.split('\n').map((part, at) => `${indent}${at === 0 ? '' : '  '}${part}`);
  });
}
