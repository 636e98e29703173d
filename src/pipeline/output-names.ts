import path from 'node:path';
import type { Input } from '../job.js';

/** File systems take 255 bytes; an extension and a number have to fit as well. */
const MAX_STEM_BYTES = 200;

/** The name of an input without its extension: what its output and its status are called. */
export function stemOf(input: Input): string {
  const { name } = path.parse(input.relativePath);
  let stem = '';
  for (const character of name.replaceAll(/\p{Cc}/gu, '_')) {
    if (Buffer.byteLength(stem + character) > MAX_STEM_BYTES) break;
    stem += character;
  }
  return ['', '.', '..'].includes(stem) ? '_' : stem;
}

/**
 * Gives each input a place of its own in an output folder: the same below it as the input has
 * below the argument given, without the extension; `a (2)` where `a.jpg` and `a.png` meet.
 */
export function createOutputNames(outDir: string): (input: Input) => string {
  const taken = new Set<string>();
  return (input) => {
    const wanted = path.join(path.dirname(input.relativePath), stemOf(input));
    for (let number = 1; ; number++) {
      const stem = number === 1 ? wanted : `${wanted} (${number})`;
      const folded = stem.normalize('NFC').toLowerCase();
      if (taken.has(folded)) continue;
      taken.add(folded);
      return path.join(outDir, stem);
    }
  };
}
