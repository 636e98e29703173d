import path from 'node:path';
import { expect, test } from 'vitest';
import { createOutputNames, stemOf } from '../../src/pipeline/output-names.js';

const input = (relativePath: string) => ({
  ...{
    input: relativePath,
    path: path.resolve('album', relativePath),
    relativePath,
    bytes: 1,
    stamp: '',
  },
});

test('inputs whose names meet have places of their own, and keep them when they are found again', () => {
  const nameOutput = createOutputNames('out');
  const whole = { number: 1, of: 1 };
  const second = { number: 2, of: 3 };
  const files = ['a.jpg', 'A.png', 'sub/a.jpg', 'a (2 of 3).jpg', 'a.mp4'];
  const name = () =>
    files.flatMap((file) => [nameOutput(input(file))].flatMap((at) => [at(whole), at(second)]));
  const names = name();
  expect(new Set(names.map((each) => each.toLowerCase())).size).toBe(names.length);
  expect(names.slice(0, 4)).toEqual(
    ['a', 'a (2 of 3)', 'A (2)', 'A (2) (2 of 3)'].map((each) => path.join('out', each)),
  );
  expect(name()).toEqual(names);
});

test('a name has neither control characters nor a byte order mark, which GREEN-API refuses', () => {
  const whole = { number: 1, of: 1 };
  expect(stemOf(input('\uFEFFa\nb\uFEFFc.jpg'), whole)).toBe('_a_b\uFEFFc');
});
