import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rows } from '../../src/choices/columns.js';
import { decodeText } from '../../src/decode-text.js';
import { parseCsv } from '../../src/choices/parse-csv.js';
import { parseYaml } from '../../src/choices/parse-yaml.js';
import { separatorOfPlace, writeCsv, writeYaml } from '../../src/choices/write-choices.js';

/** What is read, as `line: column=text, …`. */
function shown({ rows }: Rows): readonly string[] {
  return rows.map(
    ({ line, cells }) => `${line}: ${[...cells].map((cell) => cell.join('=')).join(', ')}`,
  );
}

function faultsOf({ broken, faults }: Rows): readonly string[] {
  return (broken === null ? faults : [broken]).map(({ line, text }) => `${line}: ${text}`);
}

describe('a table', () => {
  test.each([
    ['commas', 'File,Caption\na.jpg,"Hi, there"\n', 'Hi, there'],
    ['semicolons and CRLF', 'file;CAPTION\r\na.jpg;"Hi; there"\r\n', 'Hi; there'],
    ['tabs', 'caption\tfile\r\nHi, there;\ta.jpg', 'Hi, there;'],
    ['a sep= line of Excel', 'sep=|\r\nfile|caption\r\na.jpg|"Hi | there"', 'Hi | there'],
    ['carriage returns alone', 'file;caption\ra.jpg;Hi\r', 'Hi'],
    ['quotes in quotes', 'file,caption\na.jpg,"She said ""Hi"""\n', 'She said "Hi"'],
    ['quotes inside a text', 'file,caption\na.jpg,12" vinyl\n', '12" vinyl'],
  ])('is read with %s', (_about, text, caption) => {
    const read = parseCsv(text);
    expect(faultsOf(read)).toEqual([]);
    expect(read.rows.map(({ cells }) => Object.fromEntries(cells))).toEqual([
      { file: 'a.jpg', caption },
    ]);
  });

  test('has lines as an editor counts them, whatever its cells hold', () => {
    const text = 'sep=;\r\nfile;caption\r\n\r\n"a.jpg";"one\r\n\r\ntwo"\r\n;;\r\nb.jpg;x\r\n';
    expect(shown(parseCsv(text))).toEqual([
      '4: file=a.jpg, caption=one\r\n\r\ntwo',
      '8: file=b.jpg, caption=x',
    ]);
  });

  test('with columns that nobody knows is refused, each with a guess', () => {
    expect(faultsOf(parseCsv('file,capton,participents,mood\n'))).toEqual([
      expect.stringMatching(/^1: there is no column "capton" \(is it caption\?\), only file, cap/),
      expect.stringContaining('"participents" (is it participants?)'),
      expect.stringMatching(/"mood", only/),
    ]);
    expect(faultsOf(parseCsv('caption,caption\nx,y\n'))).toEqual([
      '1: the column "caption" is there twice',
      '1: there is no column "file"',
    ]);
  });

  test('with a text that lost its quotes is refused in its line', () => {
    expect(faultsOf(parseCsv('file,caption\na.jpg,"x"\nb.jpg,Hi, there\n'))).toEqual([
      expect.stringMatching(/^3: there is "there" beside the columns/),
    ]);
    expect(faultsOf(parseCsv('file,caption\na.jpg,x\nb.jpg,"Hi\n'))).toEqual([
      expect.stringMatching(/^\d: it is no CSV: Quote Not Closed/),
    ]);
  });

  test('may have empty columns at its end, as Excel leaves them', () => {
    const read = parseCsv('file;caption;;\r\na.jpg;x;;\r\n;;;\r\n');
    expect([faultsOf(read), shown(read)]).toEqual([[], ['2: file=a.jpg, caption=x']]);
  });
});

describe('YAML', () => {
  test('holds a caption, or choices by name, as text', () => {
    const text =
      '# mine\na.jpg: At last\nsub/b.mp4:\n  Caption: |\n    one\n    two\n  start: 1:05\n' +
      '  participants: [family, "+49 170 1234567", 0170]\nc.jpg:\n';
    expect(shown(parseYaml(text))).toEqual([
      '2: file=a.jpg, caption=At last',
      '3: file=sub/b.mp4, caption=one\ntwo\n, start=1:05, participants=family,+49 170 1234567,0170',
      expect.stringMatching(/^9: file=c\.jpg/),
    ]);
  });

  test('is refused where it says something else, with the line', () => {
    expect(faultsOf(parseYaml('a.jpg:\n  fit: blur\n  capton: x\n'))).toEqual([
      expect.stringMatching(/^3: there is no column "capton" \(is it caption\?\)/),
    ]);
    expect(faultsOf(parseYaml('a.jpg: x\n\na.jpg: y\n'))).toEqual([
      expect.stringMatching(/^3: it is no YAML: Map keys must be unique/),
    ]);
    expect(faultsOf(parseYaml('- a.jpg\n'))).toEqual([expect.stringContaining('by file')]);
    expect(faultsOf(parseYaml('a.jpg: { fit: { x: y } }\n'))).toHaveLength(1);
  });
});

test('text is UTF-8 or UTF-16 with its mark, and nothing else', () => {
  const text = 'Grüße 🎉';
  const marked = `\uFEFF${text}`;
  const forms = [Buffer.from(text), Buffer.from(marked), Buffer.from(marked, 'utf16le')];
  forms.push(Buffer.from(marked, 'utf16le').swap16());
  expect(forms.map(decodeText)).toEqual(Array(4).fill(text));
  expect(decodeText(Buffer.from('Grüße', 'latin1'))).toBeNull();
});

/** Any name that a file system takes, and those that tables and YAML make something else of. */
const anyName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(...'=+-@\'",;:#{}[]|>&*!%?\t\r\n .\\~aé1'.split('')),
      minLength: 1,
    }),
    fc.constantFrom(
      '=1+1.jpg',
      '+a',
      '-1',
      '@x',
      '007',
      '1e5',
      'true',
      'null',
      '<<',
      'a: b',
      '- a',
    ),
  )
  .filter((name) => !/^\.{1,2}$|[/\0]/.test(name) && name.trim() !== '');

test.each([
  ['CSV with commas', (files: readonly string[]) => writeCsv(files, ','), parseCsv],
  ['CSV with semicolons', (files: readonly string[]) => writeCsv(files, ';'), parseCsv],
  ['YAML', writeYaml, parseYaml],
] as const)('%s that is written to be filled in names any file', (_form, write, parse) => {
  const names = fc.uniqueArray(anyName, { maxLength: 8 });
  const check = (files: readonly string[]) => {
    const text = decodeText(Buffer.from(write(files)));
    const read = parse(text ?? '');
    expect(faultsOf(read)).toEqual([]);
    const named = read.rows.map(({ cells }) => cells.get('file')?.replace(/^\.\//, ''));
    expect(named).toEqual(files);
  };
  fc.assert(fc.property(names, check), { numRuns: 300 });
});

test('no cell that is written can be taken for a formula, a number or a date', () => {
  const text = writeCsv(['=1+1.jpg', '+a', '-1', '@x', '007', '2026-11-24', "'a"], ',');
  const cells = text.slice(1).split('\r\n').slice(1, -1);
  for (const cell of cells) expect(cell).toMatch(/^\.\//);
});

test('tables are separated as the place has it', () => {
  expect([separatorOfPlace('de-DE'), separatorOfPlace('en-GB')]).toEqual([';', ',']);
});
