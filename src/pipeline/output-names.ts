import path from 'node:path';
import type { PartNumber } from '../events.js';
import type { Input } from '../job.js';

/** File systems take 255 bytes; an extension and a number have to fit as well. */
const MAX_STEM_BYTES = 200;

/**
 * The name of an input without its extension: what its output and its status are called, with
 * ` (1 of 4)` for a part.
 */
export function stemOf(input: Input, part: PartNumber): string {
  const { name } = path.parse(input.relativePath);
  let stem = '';
  // GREEN-API takes no byte order mark.
  for (const character of name.replaceAll(/\p{Cc}|^\uFEFF/gu, '_')) {
    if (Buffer.byteLength(stem + character) > MAX_STEM_BYTES) break;
    stem += character;
  }
  return nameFor(['', '.', '..'].includes(stem) ? '_' : stem, part);
}

function nameFor(whole: string, { number, of }: PartNumber): string {
  return of === 1 ? whole : `${whole} (${number} of ${of})`;
}

/**
 * Gives each input a place of its own in an output folder: the same below it as the input has
 * below the argument given, without the extension; `a (2)` where `a.jpg` and `a.png` meet. A place
 * is kept for the whole at once; those of parts are taken when it is known how many there are. An
 * input that is found again, in a watch, has the places that it had.
 */
export function createOutputNames(outDir: string): (input: Input) => (part: PartNumber) => string {
  const owners = new Map<string, string>();
  const take = (wanted: string, owner: string) => {
    for (let number = 1; ; number++) {
      const stem = number === 1 ? wanted : `${wanted} (${number})`;
      const folded = stem.normalize('NFC').toLowerCase();
      if ((owners.get(folded) ?? owner) !== owner) continue;
      owners.set(folded, owner);
      return stem;
    }
  };
  return (input) => {
    const folder = path.dirname(input.relativePath);
    const whole = take(path.join(folder, stemOf(input, { number: 1, of: 1 })), input.path);
    const takePart = (part: PartNumber) =>
      part.of === 1 ? whole : take(nameFor(whole, part), input.path);
    return (part) => path.join(outDir, takePart(part));
  };
}
