import { OUTPUT_TYPES, type Kind, type Part } from '../job.js';
import type { Message } from '../ledger/ledger.js';
import type { Settings } from '../settings.js';
import { stemOf } from './output-names.js';
import type { Publishing, Task } from './run.js';

/** What is posted of an input, or of a part of it. */
export function messageFor(
  { caption, participants, audioAs }: Settings,
  { hash: account }: Publishing,
  { input }: Task,
  part: Part,
  kind: Kind,
): Message {
  const as = kind === 'audio' && audioAs === 'voice' ? audioAs : ('media' as const);
  return {
    ...{ account, participants, as },
    fileName: `${stemOf(input, part)}.${OUTPUT_TYPES[kind].extension}`,
    // What is said of the whole is said once, and with a voice status nothing is.
    caption: part.number === 1 && as !== 'voice' ? caption : '',
  };
}
