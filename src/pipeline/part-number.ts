import type { PartNumber } from '../events.js';
import type { Part } from '../job.js';

/** How a part is told of; null where nothing is split. */
export function partNumber({ number, of }: Part): PartNumber | null {
  return of === 1 ? null : { number, of };
}
