import { stringify } from 'yaml';
import { COLUMNS } from './columns.js';

/**
 * A table to fill in, with a line for each file, as Excel opens it with a click: UTF-8 with its
 * mark, and the separator of the place. A `sep=` line would make Excel forget the mark.
 * @param files paths below the folder
 */
export function writeCsv(files: readonly string[], separator: ',' | ';'): string {
  const lines = [
    COLUMNS.join(separator),
    ...files.map((file) => `${quote(asText(file))}${separator.repeat(COLUMNS.length - 1)}`),
  ];
  return `\uFEFF${lines.map((line) => `${line}\r\n`).join('')}`;
}

/** Files with nothing chosen yet, and what may be. */
export function writeYaml(files: readonly string[]): string {
  const about = [
    '# What is chosen for single files: a caption, or more by name, such as',
    '#   beach.jpg: At last',
    '#   film.mp4: { caption: The waves, start: 1:05, end: 1:30, participants: [family] }',
    `# By name: ${COLUMNS.slice(1).join(', ')}.`,
  ];
  const names = Object.fromEntries(files.map((file) => [asText(file), '']));
  const choices = files.length === 0 ? '' : stringify(names, { lineWidth: 0 });
  return `${about.join('\n')}\n${choices.replaceAll(/: ""$/gm, ':')}`;
}

/** Where a comma is part of numbers, tables are separated by semicolons. */
export function separatorOfPlace(locale?: string): ',' | ';' {
  return new Intl.NumberFormat(locale).format(1.5).includes(',') ? ';' : ',';
}

/** What Excel would take for a formula, a number or a date is a path to it. */
function asText(file: string): string {
  return /^[=+\-@'\s]|^[^\p{L}]*$/u.test(file) ? `./${file}` : file;
}

function quote(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
